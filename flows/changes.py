"""Why a week changed: the last issue is rebuilt step by step with today's definitions, then with today's data.

Each step is one more build of some seconds, and only steps that can show something are made. Software comes first,
then protocol, value sets, verdicts, what was learned of the old period, and the new period.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pandas as pd

from ehr.forgotten import read_forgotten
from flows.building import built, counts_of
from flows.context import RunContext
from flows.weeks import ANALYSIS
from metrics.changes import change_frame, data_changes, definition_changes, merged_changes, period_changes
from metrics.figures import COUNT_RELATIONS, weekly_figures
from metrics.week_states import Change, Knowledge, WeekState
from warehouse import (
    RunKey,
    landed_protocol,
    landed_value_sets,
    read_build,
    read_issued,
    read_versions_between,
    reading,
)
from warehouse.errors import RelationFailed

__all__ = ["WeekChanges", "week_changes"]

PERSON_RELATIONS = ("courses", "strata", "person_time", "covariates")
COMPARED = (
    *(f"counts.{name}" for name in COUNT_RELATIONS),
    *(f"cohort.{name}" for name in ("issued_episodes", "issued_evidence", *PERSON_RELATIONS)),
)


@dataclass(frozen=True)
class WeekChanges:
    """Frames to issue with the week, by relation, and the run they were compared with; None: the first issue."""

    frames: dict[str, pd.DataFrame]
    previous_run_id: str | None


@dataclass(frozen=True)
class LastIssue:
    """A row of `ops.runs`."""

    run_id: str
    as_of: datetime
    data_date: date
    protocol_hash: str
    valueset_hash: str
    software_version: str


def week_changes(context: RunContext, run: RunKey, estimates: pd.DataFrame) -> WeekChanges:
    """Compare a week that is built and not yet issued with the last issue; needs the store's lock.

    `estimates` are the week's figures. Running again gives the same frames.
    """
    store = context.settings.store
    today = built_state(context, run, estimates)
    frames = {"published.episodes": today.episodes, "published.episode_evidence": today.evidence}
    last = last_issue(context, run)
    if last is None:
        return WeekChanges(frames | {"published.changes": change_frame([], "")}, None)
    decided = new_verdicts(context, last, run)
    changes, base_key, base = by_definition(context, run, last, decided=bool(decided))
    known = Knowledge(
        read_versions_between(store, before=last.as_of, after=run.as_of, time_zone=run.time_zone),
        last.data_date,
        decided,
    )
    changes += by_data(context, run, base, today, known, base_key=base_key)
    rows = change_frame(merged_changes(changes), last.run_id)
    return WeekChanges(frames | {"published.changes": rows}, last.run_id)


def last_issue(context: RunContext, run: RunKey) -> LastIssue | None:
    """The issue that people read before this one: the newest week not after it, with the newest knowledge not after it.

    A run that was issued before keeps the issue it was compared with then. Of several issues with the same clocks the
    one that none was compared with is the last.
    """
    runs = read_issued(context.settings.store, "ops.runs", protocol=run.protocol.name)
    runs = runs[runs["flow"] != ANALYSIS]
    mine = runs[runs["run_id"] == run.run_id]
    if len(mine):
        recorded = mine["previous_run_id"].dropna()
        chosen = runs[runs["run_id"].isin(recorded)]
    else:
        earlier = runs[(instants(runs["as_of"]) <= run.as_of) & (days(runs["data_date"]) <= run.data_date)]
        compared = earlier["run_id"].isin(runs["previous_run_id"].dropna())
        chosen = earlier.assign(compared=~compared).sort_values(["data_date", "as_of", "compared", "run_id"])
    return None if chosen.empty else issue_of(chosen.iloc[-1])


def issue_of(row: pd.Series) -> LastIssue:
    """A row of ops.runs with plain types."""
    return LastIssue(
        run_id=str(row["run_id"]),
        as_of=pd.Timestamp(row["as_of"]).to_pydatetime().astimezone(UTC),
        data_date=pd.Timestamp(row["data_date"]).date(),
        protocol_hash=str(row["protocol_hash"]),
        valueset_hash=str(row["valueset_hash"]),
        software_version=str(row["software_version"]),
    )


def instants(column: pd.Series) -> pd.Series:
    """A column of instants, whatever the database calls its zone."""
    return pd.to_datetime(column, utc=True)


def days(column: pd.Series) -> pd.Series:
    """A column of dates as dates."""
    return pd.to_datetime(column).dt.date


def new_verdicts(context: RunContext, last: LastIssue, run: RunKey) -> frozenset[tuple[str, str]]:
    """Episode and evidence of the verdicts decided after the last issue's knowledge, and by this one's."""
    verdicts = read_issued(context.settings.store, "ops.verdicts")
    decided = instants(verdicts["decided_at"])
    fresh = verdicts[(decided > last.as_of) & (decided <= run.as_of)]
    return frozenset(zip(fresh["episode_id"].astype(str), fresh["evidence_hash"].astype(str), strict=True))


def by_definition(
    context: RunContext, run: RunKey, last: LastIssue, *, decided: bool
) -> tuple[list[Change], RunKey, WeekState]:
    """From the last issue as published to its rebuild with today's definitions, one definition at a time.

    A step whose old definition cannot be read any more is joined with the next: "software, protocol".
    """
    whole = replace(run, as_of=last.as_of, data_date=last.data_date, verdicts_until=run.as_of if decided else None)
    steps = definition_steps(context, run, last, whole)
    state = issued_state(context, last)
    changes: list[Change] = []
    pending: list[str] = []
    for cause, key in steps:
        pending.append(cause)
        made = None if key is None else rebuilt_state(context, key, must=key is whole)
        if made is not None:
            changes += definition_changes(state, made, ", ".join(pending))
            state, pending = made, []
    if not steps:
        with built(context, whole, COMPARED):
            state = replace(state, persons=persons_of(context, whole))
    return changes, whole, state


def definition_steps(
    context: RunContext, run: RunKey, last: LastIssue, whole: RunKey
) -> list[tuple[str, RunKey | None]]:
    """What differs but new data, each with the key that has it and those before it as today; None: not readable."""
    landing = context.settings.landing
    protocol = landed_protocol(landing, last.protocol_hash)
    value_sets = landed_value_sets(landing, last.valueset_hash, run.value_sets)
    old = None
    if protocol is not None and value_sets is not None:
        old = replace(whole, protocol=protocol, value_sets=value_sets, verdicts_until=None)
    with_protocol = None if value_sets is None else replace(whole, value_sets=value_sets, verdicts_until=None)
    steps = [
        # A patient who was forgotten is gone from the old week too: what is left are no new data.
        ("deleted", forgotten_since(context, last), old),
        ("software", last.software_version != run.software_version, old),
        ("protocol", last.protocol_hash != run.protocol.hash, with_protocol),
        ("value set", last.valueset_hash != run.value_sets.hash, replace(whole, verdicts_until=None)),
        ("verdict", whole.verdicts_until is not None, whole),
    ]
    found = [(cause, key) for cause, differs, key in steps if differs]
    # After the last step everything is as today, whatever could be read.
    return [*found[:-1], (found[-1][0], whole)] if found else []


def forgotten_since(context: RunContext, last: LastIssue) -> bool:
    """Whether a patient was forgotten after the last issue was known."""
    entries = read_forgotten(context.settings.landing).entries
    return any(datetime.fromisoformat(entry.forgotten_at) >= last.as_of for entry in entries)


def rebuilt_state(context: RunContext, key: RunKey, *, must: bool) -> WeekState | None:
    """The week of a key, built for the comparison; None when old definitions do not fit today's software."""
    try:
        with built(context, key, COMPARED):
            return built_state(context, key, None)
    except RelationFailed:
        if must:
            raise
        return None


