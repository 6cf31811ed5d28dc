"""The words of a line, and the versions that it cites."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.line_list import changed_versions, what_changed
from metrics.line_list import LineChange
from metrics.week_states import EPISODE_FIELDS
from reports.words import EPISODE_FIELDS as WORDS


def line(change: str, fields: dict[str, Any] | None = None, *, reason: str | None = None) -> LineChange:
    return LineChange(change, "e1", {"counted": reason is None, "not_counted_reason": reason}, fields or {})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (line("new"), "counted"),
        (line("withdrawn"), "was counted"),
        (line("new", reason="fungal_candidate"), "listed, not counted (fungal candidate)"),
        (line("withdrawn", reason="contaminant"), "was listed, not counted (contaminant)"),
        (
            line("changed", {"counted": (False, True), "infection_class": ("unknown", "bacterial_gp, pjp")}),
            "counted: no → yes; class: unknown → bacterial, Gram-positive; Pneumocystis",
        ),
        (line("changed", {"severity_grade": (None, 2)}), "grade: none → 2"),
    ],
)  # fmt: skip
def test_a_line_says_what_became_of_an_episode(told: LineChange, words: str) -> None:
    assert what_changed(told) == words


def test_every_field_that_can_change_has_a_word() -> None:
    assert set(EPISODE_FIELDS) == set(WORDS)


def test_versions_of_a_change_stand_each_before_its_successor_and_many_are_not_named() -> None:
    amended = {"resource_type": "Observation", "resource_id": "o1", "version_before": "1", "version_after": "2"}
    deleted = {"resource_type": "Specimen", "resource_id": "s1", "version_before": "1", "version_after": None}
    many = {"resource_type": "Observation", "resources": 51}
    rows = [{"evidence": json.dumps([amended, deleted])}, {"evidence": json.dumps([many])}]
    assert changed_versions(rows) == ["Observation/o1/1", "Observation/o1/2", "Specimen/s1/1"]
