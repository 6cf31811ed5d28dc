"""Why a week changed: what differs between two states of a week, and which cause it has (contracts 1).

Two states that differ by definitions only give changes of that definition. Two states that differ by data give changes
whose causes are read from the resource versions behind them. Everything here is arithmetic on frames.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from metrics.change_causes import (
    Explanation,
    by_cause,
    classified,
    direct_versions,
    episode_causes,
    evidence,
    figure_explanations,
    of_patients,
)
from metrics.figure_order import WEEK_MEASURES
from metrics.week_states import (
    EPISODE_FIELDS,
    NEW_DATA,
    VERDICT,
    Change,
    Fields,
    Knowledge,
    WeekState,
    is_episode,
    scalar,
)

FIGURE_KEYS = ("measure", "stratum", "window_name", "infection_class")
FIGURE_VALUES = ("numerator", "denominator", "value")
CHANGE_COLUMNS = ("previous_run_id", "subject", "before", "after", "cause", "evidence")


def definition_changes(before: WeekState, after: WeekState, cause: str) -> list[Change]:
    """What a changed definition (`software`, `protocol`, `value set`, `verdict`, or some of them) changed."""
    return [replace(change, cause=cause) for change in _differences(before, after)]


def data_changes(
    before: WeekState, after: WeekState, known: Knowledge, *, today: WeekState | None = None
) -> list[Change]:
    """What new knowledge changed: one row per subject and cause, in the order of `DATA_CAUSES`.

    An episode has the causes of the versions among its own evidence; without any, those among the evidence of the
    patient's other episodes (before, after, or in `today`, where `after` is a step on the way); without these, of the
    patient's versions. A figure has the causes of the changed episodes that it counts, else of the patients whose
    courses changed. What nothing explains is `new data`: time went on.
    """
    versions = classified(known)
    differences = _differences(before, after)
    episodes = [change for change in differences if is_episode(change.subject)]
    found = episode_causes(episodes, [before, after, *([today] if today else [])], versions)
    rows = [row for change in episodes for row in _explained(change, by_cause(found[change.subject]))]
    rows += _verdict_changes(episodes, before, after, known)
    rest = by_cause(of_patients(versions, _changed_persons(before, after)))
    behind = figure_explanations(episodes, found, (before, after), lambda rows: by_cause(rows) if len(rows) else rest)
    for change in differences:
        if not is_episode(change.subject):
            rows += _explained(change, behind(change.subject) or rest)
    return rows


def period_changes(before: WeekState, after: WeekState, known: Knowledge) -> list[Change]:
    """What the newly reported period changed, the knowledge being the same: all of it is `new data`."""
    versions = classified(known)
    versions = versions[versions["cause"] == NEW_DATA]
    differences = _differences(before, after)
    episodes = [change for change in differences if is_episode(change.subject)]
    direct = {change.subject: direct_versions(change, [before, after], versions) for change in episodes}
    behind = figure_explanations(episodes, direct, (before, after), _as_new)
    rows = []
    for change in differences:
        mine = direct.get(change.subject)
        explanation = behind(change.subject) if mine is None else _as_new(mine)
        rows += _explained(change, explanation or ((NEW_DATA, ()),))
    return rows


def merged_changes(changes: Iterable[Change]) -> list[Change]:
    """Changes of one subject by one cause in successive steps as one, from the first `before` to the last `after`.

    >>> first, then = Change("figure/x", {"numerator": 1}, {"numerator": 2}, "late data"), None
    >>> then = Change("figure/x", {"numerator": 2}, {"numerator": 3}, "late data")
    >>> [(change.before, change.after) for change in merged_changes([first, then])]
    [({'numerator': 1}, {'numerator': 3})]
    """
    last: dict[str, Change] = {}
    done: list[Change] = []
    for change in changes:
        standing = last.get(change.subject)
        if standing is not None and standing.cause == change.cause:
            last[change.subject] = _joined(standing, change)
            continue
        if standing is not None:
            done.append(standing)
        last[change.subject] = change
    kept = [change for change in [*done, *last.values()] if change.before != change.after]
    return sorted(kept, key=lambda change: change.subject)


def change_frame(changes: Iterable[Change], previous_run_id: str) -> pd.DataFrame:
    """The rows of `published.changes` without `run_id`; fields and evidence as JSON text."""
    rows = [
        [previous_run_id, change.subject, _text(change.before), _text(change.after), change.cause,
         json.dumps(list(change.evidence), ensure_ascii=False, sort_keys=True)]
        for change in changes
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS), dtype="object")


def _differences(before: WeekState, after: WeekState) -> list[Change]:
    figures = _pairs(_figures(before.estimates), _figures(after.estimates))
    return [*figures, *_pairs(_episodes(before.episodes), _episodes(after.episodes))]


def _pairs(before: Mapping[str, Fields], after: Mapping[str, Fields]) -> list[Change]:
    changes = []
    for subject in sorted(before.keys() | after.keys()):
        old, new = before.get(subject), after.get(subject)
        if old is None or new is None:
            changes.append(Change(subject, old, new))
            continue
        fields = [name for name in new if old.get(name) != new[name]]
        if fields:
            changes.append(Change(subject, {n: old.get(n) for n in fields}, {n: new[n] for n in fields}))
    return changes


def _figures(estimates: pd.DataFrame) -> dict[str, Fields]:
    # The first line speaks of one week; the next week's is another number, not a changed one.
    rows = estimates[~estimates["measure"].isin(WEEK_MEASURES)].to_dict("records")
    return {
        "/".join(["figure", *(str(scalar(row[key]) or "-") for key in FIGURE_KEYS)]): {
            name: scalar(row[name]) for name in FIGURE_VALUES
        }
        for row in rows
    }


def _episodes(episodes: pd.DataFrame) -> dict[str, Fields]:
    rows = episodes.to_dict("records")
    return {f"episode/{row['episode_id']}": {name: scalar(row[name]) for name in EPISODE_FIELDS} for row in rows}


def _changed_persons(before: WeekState, after: WeekState) -> frozenset[str]:
    old, new = (dict(zip(s.persons["patient_id"], s.persons["content"], strict=True)) for s in (before, after))
    return frozenset(str(patient) for patient in old.keys() | new.keys() if old.get(patient) != new.get(patient))


def _verdict_changes(episodes: list[Change], before: WeekState, after: WeekState, known: Knowledge) -> list[Change]:
    """Verdicts on evidence that the previous issue did not have: a rebuild of that issue cannot show them."""
    old, new = (
        dict(zip(state.episodes["episode_id"], state.episodes["evidence_hash"], strict=True))
        for state in (before, after)
    )
    judged = [
        change
        for change in episodes
        for episode_id in [change.subject.partition("/")[2]]
        if old.get(episode_id) != new.get(episode_id) and (episode_id, str(new.get(episode_id))) in known.verdicts
    ]
    return [replace(change, cause=VERDICT) for change in judged]


def _as_new(versions: pd.DataFrame) -> Explanation:
    return ((NEW_DATA, evidence(versions)),)


def _explained(change: Change, explanation: Explanation) -> list[Change]:
    return [replace(change, cause=cause, evidence=behind) for cause, behind in explanation]


def _joined(first: Change, then: Change) -> Change:
    before = None if first.before is None else {**(then.before or {}), **first.before}
    after = None if then.after is None else {**(first.after or {}), **then.after}
    if before is not None and after is not None:
        same = [name for name in after if before.get(name) == after[name]]
        before = {name: value for name, value in before.items() if name not in same}
        after = {name: value for name, value in after.items() if name not in same}
    evidence = {json.dumps(item, sort_keys=True): item for item in (*first.evidence, *then.evidence)}
    return Change(first.subject, before, after, first.cause, tuple(evidence.values()))


def _text(fields: Fields | None) -> str | None:
    return None if fields is None else json.dumps(dict(fields), ensure_ascii=False, sort_keys=True)
