"""What differs from the last issue, episode by episode, on a few rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from metrics.first_screen import first_screen_rows
from metrics.line_list import episode_records, line_changes
from metrics.week_states import EPISODE_FIELDS

EPISODE = {
    "episode_id": "e1", "patient_id": "p1", "onset_on": pd.Timestamp("2018-07-20"), "onset_day": 7, "counted": True,
    "infection_class": "bacterial_gn", "organisms": "Gram-negative bacillus", "evidence_hash": "h1", "ward": "A",
    "result_status": "preliminary", "specimen_at": pd.Timestamp("2018-07-20T00:15:00Z"),
}  # fmt: skip


def episodes(*rows: dict[str, Any]) -> pd.DataFrame:
    names = dict.fromkeys([*EPISODE, *EPISODE_FIELDS])
    return pd.DataFrame([names | row for row in rows], columns=list(names))


def test_new_changed_and_withdrawn_stand_in_this_order_and_by_onset() -> None:
    gone, kept = EPISODE | {"episode_id": "gone"}, EPISODE | {"episode_id": "kept"}
    late = EPISODE | {"episode_id": "late", "onset_on": pd.Timestamp("2018-07-21")}
    early, undated = EPISODE | {"episode_id": "early"}, EPISODE | {"episode_id": "undated", "onset_on": None}
    lines = line_changes(episodes(gone, kept), episodes(undated, late, early, kept | {"counted": False}))
    assert [(line.change, line.episode_id) for line in lines] == [
        ("new", "early"),
        ("new", "late"),
        ("new", "undated"),
        ("changed", "kept"),
        ("withdrawn", "gone"),
    ]


def test_a_changed_one_tells_before_and_after_of_its_fields_only() -> None:
    after = EPISODE | {"organisms": "Enterobacter cloacae", "result_status": "final", "evidence_hash": "h2"}
    (line,) = line_changes(episodes(EPISODE), episodes(after))
    assert line.fields == {"organisms": ("Gram-negative bacillus", "Enterobacter cloacae")}
    assert line.row["result_status"] == "final"


def test_more_evidence_or_a_result_that_became_final_is_no_change() -> None:
    after = EPISODE | {"result_status": "final", "evidence_hash": "h2", "ward": "B"}
    assert line_changes(episodes(EPISODE), episodes(after)) == []


def test_an_issue_as_landed_and_a_build_are_equal() -> None:
    landed = EPISODE | {"onset_on": "2018-07-20", "onset_day": 7.0}
    assert line_changes(episodes(landed), episodes(EPISODE)) == []


def test_a_specimen_without_a_time_has_none() -> None:
    [record] = episode_records(episodes(EPISODE | {"specimen_at": pd.NaT}))
    assert record["specimen_at"] is None


def test_the_first_line_counts_kinds_of_lines_and_what_was_counted() -> None:
    lines = line_changes(episodes(EPISODE), episodes(EPISODE | {"episode_id": "e2"}))
    counts = pd.DataFrame({"measure": ["week_patients"], "window_name": ["early"], "numerator": [4]})
    rows = first_screen_rows(counts, lines, status="incomplete")
    assert [(row.measure, row.numerator) for row in rows.itertuples()] == [
        ("week_patients", 4),
        ("week_new_episodes", 1),
        ("week_changed_episodes", 0),
        ("week_withdrawn_episodes", 1),
    ]
    assert set(rows["status"]) == {"incomplete"}
    assert rows["denominator"].isna().all()
