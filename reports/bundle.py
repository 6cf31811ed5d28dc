"""What a weekly bundle is made of: one frozen object of frames, filled by the flow, read by every writer."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Analysis", "Header", "MethodNote", "StoppedWeek", "WeekCounts", "WeeklyBundle"]


@dataclass(frozen=True)
class Header:
    """Who, when and how whole. Instants are UTC text to the second, days are hospital-local ISO dates.

    `missing` holds sentences such as "Observation: 1 of 90 patients"; empty means complete. `outcome` is complete or
    incomplete. `reconstructed` is true for a past week that was built with later knowledge.
    """

    protocol: str
    protocol_title: str
    week: str
    data_date: str
    as_of: str
    run_id: str
    software_version: str
    protocol_hash: str
    valueset_hash: str
    outcome: str
    missing: tuple[str, ...]
    patients_asked: int | None
    reconstructed: bool = False


@dataclass(frozen=True)
class MethodNote:
    """One threshold of the protocol as the page prints it. `verified` false: a clinician has not confirmed it yet."""

    name: str
    value: str
    comparator: str
    unit: str
    source: str
    tag: str
    verified: bool


@dataclass(frozen=True)
class StoppedWeek:
    """A week that was not issued: protocol, ISO week and one sentence that says why (no patient value in it)."""

    protocol: str
    week: str
    reason: str
    as_of: str


@dataclass(frozen=True)
class WeekCounts:
    """The first line of a week, each a number of patients, infusions, episodes, deaths or cases.

    `day_0_30` and `day_31_90`: cohort members alive and followed whose day of the course is in that window on the data
    date. `infusions` (the index infusions of cohort members) and `deaths` fell into the reported ISO week. `new`,
    `changed` and `withdrawn` are the rows of the line list. `previous_week` is the ISO week of the issue compared with,
    None on the first issue of a protocol: nothing is new then, because nothing was known before.
    """

    day_0_30: int
    day_31_90: int
    infusions: int
    new: int
    changed: int
    withdrawn: int
    deaths: int
    to_adjudicate: int
    previous_week: str | None


@dataclass(frozen=True)
class Analysis:
    """The newest dated analysis that the week's run knew: a frozen cohort, associations without p values.

    `data_date` and `as_of` as in the header. `two_by_two` has the published columns (contracts 5); `effects` one row
    per term of a model: measure, exposure, outcome, stratum, estimate, lower, upper, method, events, patients, note.
    Undefined estimates and limits are None.
    """

    run_id: str
    data_date: str
    as_of: str
    two_by_two: pd.DataFrame
    effects: pd.DataFrame


@dataclass(frozen=True)
class WeeklyBundle:
    """Everything a week's files say.

    Frames: `estimates`, `curves`, `two_by_two` with the published columns (contracts 5); `funnel_patients`,
    `funnel_episodes` from counts; `episodes` the line list of the internal edition; `checks`, `ledger`, `rejects`,
    `findings`, `unmapped` for the quality part, counts only. `swimmer` (internal edition only) has one row per bar or
    event of a cohort member: patient_id, local_identifier, stratum, follow_up_from, follow_up_to, event, day_from,
    day_to, infection_class; days count from day 0. `table_one` has one row per characteristic, level and stratum:
    section, characteristic, level, unit, stratum, n, denominator, missing, percent, median, q1, q3. `benchmarks` are
    published studies, facts and no targets: columns as in benchmarks.csv. `analysis` is None
    when no dated analysis was known to the run. `week_counts` is the first line, None when the flow gave none.
    `line_list` has one row per new, changed or withdrawn episode of cohort members: change, the columns of `episodes`,
    `what` (before and after in words), `cause` (contracts 1), `evidence` (list of "Type/id/version", oldest first).
    `to_adjudicate` are cases that need a verdict: kind (episode or death), episode_id (None for a death), patient_id,
    local_identifier, ward, on_, onset_day, infection_class, site, organisms, reason, evidence. `episodes` has beside
    the published columns: local_identifier, ward, specimen_at (hospital-local), result_status (preliminary, final,
    ""), rule, evidence. `history` holds the estimates of the issues that the shareable edition may show, oldest first,
    this one among them where it may be shown, with the run's `outcome`; None: this issue is the first.
    """

    header: Header
    estimates: pd.DataFrame
    curves: pd.DataFrame
    two_by_two: pd.DataFrame
    funnel_patients: pd.DataFrame
    funnel_episodes: pd.DataFrame
    episodes: pd.DataFrame
    checks: pd.DataFrame
    ledger: pd.DataFrame
    rejects: pd.DataFrame
    findings: pd.DataFrame
    unmapped: pd.DataFrame
    notes: tuple[MethodNote, ...]
    swimmer: pd.DataFrame = field(default_factory=pd.DataFrame)
    table_one: pd.DataFrame = field(default_factory=pd.DataFrame)
    benchmarks: pd.DataFrame = field(default_factory=pd.DataFrame)
    analysis: Analysis | None = None
    week_counts: WeekCounts | None = None
    line_list: pd.DataFrame = field(default_factory=pd.DataFrame)
    to_adjudicate: pd.DataFrame = field(default_factory=pd.DataFrame)
    history: pd.DataFrame | None = None
