"""Three Mondays of summer 2018 as they must read, declared by hand beside the stories of ``seed_cohort.SUMMER``.

New data: the evidence is dated inside the newly reported week. Late data: dated earlier and first known after the issue
before. A further positive that leaves every column of an episode as it was is no change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .chart import HOSPITAL_ZONE, Chart
from .stories import Story

# The reports are built in the night to Monday, hospital time.
HOUR = 1


@dataclass(frozen=True)
class Difference:
    """One episode that is not as in the issue before; ``fields`` are before and after of what changed."""

    story: str
    change: str
    onset_day: int
    infection_class: str
    cause: str
    reason: str | None = None
    fields: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(frozen=True)
class Monday:
    """One issue: its Sunday, the counts of its first screen, and what differs from the issue of the week before."""

    data_date: date
    day_0_30: int
    day_31_90: int
    infusions: int
    deaths: int
    to_adjudicate: int
    differences: tuple[Difference, ...]


MONDAYS = (
    Monday(
        date(2018, 7, 15),
        day_0_30=7,
        day_31_90=5,
        infusions=3,
        deaths=0,
        # A death of the year before that nobody explained still waits for a verdict, on every Monday.
        to_adjudicate=1,
        differences=(
            # Drawn on the Sunday before and reported two days later.
            Difference("in_error", "new", 8, "bacterial_gn", "late data"),
            Difference("refuted", "new", 12, "bacterial_gp", "new data"),
            Difference("amended_to_nothing", "new", 9, "bacterial_gp", "new data"),
            Difference("ecoli_twice", "new", 4, "bacterial_gn", "new data"),
            # The fever of the release syndrome, until a culture explains it.
            Difference("mrsa_death", "new", 4, "unknown", "new data", reason="fever_of_unknown_origin"),
        ),
    ),
    # The death of Sunday is not yet certified: it waits for a verdict too.
    Monday(
        date(2018, 7, 22),
        day_0_30=6,
        day_31_90=6,
        infusions=1,
        deaths=1,
        to_adjudicate=2,
        differences=(
            Difference("mrsa_death", "new", 7, "bacterial_gp", "new data"),
            Difference("mrsa_death", "withdrawn", 4, "unknown", "new data", reason="fever_of_unknown_origin"),
            Difference("day_thirty", "new", 30, "bacterial_gn", "new data"),
            Difference("day_31", "new", 31, "bacterial_gn", "late data"),
            Difference("refuted", "withdrawn", 12, "bacterial_gp", "deleted"),
            Difference("amended_to_nothing", "withdrawn", 9, "bacterial_gp", "amended"),
        ),
    ),
    # The death is certified now; one set of skin flora, treated for five days, waits for a verdict.
    Monday(
        date(2018, 7, 29),
        day_0_30=7,
        day_31_90=5,
        infusions=1,
        deaths=0,
        to_adjudicate=2,
        differences=(
            Difference("ecoli_twice", "new", 15, "bacterial_gn", "new data"),
            Difference("one_set_treated", "new", 6, "bacterial_gp", "new data", reason="possible_contaminant_treated"),
            Difference(
                "day_thirty",
                "changed",
                30,
                "bacterial_gn",
                "amended",
                fields=(("organisms", ["Gram-negative bacillus"], ["Enterobacter cloacae"]),),
            ),
            Difference("in_error", "withdrawn", 8, "bacterial_gn", "entered in error"),
        ),
    ),
)


def mondays(told: Iterable[tuple[Story, Chart]]) -> list[dict[str, Any]]:
    """The answers of the three Mondays, as ``truth.json`` holds them.

    The first has no issue before it in a demo that begins there: its differences are those against an issue of the
    Sunday before, had there been one. ``day_0_30`` and ``day_31_90`` count patients of the cohort alive at the end of
    the data date, also those not seen for long; ``infusions`` and ``deaths`` are those of the reported week;
    ``to_adjudicate`` counts all that wait for a verdict, old ones too.
    """
    charts = {story.key: chart for story, chart in told}
    return [_answer(monday, charts) for monday in MONDAYS]


def _answer(monday: Monday, charts: dict[str, Chart]) -> dict[str, Any]:
    hour = datetime.min.time().replace(hour=HOUR)
    now = datetime.combine(monday.data_date + timedelta(days=1), hour, HOSPITAL_ZONE)
    kinds = [difference.change for difference in monday.differences]
    return {
        "data_date": monday.data_date.isoformat(),
        "now": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "previous_data_date": (monday.data_date - timedelta(days=7)).isoformat(),
        "day_0_30": monday.day_0_30,
        "day_31_90": monday.day_31_90,
        "infusions": monday.infusions,
        "deaths": monday.deaths,
        "to_adjudicate": monday.to_adjudicate,
        **{kind: kinds.count(kind) for kind in ("new", "changed", "withdrawn")},
        "differences": [_row(difference, charts[difference.story]) for difference in monday.differences],
    }


def _row(difference: Difference, chart: Chart) -> dict[str, Any]:
    return {
        "patient_id": chart.patient_id,
        "story": difference.story,
        "change": difference.change,
        "onset_on": chart.on(difference.onset_day),
        "onset_day": difference.onset_day,
        "infection_class": [difference.infection_class],
        "counted": difference.reason is None,
        "not_counted_reason": difference.reason,
        "cause": difference.cause,
        "fields": {name: {"before": before, "after": after} for name, before, after in difference.fields},
    }