def by_data(
    context: RunContext, run: RunKey, base: WeekState, today: WeekState, known: Knowledge, *, base_key: RunKey
) -> list[Change]:
    """From the rebuild to today: first what was learned of the old period, then the new period."""
    if base_key.data_date == run.data_date:
        return data_changes(base, today, known)
    middle_key = replace(run, data_date=base_key.data_date)
    with built(context, middle_key, COMPARED):
        middle = built_state(context, middle_key, None)
    return [*data_changes(base, middle, known, today=today), *period_changes(middle, today, known)]


def built_state(context: RunContext, key: RunKey, estimates: pd.DataFrame | None) -> WeekState:
    """A week as its build has it; figures are computed where none are given."""
    store, run_id = context.settings.store, key.run_id
    if estimates is None:
        estimates = weekly_figures(counts_of(store, run_id), status="final").estimates
    with reading(store, run_id):
        return WeekState(
            estimates=estimates,
            episodes=read_build(store, run_id, "cohort.issued_episodes"),
            evidence=read_build(store, run_id, "cohort.issued_evidence"),
            persons=persons_of(context, key),
        )


def issued_state(context: RunContext, last: LastIssue) -> WeekState:
    """The last issue as published; who was counted is not published."""
    store = context.settings.store
    return WeekState(
        estimates=read_issued(store, "published.estimates", run_id=last.run_id),
        episodes=read_issued(store, "published.episodes", run_id=last.run_id),
        evidence=read_issued(store, "published.episode_evidence", run_id=last.run_id),
        persons=pd.DataFrame(columns=["patient_id", "content"]),
    )


def persons_of(context: RunContext, key: RunKey) -> pd.DataFrame:
    """One text per cohort patient of the rows that decide how the figures count the patient."""
    store = context.settings.store
    with reading(store, key.run_id):
        members = set(read_build(store, key.run_id, "cohort.courses", in_cohort=True)["patient_id"])
        relations = {name: read_build(store, key.run_id, f"cohort.{name}") for name in PERSON_RELATIONS}
    texts: dict[str, list[str]] = {str(patient): [] for patient in members}
    for relation, rows in relations.items():
        for row in rows[rows["patient_id"].isin(members)].astype("object").itertuples(index=False, name=None):
            texts[str(row[0])].append("|".join((relation, *map(str, row))))
    content = {patient: "\n".join(sorted(lines)) for patient, lines in sorted(texts.items())}
    return pd.DataFrame({"patient_id": list(content), "content": list(content.values())}, dtype="object")
