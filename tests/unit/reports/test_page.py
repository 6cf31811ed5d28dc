"""The page says what its frames say: first screen, tables, pictures; every figure can be read back."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest

from reports.page import policy_hash, render_page, script, style
from reports.plot_curves import CurvePlot, curve_picture
from reports.printed import machine
from tests.unit.reports.full_bundle import curve, full_bundle
from tests.unit.reports.page_reader import figures, words
from tests.unit.reports.small_bundle import HEADER, bundle, estimate

EHR = "https://ehr.example/patient/{patient_id}?number={local_identifier}"


@pytest.fixture(scope="module")
def page() -> str:
    return render_page(full_bundle(), link_template=EHR)


def said(page: str) -> str:
    """The words of a page with single spaces."""
    return " ".join(words(page).split())


def test_the_first_line_counts_the_week(page):
    line = (
        "W30: 4 patients on day 0–30, 7 on day 31–90; 2 infusions; new episodes 1, changed 1, withdrawn 1; deaths 0; 2"
    )
    assert f"{line} to adjudicate" in said(page)


def test_the_first_screen_says_who_what_and_why(page):
    row = page[page.index('id="news-e-p2"') :]
    row = said(row[: row.index("</tr>")])
    told = (
        "changed", "local-p2", "Ward 3", "−3", "2018-07-20 08:15", "Escherichia coli", "bacterial, Gram-negative",
        "blood", "preliminary", "sterile site", "counted: no → yes", "amended", "Observation/o1/1Observation/o1/2",
    )  # fmt: skip
    places = [row.index(word) for word in told]
    assert places == sorted(places)


def test_a_patient_links_into_the_ehr(page):
    assert '<a href="https://ehr.example/patient/p1?number=local-p1" rel="noreferrer">local-p1</a>' in page
    assert "<a href=" not in render_page(full_bundle()).partition('id="line-list"')[2].partition("</table>")[0]


def test_cases_stand_apart_from_the_news(page):
    assert page.index('id="line-list"') < page.index('id="cases"') < page.index('id="headline"')
    cases = said(page[page.index('id="case-list"') : page.index('id="headline"')])
    assert "death infection or contaminant?p4" in cases
    assert "episode infection or contaminant?p5" in cases


def test_a_week_without_news_says_so():
    counts = dataclasses.replace(full_bundle().week_counts, new=0, changed=0, withdrawn=0)
    quiet = full_bundle(week_counts=counts, line_list=pd.DataFrame(), to_adjudicate=pd.DataFrame())
    told = said(render_page(quiet))
    assert "A week without news: no episode is new, changed or withdrawn since the issue of 2018-W29." in told
    assert "No case waits for a verdict." in told


def test_the_first_issue_calls_nothing_new():
    assert "there is no earlier one to compare with" in said(render_page(bundle()))


def test_what_can_be_spoiled_is_said_before_the_figures(page):
    told = said(page)
    sentence = "1 of 1 checks warned; they can spoil any figure."
    assert told.index(sentence) < told.index("New, changed, withdrawn")
    assert "1 of 1 thresholds of the protocol await a clinician’s confirmation." in told


def test_a_reconstructed_week_says_so():
    header = dataclasses.replace(HEADER, reconstructed=True)
    assert "Reconstructed: a past week built with knowledge" in said(render_page(bundle(header=header)))


def test_every_figure_of_the_estimates_stands_in_its_row(page):
    published = {}
    for row in full_bundle().estimates.to_dict("records"):
        window = row["window_name"] if isinstance(row["window_name"], str) else None
        published[row["measure"], row["stratum"], window, row["infection_class"]] = row
    printed = [entry for entry in figures(page, source="estimates") if not entry["measure"].startswith("week_")]
    assert len(printed) > 100
    for entry in printed:
        row = published[entry["measure"], entry["stratum"], entry.get("window"), entry["class"]]
        assert entry["value"] == machine(row[entry["part"]]), entry


def test_a_class_without_an_event_keeps_its_row_and_its_upper_limit(page):
    table = page[page.index('id="infections-no"') : page.index('id="infections-yes"')]
    row = said(table[table.index("Fungal</th>") :].partition("</tr>")[0])
    assert row == "Fungal000up to 0.21000––––"


def test_the_late_window_is_hatched_where_few_were_seen_after_day_60(page):
    assert 'class="first thin">day 31 to 90' in page
    assert "28/56 = 50.0 % seen after day 60" in said(page)


def test_a_percent_needs_ten_patients():
    rows = [estimate("infected_proportion", "no", "early", 1, 9, 1 / 9, 0.01, 0.4)]
    rows.append(estimate("infected_proportion", "yes", "early", 1, 10, 0.1, 0.01, 0.4))
    told = said(render_page(bundle(estimates=pd.DataFrame(rows))))
    assert "1/10 = 10.0 %" in told
    assert "11.1 %" not in told


def test_a_curve_ends_where_fewer_than_ten_are_at_risk():
    plot = CurvePlot(curve("no", 30), "%", "a curve", 20.0)
    picture = str(curve_picture(plot))
    assert "day 20, without pre-existing infection: 2.0 % (1.0–4.0 %); 10 at risk" in picture
    assert "day 30," not in picture
    assert curve_picture(dataclasses.replace(plot, points=curve("no", 9))) is None


def test_the_numbers_at_risk_stand_under_their_days():
    picture = str(curve_picture(CurvePlot(curve("no", 30), "%", "a curve", 20.0)))
    assert re.search(r'<text x="66" y="\d+" class="tick" text-anchor="middle">30</text>', picture)


def test_the_page_prints_no_p_value(page):
    for number in ("0.0421", "0.042", "0.0842", "0.084", "Holm"):
        assert number not in page
    assert "p value" not in said(page)


def test_the_dated_analysis_says_its_date_and_age(page):
    told = said(page)
    assert (
        "Analysis through 2018-06-24 (35 days before this page’s), cohort frozen as known at 2018-07-01 01:00 UTC"
        in told
    )
    assert "fewer than five events" in told
    assert "No dated analysis has been run." in said(render_page(bundle()))


def test_the_policy_names_the_style_and_the_script_by_their_hash(page):
    assert f"style-src '{policy_hash(style())}'; script-src '{policy_hash(script())}'" in page
    assert "unsafe-inline" not in page
    assert not re.search(r"<[^>]*\sstyle=", page)
    assert not re.search(r"<[^>]*\son\w+=", page)


def test_pictures_say_in_words_what_they_show(page):
    pictures = re.findall(r"<svg[^>]*>", page)
    assert len(pictures) > 4
    for picture in pictures:
        assert 'aria-hidden="true"' in picture or ('role="img"' in picture and 'aria-label="' in picture)


def test_the_same_week_gives_the_same_bytes(page):
    assert render_page(full_bundle(), link_template=EHR) == page


def test_empty_frames_give_sentences():
    none = pd.DataFrame()
    told = said(render_page(bundle(swimmer=none, table_one=none, benchmarks=none, episodes=bundle().episodes.head(0))))
    for sentence in ("No patient is followed.", "No table of patients was computed.", "No published study is on file."):
        assert sentence in told
    assert "No infection evidence was found in the cohort." in told
