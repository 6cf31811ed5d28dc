"""Each cause of a change alone, and two at once, on a few rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from metrics.change_causes import version_cause
from metrics.changes import (
    CHANGE_COLUMNS,
    change_frame,
    data_changes,
    definition_changes,
    merged_changes,
    period_changes,
)
from metrics.week_states import EPISODE_FIELDS, Change, Knowledge, WeekState

SUNDAY = date(2018, 7, 22)
EARLY = {"measure": "infection_events", "stratum": "all", "window_name": "early", "infection_class": "bacterial"}
EPISODE = {
    "episode_id": "e1", "patient_id": "p1", "window_name": "early", "infection_class": "bacterial_gn",
    "organisms": "Escherichia coli", "counted": True, "evidence_hash": "h1",
}  # fmt: skip


def week(
    *episodes: dict[str, Any], events: int = 1, evidence: tuple[tuple[str, ...], ...] = (), persons: str = ""
) -> WeekState:
    """A week with these episodes, one figure, and evidence as (episode, resource id[, role])."""
    behind = [
        {"episode_id": row[0], "resource_type": "Observation", "resource_id": row[1],
         "role": row[2] if len(row) > 2 else "supports"}
        for row in evidence
    ]  # fmt: skip
    names = ["episode_id", "evidence_hash", *EPISODE_FIELDS]
    return WeekState(
        estimates=pd.DataFrame([{**EARLY, "numerator": events, "denominator": None, "value": float(events)}]),
        episodes=pd.DataFrame([{**dict.fromkeys(names), **row} for row in episodes], columns=names),
        evidence=pd.DataFrame(behind, columns=["episode_id", "resource_type", "resource_id", "role"]),
        persons=pd.DataFrame({"patient_id": ["p1"], "content": [persons]}),
    )


def version(
    resource_id: str, *, was: str | None = None, now: str | None = "1", on: str = "2018-07-20", is_error: bool = False
) -> dict[str, Any]:
    """A resource of p1 whose version changed from `was` to `now`."""
    return {
        "resource_type": "Observation", "resource_id": resource_id, "version_before": was, "version_after": now,
        "was_known": was is not None, "is_known": now is not None, "patient_id": "p1",
        "evidence_on": pd.Timestamp(on), "is_error": is_error,
    }  # fmt: skip


def known(*versions: dict[str, Any], verdicts: frozenset[tuple[str, str]] = frozenset()) -> Knowledge:
    return Knowledge(pd.DataFrame(list(versions), columns=list(version("x"))), SUNDAY, verdicts)


def told(changes: list[Change]) -> list[tuple[str, str]]:
    return [(change.subject.partition("/")[0], change.cause) for change in changes]


@pytest.mark.parametrize("cause", ["software", "protocol", "value set", "verdict", "software, protocol"])
def test_a_definition_is_the_cause_of_all_that_it_changed(cause: str) -> None:
    changes = definition_changes(week(EPISODE), week(EPISODE | {"counted": False}, events=0), cause)
    assert told(changes) == [("figure", cause), ("episode", cause)]
    assert changes[1].before == {"counted": True}
    assert changes[1].after == {"counted": False}


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        (version("o", on="2018-07-23"), "new data"),
        (version("o", on="2018-07-22"), "late data"),
        (version("o", was="1", now="2"), "amended"),
        (version("o", was="1", now=None), "deleted"),
        (version("o", was="1", now="2", is_error=True), "entered in error"),
    ],
)
def test_a_version_has_one_cause(row: dict[str, Any], cause: str) -> None:
    assert version_cause(row, SUNDAY) == cause


def test_a_late_culture_makes_an_episode_and_a_figure_new_by_late_data() -> None:
    changes = data_changes(week(events=0), week(EPISODE, evidence=(("e1", "o1"),)), known(version("o1")))
    assert told(changes) == [("episode", "late data"), ("figure", "late data")]
    assert changes[0].before is None
    assert changes[0].evidence == (
        {"resource_type": "Observation", "resource_id": "o1", "version_before": None, "version_after": "1"},
    )


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        (version("o1", was="1", now=None), "deleted"),
        (version("o1", was="1", now="2", is_error=True), "entered in error"),
        (version("o1", was="1", now="2"), "amended"),
    ],
)
def test_a_withdrawn_episode_says_what_became_of_its_evidence(row: dict[str, Any], cause: str) -> None:
    changes = data_changes(week(EPISODE, evidence=(("e1", "o1"),)), week(events=0), known(row))
    assert told(changes) == [("episode", cause), ("figure", cause)]
    assert changes[0].after is None


def test_two_causes_at_once_are_two_rows_with_their_own_evidence() -> None:
    before = week(EPISODE, evidence=(("e1", "o1"),))
    after = week(EPISODE | {"organisms": "Klebsiella"}, evidence=(("e1", "o1"), ("e1", "o2")))
    changes = data_changes(before, after, known(version("o1", was="1", now="2"), version("o2")))
    assert told(changes) == [("episode", "late data"), ("episode", "amended")]
    assert [row["resource_id"] for change in changes for row in change.evidence] == ["o2", "o1"]
    assert changes[0].after == changes[1].after == {"organisms": "Klebsiella"}


def test_a_definition_and_the_data_at_once_are_steps_with_their_own_fields() -> None:
    evidence = (("e1", "o1"),)
    issued = week(EPISODE, evidence=evidence)
    rebuilt = week(EPISODE | {"window_name": "late"}, evidence=evidence)
    today = week(EPISODE | {"window_name": "late", "organisms": "Klebsiella"}, evidence=evidence)
    changes = definition_changes(issued, rebuilt, "protocol")
    changes += data_changes(rebuilt, today, known(version("o1", was="1", now="2")))
    assert [(change.cause, change.after) for change in merged_changes(changes)] == [
        ("protocol", {"window_name": "late"}),
        ("amended", {"organisms": "Klebsiella"}),
    ]


def test_an_episode_that_loses_two_results_has_a_row_for_each_cause() -> None:
    before = week(EPISODE, evidence=(("e1", "o1"), ("e1", "o2")))
    rows = known(version("o1", was="1", now=None), version("o2", was="1", now="2", is_error=True))
    changes = [change for change in data_changes(before, week(events=0), rows) if change.after is None]
    assert [change.cause for change in changes if change.subject == "episode/e1"] == ["deleted", "entered in error"]


def test_the_first_line_of_a_week_is_no_figure_that_changes() -> None:
    line = EARLY | {"measure": "week_new_episodes", "infection_class": None, "denominator": None, "value": None}
    weeks = [
        replace(week(), estimates=pd.concat([week().estimates, pd.DataFrame([line | {"numerator": number}])]))
        for number in (3, 5)
    ]
    assert definition_changes(weeks[0], weeks[1], "software") == []
    assert period_changes(weeks[0], week(), known()) == []


def test_a_course_that_began_in_the_new_period_makes_its_look_back_new_data() -> None:
    after = week(EPISODE, evidence=(("e1", "old"), ("e1", "infusion", "day_zero")))
    changes = data_changes(week(), after, known(version("old"), version("infusion", on="2018-07-25")))
    assert told(changes) == [("episode", "new data")]


def test_what_another_episode_of_the_patient_explains_has_its_cause() -> None:
    fever = EPISODE | {"episode_id": "e0", "counted": False}
    after = week(EPISODE, evidence=(("e1", "o1"),))
    unrelated = version("other", was="1", now="2")
    changes = data_changes(week(fever, events=1), after, known(version("o1", on="2018-07-25"), unrelated))
    assert told(changes) == [("episode", "new data"), ("episode", "new data")]


def test_a_verdict_on_evidence_that_is_new_stands_beside_the_cause_in_the_data() -> None:
    before = week(EPISODE, evidence=(("e1", "o1"),))
    after = week(EPISODE | {"counted": False, "evidence_hash": "h2"}, evidence=(("e1", "o1"),))
    verdicts = frozenset({("e1", "h2")})
    changes = data_changes(before, after, known(version("o1", was="1", now="2"), verdicts=verdicts))
    assert [cause for subject, cause in told(changes) if subject == "episode"] == ["amended", "verdict"]


def test_a_word_that_changed_is_not_the_cause_of_a_figure() -> None:
    before = week(EPISODE, events=1, evidence=(("e1", "o1"),))
    after = week(EPISODE | {"organisms": "Klebsiella"}, events=2, evidence=(("e1", "o1"),), persons="longer")
    rows = known(version("o1", was="1", now="2"), version("late"))
    assert ("figure", "late data") in told(data_changes(before, after, rows))


def test_the_new_period_is_new_data_also_without_a_version() -> None:
    assert told(period_changes(week(events=1), week(events=2), known())) == [("figure", "new data")]


def test_nothing_changed_gives_no_row() -> None:
    same = week(EPISODE, evidence=(("e1", "o1"),))
    assert data_changes(same, same, known(version("o1", was="1", now="2"))) == []
    assert definition_changes(same, same, "software") == []


def test_a_number_from_a_file_and_one_from_a_build_are_equal() -> None:
    issued = week(EPISODE | {"onset_on": "2018-07-20", "onset_day": 3.0, "severity_grade": float("nan")})
    built = week(EPISODE | {"onset_on": pd.Timestamp("2018-07-20"), "onset_day": 3, "severity_grade": None})
    assert definition_changes(issued, built, "software") == []


def test_successive_steps_of_one_cause_are_one_row() -> None:
    first = Change("episode/e", None, {"counted": False, "onset_day": 3}, "new data", ({"resource_id": "a"},))
    then = Change("episode/e", {"counted": False}, {"counted": True}, "new data", ({"resource_id": "b"},))
    (merged,) = merged_changes([first, then])
    assert (merged.before, merged.after) == (None, {"counted": True, "onset_day": 3})
    assert [row["resource_id"] for row in merged.evidence] == ["a", "b"]


def test_steps_of_different_causes_stay_apart_in_their_order() -> None:
    first = Change("figure/x", {"value": 1}, {"value": 2}, "protocol")
    then = Change("figure/x", {"value": 2}, {"value": 1}, "late data")
    assert [change.cause for change in merged_changes([first, then])] == ["protocol", "late data"]
    back = replace(then, cause="protocol")
    assert merged_changes([first, back]) == []


def test_many_versions_are_counted_and_not_listed() -> None:
    many = [version(f"o{number:02d}") for number in range(51)]
    (change,) = data_changes(week(events=1), week(events=2, persons="longer"), known(*many))
    assert change.evidence == ({"resource_type": "Observation", "resources": 51},)


def test_the_frame_has_the_columns_of_published_changes() -> None:
    frame = change_frame([Change("episode/e", None, {"counted": True}, "new data")], "run0")
    assert tuple(frame.columns) == CHANGE_COLUMNS
    assert frame.iloc[0].tolist() == ["run0", "episode/e", None, '{"counted": true}', "new data", "[]"]
    assert change_frame([], "run0").empty
