"""Every number of an issued week is the one in `published.*`: page, files, workbook, MeasureReport are read back."""

from __future__ import annotations

import csv
import hashlib
import json

import pandas as pd
import pytest
from fhir.resources.R4B.measurereport import MeasureReport

from flows.commands import main
from reports.masking import is_small
from reports.printed import machine
from reports.releases import counts_of, rows_by_place
from tests.unit.reports.page_attack import inverted_counts, learned, printed_counts
from tests.unit.reports.page_reader import figures
from tests.unit.reports.workbook_cells import read_workbook
from warehouse import read

KEYS = {
    "published.estimates": ("measure", "stratum", "window_name", "infection_class"),
    "published.curves": ("measure", "stratum", "infection_class", "day"),
    "published.two_by_two": ("measure", "exposure", "outcome"),
}
NUMBERS = {
    "published.estimates": ("numerator", "denominator", "value", "lower", "upper", "level"),
    "published.curves": ("at_risk", "value", "lower", "upper"),
    "published.two_by_two": (
        "exposed_events", "exposed_without", "unexposed_events", "unexposed_without", "estimate", "lower", "upper",
    ),
}  # fmt: skip
SHEETS = {"published.estimates": "figures", "published.curves": "curves", "published.two_by_two": "two-by-two"}
FILES = {"published.estimates": "figures", "published.curves": "curves", "published.two_by_two": "two_by_two"}
PLACES = {"window_name": "window", "infection_class": "class"}


@pytest.fixture(scope="module")
def study(issued):
    return issued("search")


@pytest.fixture(scope="module")
def folder(study):
    return study.week


@pytest.fixture(scope="module")
def published(study):
    """Relation to key to numbers as text, as they stand in the readers' file."""
    return {
        relation: {
            key_of(row, relation): {name: machine(row[name]) for name in NUMBERS[relation]}
            for row in read(study.store, relation, run_id=study.run_id).to_dict("records")
        }
        for relation in KEYS
    }


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "index.html").read_text(encoding="utf-8")


def key_of(row, relation):
    """What tells a row from the others, undefined as empty text."""
    return tuple("" if row.get(name) is None or pd.isna(row[name]) else plain(row[name]) for name in KEYS[relation])


def plain(value):
    return machine(value) if isinstance(value, int | float) else str(value)


@pytest.mark.parametrize("relation", KEYS)
def test_each_number_of_the_page_stands_in_published(page, published, relation):
    printed = figures(page, source=relation.partition(".")[2])
    assert len(printed) > 20
    for entry in printed:
        key = tuple(entry.get(PLACES.get(name, name)) or "" for name in KEYS[relation])
        assert entry["value"] == published[relation][key][entry["part"]], entry


def test_each_number_of_the_table_of_patients_stands_in_published(page, study):
    rows = read(study.store, "published.table_one", run_id=study.run_id).to_dict("records")
    known = {(str(row["stratum"]), machine(row["place"])): row for row in rows}
    printed = figures(page, source="table_one")
    assert printed
    for entry in printed:
        assert entry["value"] == machine(known[entry["stratum"], entry["place"]][entry["part"]]), entry


def test_the_funnel_of_the_page_is_that_of_the_build(page, study):
    for relation, part in (("funnel_patients", "patients"), ("funnel_episodes", "rows_count")):
        rows = read(study.store, f"counts.{relation}").to_dict("records")
        known = {
            (str(row["step_number"]), str(row["reason"] or "") if pd.notna(row["reason"]) else ""): row for row in rows
        }
        printed = figures(page, source=relation)
        assert len(printed) == len(rows)
        for entry in printed:
            assert entry["value"] == machine(known[entry["step"], entry["reason"] or ""][part]), entry


