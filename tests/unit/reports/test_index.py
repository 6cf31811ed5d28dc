"""The index: every week with its state and editions, the main figures as they were issued, and what was not issued."""

from __future__ import annotations

import csv
import dataclasses
import json
import re

import pytest

from reports import StoppedWeek, write_bundle, write_index
from reports.trend import MAIN_FIGURES, read_main_figures, trend_panels
from tests.unit.reports.small_bundle import HEADER, bundle, estimate

SUNDAYS = {"2018-W28": "2018-07-15", "2018-W29": "2018-07-22", "2018-W30": "2018-07-29", "2018-W33": "2018-08-19"}


def issue(reports, week, *, infected=16, protocol="car-t-b-all", **changes):
    header = dataclasses.replace(
        HEADER, protocol=protocol, week=week, data_date=SUNDAYS[week], as_of=f"{SUNDAYS[week]}T17:00:00Z", **changes
    )
    frame = bundle().estimates
    rows = [estimate("infected_proportion", "no", "early", infected, 56, infected / 56, 0.1, 0.5)]
    kept = frame[frame["measure"] != "infected_proportion"].to_dict("records")
    # Without a curve no chart is drawn, which would take most of the time.
    no_curve = bundle().curves.head(0)
    write_bundle(bundle(header=header, estimates=type(frame)([*kept, *rows]), curves=no_curve), reports)


def index(reports, *stops):
    return write_index(reports, list(stops)).read_text(encoding="utf-8")


def row_of(page, week):
    [row] = [row for row in re.findall(r"<tr>.*?</tr>", page) if f'<th scope="row" class="day">{week}</th>' in row]
    return row


def test_each_week_says_its_state_and_leads_to_its_editions(tmp_path):
    issue(tmp_path, "2018-W28")
    issue(tmp_path, "2018-W29", outcome="incomplete", missing=("Observation: 1 of 90 patients",))
    issue(tmp_path, "2018-W30", reconstructed=True)
    page = index(tmp_path)
    assert '<td class="text">complete</td>' in row_of(page, "2018-W28")
    assert "incomplete" in row_of(page, "2018-W29")
    assert "Observation: 1 of 90 patients" in row_of(page, "2018-W29")
    assert "complete, reconstructed" in row_of(page, "2018-W30")
    assert 'href="car-t-b-all/2018-W30/index.html"' in row_of(page, "2018-W30")


def test_the_shareable_edition_is_linked_where_a_week_has_one(tmp_path):
    issue(tmp_path, "2018-W28")
    folder = tmp_path / "car-t-b-all" / "2018-W28"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for has_one in (True, False):
        manifest["files"] = {"shareable.html": "00"} if has_one else {}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        assert ('href="car-t-b-all/2018-W28/shareable.html"' in index(tmp_path)) is has_one


def test_weeks_of_every_protocol_stand_apart_newest_first(tmp_path):
    issue(tmp_path, "2018-W28")
    issue(tmp_path, "2018-W30")
    issue(tmp_path, "2018-W29", protocol="other")
    page = index(tmp_path)
    assert re.findall(r'<h2 id="([^"]+)"', page) == ["car-t-b-all", "other"]
    assert re.findall(r'<th scope="row" class="day">([^<]+)</th>', page) == ["2018-W30", "2018-W28", "2018-W29"]


def test_a_stopped_week_is_a_row_with_its_reason(tmp_path):
    issue(tmp_path, "2018-W30")
    stop = StoppedWeek("car-t-b-all", "2018-W31", "gate <b>stage</b> stopped", "2018-08-06T01:00:00Z")
    row = row_of(index(tmp_path, stop), "2018-W31")
    assert "not issued" in row
    assert "gate &lt;b&gt;stage&lt;/b&gt; stopped" in row
    assert "href" not in row


def test_a_protocol_that_was_only_stopped_is_listed(tmp_path):
    stop = StoppedWeek("car-t-b-all", "2018-W31", "gate counts stopped", "2018-08-06T01:00:00Z")
    assert "Last issued: none." in index(tmp_path, stop)
    assert "gate counts stopped" in row_of(index(tmp_path, stop), "2018-W31")


def test_the_figures_are_those_of_the_issued_file(tmp_path):
    issue(tmp_path, "2018-W30", infected=17)
    folder = tmp_path / "car-t-b-all" / "2018-W30"
    with (folder / "figures.csv").open(encoding="utf-8", newline="") as stream:
        rows = {(row["measure"], row["stratum"], row["window_name"]): row for row in csv.DictReader(stream)}
    points = read_main_figures(folder, {"week": "2018-W30", "data_date": "2018-07-29", "outcome": "complete"})
    for figure, point in zip(MAIN_FIGURES, points, strict=True):
        row = rows.get((figure.measure, figure.stratum, figure.window), {})
        assert point.value == (float(row["value"]) if row.get("value") else None), figure.title
    assert "17/56 = 30.4 % (95 % CI 10.0–50.0 %)" in row_of(index(tmp_path), "2018-W30")


def test_a_line_goes_from_week_to_week_and_a_gap_is_dashed(tmp_path):
    weeks = []
    for week, infected in (("2018-W28", 10), ("2018-W29", 12), ("2018-W33", 9)):
        issue(tmp_path, week, infected=infected)
        entry = {"week": week, "data_date": SUNDAYS[week], "outcome": "complete"}
        weeks.append(read_main_figures(tmp_path / "car-t-b-all" / week, entry))
    infected = trend_panels(weeks)[1]
    assert (len(infected.dots), len(infected.lines), len(infected.jumps)) == (3, 1, 1)
    heights = [dot.y for dot in infected.dots]
    assert heights[1] < heights[0] < heights[2], "up is more"
    assert [dot.x for dot in infected.dots] == sorted(dot.x for dot in infected.dots)


def test_a_week_without_a_readable_figure_has_a_dash_and_no_point(tmp_path):
    issue(tmp_path, "2018-W30")
    (tmp_path / "car-t-b-all" / "2018-W30" / "figures.csv").unlink()
    page = index(tmp_path)
    assert row_of(page, "2018-W30").count('<td class="text">–</td>') == len(MAIN_FIGURES)
    assert "<circle" not in page


def test_the_same_weeks_give_the_same_bytes(tmp_path):
    for week in SUNDAYS:
        issue(tmp_path, week)
    assert index(tmp_path) == index(tmp_path)


@pytest.mark.parametrize("said", ["default-src 'none'", "<title>Nadir: weeks issued</title>"])
def test_the_index_loads_nothing_from_outside(tmp_path, said):
    issue(tmp_path, "2018-W30")
    page = index(tmp_path)
    assert said in page
    assert "<link" not in page
    assert 'src="' not in page


def test_no_week_at_all_is_said(tmp_path):
    assert "No week was issued yet." in index(tmp_path)
