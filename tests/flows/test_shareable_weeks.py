"""The shareable pages of the demo, week after week: what they show together tells nobody of a single patient."""

from __future__ import annotations

import json

import pytest

from reports.releases import counts_of, rows_by_place
from tests.unit.reports.page_attack import learned, printed_counts
from warehouse import read

pytestmark = pytest.mark.prefect
MINIMUM = 11


@pytest.fixture(scope="module")
def weeks(demo):
    """Of each issued week the counts on its shareable page and the counts behind it, oldest first."""
    found = []
    for manifest in sorted((demo.data / "reports").glob("*/*/manifest.json")):
        run_id = json.loads(manifest.read_text(encoding="utf-8"))["run_id"]
        estimates = read(demo.data / "store", "published.estimates", run_id=run_id)
        page = (manifest.parent / "shareable.html").read_text(encoding="utf-8")
        found.append((page, printed_counts(page), counts_of(rows_by_place(estimates))))
    return found


def test_the_demo_has_four_shareable_pages(weeks):
    assert len(weeks) == 4


def test_a_monday_repeats_the_figures_that_its_own_would_give_away(weeks):
    first, *_, last = weeks
    assert weeks[1][1] == weeks[2][1] == first[1] != {}
    assert "These are the figures of 2018-W28." in weeks[2][0]
    assert last[1]["infused"]["all"] == 90


def test_nothing_small_follows_from_all_the_pages_together(weeks):
    pages, truth = [], []
    for _, printed, counts in weeks:
        if printed not in pages:
            pages.append(printed)
            truth.append(counts)
    assert len(pages) == 2
    assert learned(pages, truth, MINIMUM) == {}