@pytest.mark.parametrize("relation", KEYS)
def test_the_csv_holds_every_row_of_published_and_the_same_numbers(folder, published, relation):
    with (folder / f"{FILES[relation]}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = {key_of(row, relation): {name: number(row[name]) for name in NUMBERS[relation]} for row in rows}
    assert found == published[relation]
    assert len(rows) == len(found)


def number(text):
    return machine(float(text)) if text else None


def test_the_parquet_holds_the_same_numbers(folder, published):
    rows = pd.read_parquet(folder / "figures.parquet").to_dict("records")
    relation = "published.estimates"
    found = {key_of(row, relation): {name: machine(row[name]) for name in NUMBERS[relation]} for row in rows}
    assert found == published[relation]


@pytest.fixture(scope="module")
def sheets(folder):
    return read_workbook(folder / "workbook.xlsx")


@pytest.mark.parametrize("relation", KEYS)
def test_the_workbook_holds_the_same_numbers(sheets, published, relation):
    rows = sheets[SHEETS[relation]]
    found = {key_of(row, relation): {name: machine(row.get(name)) for name in NUMBERS[relation]} for row in rows}
    assert found == published[relation]


def test_the_infections_of_the_workbook_are_put_together_rightly(sheets, published):
    measures = {"patients": "infected_patients", "events": "infection_events", "deaths": "infection_deaths"}
    for row in sheets["infections"]:
        key = (row["stratum"], row["window_name"], row["infection_class"])
        for column, measure in measures.items():
            told = published["published.estimates"].get((measure, *key))
            assert machine(row.get(column)) == (told and told["numerator"]), (key, column)
        density = published["published.estimates"]["infection_density", *key]
        assert [machine(row.get(name)) for name in ("person_days", "per_100_days", "lower", "upper")] == [
            density[name] for name in ("denominator", "value", "lower", "upper")
        ]


def test_the_measure_report_is_valid_and_holds_the_same_numbers(folder, published):
    text = (folder / "measure-report.json").read_text(encoding="utf-8")
    MeasureReport.model_validate_json(text)
    found = {}
    for group in json.loads(text)["group"]:
        [measure] = [coding["code"] for coding in group["code"]["coding"]]
        for stratum in group["stratifier"][0]["stratum"]:
            named = {
                part["code"]["coding"][0]["code"]: part["value"]["coding"][0]["code"] for part in stratum["component"]
            }
            key = (measure, *(named.get(name, "") for name in KEYS["published.estimates"][1:]))
            found[key] = reported(stratum)
    assert found == {key: without_undefined(row) for key, row in published["published.estimates"].items()}


def reported(stratum):
    """Numbers of a stratum by the names of published; the limits stand beside a value only."""
    told = {part["code"]["coding"][0]["code"]: machine(part["count"]) for part in stratum.get("population", ())}
    if "measureScore" in stratum:
        told["value"] = machine(stratum["measureScore"]["value"])
        parts = stratum["measureScore"]["extension"][0]["extension"]
        told |= {part["url"]: machine(part["valueDecimal"]) for part in parts if "valueDecimal" in part}
    return told


def without_undefined(row):
    kept = NUMBERS["published.estimates"] if row["value"] is not None else ("numerator", "denominator")
    return {name: row[name] for name in kept if row[name] is not None}


def test_the_manifest_has_the_digest_of_each_file(folder):
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert told == {name: digest for name, digest in found.items() if name != "manifest.json"}
    assert {"index.html", "shareable.html", "workbook.xlsx", "measure-report.json", "figures.csv"} <= told.keys()


def test_the_index_says_what_the_week_says(folder, published):
    index = (folder.parent.parent / "index.html").read_text(encoding="utf-8")
    key = ("infected_proportion", "no", "early", "all")
    row = published["published.estimates"][key]
    assert f"{row['numerator']}/{row['denominator']} = {100 * float(row['value']):.1f} %" in index
    assert f'href="{folder.parent.name}/{folder.name}/shareable.html"' in index


# The shareable edition of a real week.


@pytest.fixture(scope="module")
def shareable(folder):
    return (folder / "shareable.html").read_text(encoding="utf-8")


def test_each_number_of_the_shareable_edition_is_the_one_in_published(shareable, study):
    truth = counts_of(rows_by_place(study.estimates))
    printed = printed_counts(shareable)
    assert printed["complete"]["all"] == 90
    for key, strata in printed.items():
        assert strata.items() <= truth[key].items()
        assert not any(is_small(count, 11) for count in strata.values())


def test_nothing_small_follows_from_the_shareable_edition(shareable, study):
    truth = counts_of(rows_by_place(study.estimates))
    printed = printed_counts(shareable)
    assert learned([printed], [truth], 11) == {}
    for key, strata in inverted_counts(shareable, 130).items():
        assert strata.items() <= printed[key].items()


def test_no_patient_stands_in_the_shareable_edition(shareable, study):
    episodes = study.built("cohort.episodes")
    patients = {str(row["patient_id"]) for row in study.built("cohort.patients")}
    assert not [name for name in patients | {row["episode_id"] for row in episodes} if name in shareable]
    assert "SENTINELPHI" not in shareable
    organisms = {name for row in episodes for name in row["organisms"] if " " in name}
    assert organisms
    assert not [name for name in organisms if name in shareable]


def shown(study, capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main(["report", *words, "--config", str(study.folder / "nadir.toml")])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_the_command_shows_what_the_shareable_page_shows(study, shareable, capsys):
    told = json.loads(shown(study, capsys, "show", "--edition", "shareable", "--json"))
    printed = {}
    for line in told["figures"]:
        for figure in line["figures"]:
            key, stratum, *part = figure["name"].split("/")
            if figure["value"] and not part:
                printed.setdefault(key, {})[stratum] = int(figure["value"])
    assert printed == printed_counts(shareable)
    assert told["figures_of"] == told["week"] == "2020-W01"
    assert "shareable edition: figures of 2020-W01 through 2020-01-05" in shown(
        study, capsys, "show", "--edition", "shareable"
    )


@pytest.mark.parametrize(("edition", "name"), [("internal", "index.html"), ("shareable", "shareable.html")])
def test_the_command_opens_the_page_of_the_edition(study, folder, capsys, monkeypatch, edition, name):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert shown(study, capsys, "open", "--edition", edition).strip() == str(folder / name)
    assert opened == [(folder / name).as_uri()]
