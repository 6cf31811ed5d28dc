"""A week pulled by bulk export is the week pulled by search: at system, Patient and Group level."""

from __future__ import annotations

import pytest

from ehr.practice.groups import GROUP_ID
from flows.summary import summary_lines
from tests.flows.conftest import TOKEN, Study, issue_week

pytestmark = pytest.mark.nightly
# The level of the export that a roster wants, and the roster whose search must give the same.
LEVELS = {"all": "all", "patients": "patients", "group": "patients"}
FIGURE = ["measure", "stratum", "window_name", "infection_class", "numerator", "denominator", "value", "lower", "upper"]


@pytest.fixture(scope="module", params=LEVELS)
def by_both(request, hospital, serve, issued, shared) -> tuple[Study, Study]:
    """A study by export, and the one by search."""
    roster = request.param

    def export(folder):
        (folder / "token").write_text(TOKEN, encoding="utf-8")
        with serve() as url:
            issue_week(
                folder,
                {
                    "server.url": url,
                    "server.source": "export",
                    "server.roster": roster,
                    "server.roster_file": str(hospital.folder / "roster.txt"),
                    "server.group": GROUP_ID,
                    "server.auth": "bearer",
                    "server.token_file": "token",
                },
            )

    return Study(shared(f"study-export-{roster}", export)), issued(LEVELS[roster])


def figures(study: Study) -> str:
    rows = study.estimates[[*FIGURE, "status"]]
    return rows.sort_values([*FIGURE, "status"]).to_csv(index=False)


def test_the_summary_is_the_same(by_both):
    exported, searched = by_both
    summary = summary_lines(exported.estimates, exported.two_by_two)
    assert summary == summary_lines(searched.estimates, searched.two_by_two)
    assert "16/56 = 28.6 %" in "\n".join(summary)


def test_every_figure_and_its_status_is_the_same(by_both):
    exported, searched = by_both
    assert figures(exported) == figures(searched)


def test_everybody_has_the_same_infections(by_both):
    exported, searched = by_both
    assert exported.built("cohort.episodes") == searched.built("cohort.episodes")
