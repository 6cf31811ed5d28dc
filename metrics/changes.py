"""Why a week changed: what differs between two states of a week, and which cause it has (contracts 1).

Two states that differ by definitions only give changes of that definition. Two states that differ by data give changes
whose causes are read from the resource versions behind them. Everything here is arithmetic on frames.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from metrics.figure_order import WEEK_MEASURES

Json = str | int | float | bool | None
Fields = Mapping[str, Json]

NEW_DATA = "new data"
DATA_CAUSES = ("late data", "amended", "deleted", "entered in error", NEW_DATA)
VERDICT = "verdict"
FIGURE_KEYS = ("measure", "stratum", "window_name", "infection_class")
FIGURE_VALUES = ("numerator", "denominator", "value")
EPISODE_FIELDS = (
    "patient_id", "course_number", "onset_on", "onset_day", "window_name", "infection_class", "site", "documentation",
    "organisms", "first_sign_on", "before_infusion", "organism_from_code", "severity_grade", "counted",
    "not_counted_reason", "active_in_look_back", "progressed", "progression_criterion", "progression_on",
    "progressed_broad", "progression_broad_criterion", "progression_broad_on", "rule",
)  # fmt: skip
# Fields that no figure counts.
WORDS_ONLY = frozenset({"site", "documentation", "organisms", "first_sign_on", "rule"})
CHANGE_COLUMNS = ("previous_run_id", "subject", "before", "after", "cause", "evidence")
_LISTED_VERSIONS = 50


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
    versions = _classified(known)
    differences = _differences(before, after)
    episodes = [change for change in differences if is_episode(change.subject)]
    found = _episode_causes(episodes, [before, after, *([today] if today else [])], versions)
    rows = [row for change in episodes for row in _rows(change, found[change.subject])]
    rows += _verdict_changes(episodes, before, after, known)
    rest = _of_patients(versions, _changed_persons(before, after))
    for change in differences:
        if not is_episode(change.subject):
            behind = _figure_versions(change, episodes, found, (before, after))
            rows += _rows(change, behind if behind is not None and len(behind) else rest)
    return rows


def period_changes(before: WeekState, after: WeekState, known: Knowledge) -> list[Change]:
    """What the newly reported period changed, the knowledge being the same: all of it is `new data`."""
    versions = _classified(known)
    versions = versions[versions["cause"] == NEW_DATA]
    differences = _differences(before, after)
    episodes = [change for change in differences if is_episode(change.subject)]
    direct = {change.subject: _direct_versions(change, [before, after], versions) for change in episodes}
    rows = []
    for change in differences:
        behind = direct.get(change.subject)
        if behind is None:
            behind = _figure_versions(change, episodes, direct, (before, after))
        rows.append(replace(change, cause=NEW_DATA, evidence=() if behind is None else _evidence(behind)))
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


def _classified(known: Knowledge) -> pd.DataFrame:
    rows = known.versions.to_dict("records")
    causes = [version_cause({str(k): v for k, v in row.items()}, known.previous_data_date) for row in rows]
    return known.versions.assign(cause=pd.Series(causes, index=known.versions.index, dtype="object"))


def version_cause(version: Mapping[str, object], previous_data_date: date) -> str:
    """The cause that one changed resource version is: see `DATA_CAUSES`."""
    if not version["is_known"]:
        return "deleted"
    if version["is_error"]:
        return "entered in error"
    if version["was_known"]:
        return "amended"
    evidence_on = scalar(version["evidence_on"])
    return NEW_DATA if str(evidence_on) > previous_data_date.isoformat() else "late data"


def _direct_versions(change: Change, states: Sequence[WeekState], versions: pd.DataFrame) -> pd.DataFrame:
    """The versions among the evidence of one episode."""
    episode_id = change.subject.partition("/")[2]
    found = _behind({episode_id}, states, versions)
    began = found[(found["role"] == "day_zero") & (found["cause"] == NEW_DATA)]
    # A course that began in the new period could not be reported before, however old the evidence in its look-back.
    return began if len(began) and change.before is None else found


def _behind(episode_ids: Collection[str], states: Sequence[WeekState], versions: pd.DataFrame) -> pd.DataFrame:
    parts = [state.evidence[state.evidence["episode_id"].isin(list(episode_ids))] for state in states]
    behind = pd.concat([part[["resource_type", "resource_id", "role"]] for part in parts])
    return versions.merge(behind.drop_duplicates(["resource_type", "resource_id"]), on=["resource_type", "resource_id"])


def _episode_causes(
    episodes: list[Change], states: Sequence[WeekState], versions: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    patients = {str(row["episode_id"]): str(row["patient_id"]) for state in states for row in _records(state)}
    found = {}
    for change in episodes:
        patient = patients[change.subject.partition("/")[2]]
        mine = _direct_versions(change, states[:2], versions)
        if mine.empty:
            mine = _behind({key for key, whose in patients.items() if whose == patient}, states, versions)
        found[change.subject] = mine if len(mine) else _of_patients(versions, {patient})
    return found


def _records(state: WeekState) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in state.episodes.to_dict("records")]


def _of_patients(versions: pd.DataFrame, patients: Collection[str]) -> pd.DataFrame:
    """The patients' changed versions; what is not new explains a past period, so it comes before what is."""
    theirs = versions[versions["patient_id"].isin(list(patients))]
    old = theirs[theirs["cause"] != NEW_DATA]
    return old if len(old) else theirs


def _figure_versions(
    change: Change, episodes: list[Change], found: Mapping[str, pd.DataFrame], states: Sequence[WeekState]
) -> pd.DataFrame | None:
    """The versions behind the changed episodes that a figure counts; None: it counts none of them."""
    window, infection_class = change.subject.split("/")[3:5]
    counting = {
        f"episode/{row['episode_id']}"
        for state in states
        for row in _records(state)
        if row["counted"]
        and window in ("-", row["window_name"])
        and _has_class(row["infection_class"], infection_class)
    }
    moving = [episode.subject for episode in episodes if episode.subject in counting and _moves_figures(episode)]
    if not moving:
        return None
    return pd.concat([found[subject] for subject in moving]).drop_duplicates(["resource_type", "resource_id"])


def _has_class(labels: object, infection_class: str) -> bool:
    """Whether an episode is of a class: `bacterial` has `bacterial_gp` and `bacterial_gn`."""
    return infection_class in ("-", "all") or any(
        label == infection_class or label.startswith(f"{infection_class}_") for label in str(labels).split(", ")
    )


def _moves_figures(episode: Change) -> bool:
    if episode.before is None or episode.after is None:
        return True
    return not set(episode.after) <= WORDS_ONLY


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


def _rows(change: Change, versions: pd.DataFrame) -> list[Change]:
    causes = [cause for cause in DATA_CAUSES if cause in set(versions["cause"])]
    return [
        replace(change, cause=cause, evidence=_evidence(versions[versions["cause"] == cause])) for cause in causes
    ] or [replace(change, cause=NEW_DATA)]


def _evidence(versions: pd.DataFrame) -> tuple[Fields, ...]:
    """Type, id and version before and after; of more than fifty only their number by type."""
    if len(versions) > _LISTED_VERSIONS:
        sizes = versions.groupby("resource_type").size()
        return tuple({"resource_type": str(name), "resources": int(size)} for name, size in sorted(sizes.items()))
    ordered = versions.sort_values(["resource_type", "resource_id"], kind="stable")
    names = ("resource_type", "resource_id", "version_before", "version_after")
    # A deletion has no newer version.
    return tuple({name: scalar(row[name]) for name in names} for row in ordered.to_dict("records"))


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
