"""Which cause a changed episode or figure has, and the resource versions behind it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cache

import pandas as pd

from metrics.week_states import DATA_CAUSES, NEW_DATA, Change, Fields, Knowledge, WeekState, scalar

# A cause, and the versions that are it.
Explanation = tuple[tuple[str, tuple[Fields, ...]], ...]

# Fields that no figure counts.
WORDS_ONLY = frozenset({"site", "documentation", "organisms", "first_sign_on", "rule"})
_LISTED_VERSIONS = 50


def classified(known: Knowledge) -> pd.DataFrame:
    """The versions that became known, each with its cause."""
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


def direct_versions(change: Change, states: Sequence[WeekState], versions: pd.DataFrame) -> pd.DataFrame:
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


def episode_causes(
    episodes: list[Change], states: Sequence[WeekState], versions: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The versions behind each changed episode: its own evidence, else that of the patient's others, else any."""
    patients = {str(row["episode_id"]): str(row["patient_id"]) for state in states for row in state.episode_records}
    found = {}
    for change in episodes:
        patient = patients[change.subject.partition("/")[2]]
        mine = direct_versions(change, states[:2], versions)
        if mine.empty:
            mine = _behind({key for key, whose in patients.items() if whose == patient}, states, versions)
        found[change.subject] = mine if len(mine) else of_patients(versions, {patient})
    return found


def of_patients(versions: pd.DataFrame, patients: Collection[str]) -> pd.DataFrame:
    """The patients' changed versions; what is not new explains a past period, so it comes before what is."""
    theirs = versions[versions["patient_id"].isin(list(patients))]
    old = theirs[theirs["cause"] != NEW_DATA]
    return old if len(old) else theirs


def figure_explanations(
    episodes: Sequence[Change],
    found: Mapping[str, pd.DataFrame],
    states: Sequence[WeekState],
    explain: Callable[[pd.DataFrame], Explanation],
) -> Callable[[str], Explanation | None]:
    """What explains a figure, by its subject: the versions behind the changed episodes that it counts.

    The returned function gives None for a figure that counts none of them. Figures of one window and class count the
    same episodes, so each is looked up once.
    """

    @cache
    def of(window: str, infection_class: str) -> Explanation | None:
        counting = {
            f"episode/{row['episode_id']}"
            for state in states
            for row in state.episode_records
            if row["counted"]
            and window in ("-", row["window_name"])
            and _has_class(row["infection_class"], infection_class)
        }
        moving = [episode.subject for episode in episodes if episode.subject in counting and _moves_figures(episode)]
        if not moving:
            return None
        together = pd.concat([found[subject] for subject in moving])
        return explain(together.drop_duplicates(["resource_type", "resource_id"]))

    return lambda subject: of(*subject.split("/")[3:5])


def _has_class(labels: object, infection_class: str) -> bool:
    """Whether an episode is of a class: `bacterial` has `bacterial_gp` and `bacterial_gn`."""
    return infection_class in ("-", "all") or any(
        label == infection_class or label.startswith(f"{infection_class}_") for label in str(labels).split(", ")
    )


def _moves_figures(episode: Change) -> bool:
    if episode.before is None or episode.after is None:
        return True
    return not set(episode.after) <= WORDS_ONLY


def by_cause(versions: pd.DataFrame) -> Explanation:
    """The versions by cause, in the order of `DATA_CAUSES`; without any it is `new data`: time went on."""
    present = set(versions["cause"])
    causes = [cause for cause in DATA_CAUSES if cause in present]
    return tuple((cause, evidence(versions[versions["cause"] == cause])) for cause in causes) or ((NEW_DATA, ()),)


def evidence(versions: pd.DataFrame) -> tuple[Fields, ...]:
    """Type, id and version before and after; of more than fifty only their number by type."""
    if len(versions) > _LISTED_VERSIONS:
        sizes = versions.groupby("resource_type").size()
        return tuple({"resource_type": str(name), "resources": int(size)} for name, size in sorted(sizes.items()))
    ordered = versions.sort_values(["resource_type", "resource_id"], kind="stable")
    names = ("resource_type", "resource_id", "version_before", "version_after")
    # A deletion has no newer version.
    return tuple({name: scalar(row[name]) for name in names} for row in ordered.to_dict("records"))
