"""A week as issued or as built, and what can differ between two of them: the words of `metrics.changes`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

Json = str | int | float | bool | None
Fields = Mapping[str, Json]

NEW_DATA = "new data"
DATA_CAUSES = ("late data", "amended", "deleted", "entered in error", NEW_DATA)
VERDICT = "verdict"
EPISODE_FIELDS = (
    "patient_id", "course_number", "onset_on", "onset_day", "window_name", "infection_class", "site", "documentation",
    "organisms", "first_sign_on", "before_infusion", "organism_from_code", "severity_grade", "counted",
    "not_counted_reason", "active_in_look_back", "progressed", "progression_criterion", "progression_on",
    "progressed_broad", "progression_broad_criterion", "progression_broad_on", "rule",
)  # fmt: skip


@dataclass(frozen=True)
class WeekState:
    """A week as issued or as built: `published.estimates`, `published.episodes`, `published.episode_evidence`.

    `persons` has one row per patient (`patient_id`, `content`): a text of the courses, strata and times that decide
    whom the figures count; empty where it is not known.
    """

    estimates: pd.DataFrame
    episodes: pd.DataFrame
    evidence: pd.DataFrame
    persons: pd.DataFrame

    @cached_property
    def episode_records(self) -> list[dict[str, object]]:
        """The rows of `episodes`, made once."""
        return [{str(name): value for name, value in row.items()} for row in self.episodes.to_dict("records")]


@dataclass(frozen=True)
class Knowledge:
    """What became known between two states: the rows of `warehouse.read_versions_between`, and new verdicts.

    `verdicts` holds `(episode_id, evidence_hash)`. A resource dated after `previous_data_date` is new, before it late.
    """

    versions: pd.DataFrame
    previous_data_date: date
    verdicts: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Change:
    """A subject that differs, one cause of it, and the resource versions behind it.

    `before` None: it is new; `after` None: it was withdrawn; else both hold the fields that differ.
    """

    subject: str
    before: Fields | None
    after: Fields | None
    cause: str = ""
    evidence: tuple[Fields, ...] = ()


def is_episode(subject: str) -> bool:
    """Whether a subject is an episode (`episode/<id>`) and not a figure (`figure/<measure>/<stratum>/...`)."""
    return subject.startswith("episode/")


def scalar(value: object) -> Json:
    """A cell as JSON, equal for one value whatever file it came from; reals have 12 significant digits.

    >>> scalar(float("nan")), scalar(3.0), scalar(pd.Timestamp("2018-07-22"))
    (None, 3, '2018-07-22')
    """
    item = value.item() if hasattr(value, "item") else value
    if item is None or item is pd.NaT or item is pd.NA or item != item:
        return None
    if isinstance(item, date):
        return item.isoformat()[:10]
    if isinstance(item, float):
        short = float(f"{item:.12g}")
        return int(short) if short.is_integer() else short
    return item if isinstance(item, str | int | bool) else str(item)
