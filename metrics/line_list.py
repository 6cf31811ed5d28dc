"""What a reader of the last issue has to know of this one, episode by episode: new, changed, withdrawn.

Two frames of ``published.episodes`` in, one row per episode that differs out. Why it differs stands in
``published.changes``; here the causes of all its rows are put together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from metrics.week_states import DATA_CAUSES, EPISODE_FIELDS, VERDICT, Fields, Json, scalar

NEW = "new"
CHANGED = "changed"
WITHDRAWN = "withdrawn"
CHANGES = (NEW, CHANGED, WITHDRAWN)
CAUSES = ("software", "protocol", "value set", VERDICT, *DATA_CAUSES)


@dataclass(frozen=True)
class LineChange:
    """One episode that is not as in the last issue.

    `row` is the episode as it is now, of a withdrawn one as it was. `fields` holds before and after of what changed and
    is empty for what is new or withdrawn.
    """

    change: str
    episode_id: str
    row: Fields
    fields: Mapping[str, tuple[Json, Json]]


def line_changes(before: pd.DataFrame, after: pd.DataFrame) -> list[LineChange]:
    """Episodes that differ: new, changed, withdrawn, each by onset and patient. More evidence alone is no change."""
    old, new = _rows(before), _rows(after)
    found = [LineChange(NEW, key, new[key], {}) for key in new.keys() - old.keys()]
    found += [LineChange(WITHDRAWN, key, old[key], {}) for key in old.keys() - new.keys()]
    for key in old.keys() & new.keys():
        fields = {name: (old[key][name], new[key][name]) for name in EPISODE_FIELDS if old[key][name] != new[key][name]}
        if fields:
            found.append(LineChange(CHANGED, key, new[key], fields))
    return sorted(found, key=_place)


def episode_records(episodes: pd.DataFrame) -> list[Fields]:
    """Rows of ``published.episodes`` as plain values, in their order: days as ISO dates, `_at` as ISO instants.

    >>> taken = pd.Timestamp("2018-07-20T00:15:00Z")
    >>> episode_records(pd.DataFrame({"onset_on": [pd.Timestamp("2018-07-20")], "specimen_at": [taken]}))
    [{'onset_on': '2018-07-20', 'specimen_at': '2018-07-20T00:15:00+00:00'}]
    """
    return [
        {
            str(name): value.isoformat() if str(name).endswith("_at") and not pd.isna(value) else scalar(value)
            for name, value in row.items()
        }
        for row in episodes.to_dict("records")
    ]


def causes_of(rows: Iterable[str]) -> str:
    """The causes of an episode's rows of ``published.changes`` once each, definitions before data.

    >>> causes_of(["late data", "amended", "software, protocol", "late data"])
    'software, protocol, late data, amended'
    """
    named = {part for row in rows for part in row.split(", ")}
    return ", ".join([cause for cause in CAUSES if cause in named] + sorted(named - set(CAUSES)))


def _rows(episodes: pd.DataFrame) -> dict[str, Fields]:
    return {str(row["episode_id"]): row for row in episode_records(episodes)}


def _place(line: LineChange) -> tuple[int, str, str, str]:
    onset_on, patient_id = line.row["onset_on"], line.row["patient_id"]
    return CHANGES.index(line.change), str(onset_on or "9999"), str(patient_id), line.episode_id
