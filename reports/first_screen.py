"""What a surveillance lead reads first: the line of counts, how far to trust it, what is new, what needs a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reports.bundle import Header, WeekCounts, WeeklyBundle
from reports.episode_words import SITES, SUBCLASSES, labels
from reports.figures_text import count
from reports.printed import Printed, machine, spoken, text

__all__ = [
    "Case", "News", "Trust", "case_list", "clock", "news_list", "no_news", "period", "trust_lines", "week_line",
]  # fmt: skip

PARTS = {
    "day_0_30": ("week_patients", "early"),
    "day_31_90": ("week_patients", "late"),
    "infusions": ("week_infusions", None),
    "new": ("week_new_episodes", None),
    "changed": ("week_changed_episodes", None),
    "withdrawn": ("week_withdrawn_episodes", None),
    "deaths": ("week_deaths", None),
    "to_adjudicate": ("week_cases_to_adjudicate", None),
}


@dataclass(frozen=True)
class Trust:
    """One sentence on how far the figures can be trusted; `state` is good or warn."""

    state: str
    sentence: str
    anchor: str = ""


@dataclass(frozen=True)
class Patient:
    """Who: the local number, and the link into the EHR where the site has one."""

    number: str
    link: str


@dataclass(frozen=True)
class News:
    """An episode that is not as in the last issue. Every field is text as printed."""

    change: str
    patient: Patient
    ward: str
    day: str
    onset_on: str
    specimen_at: str
    organisms: str
    infection_class: str
    site: str
    result: str
    rule: str
    what: str
    cause: str
    episode_id: str
    versions: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """An episode or death that waits for a verdict. Every field is text as printed."""

    kind: str
    patient: Patient
    ward: str
    on: str
    day: str
    what: str
    reason: str
    episode_id: str
    versions: tuple[str, ...]


def period(header: Header) -> str:
    """The days of the week that is looked at, in words.

    >>> from reports.bundle import Header
    >>> header = Header("p", "P", "2018-W30", "2018-07-29", "", "", "", "", "", "complete", (), None)
    >>> period(header)
    '23 to 29 July 2018'
    """
    last = date.fromisoformat(header.data_date)
    first = last - timedelta(days=last.weekday())
    if first.month == last.month:
        return f"{first.day} to {last.day} {last:%B %Y}"
    start = f"{first.day} {first:%B}" if first.year == last.year else f"{first.day} {first:%B %Y}"
    return f"{start} to {last.day} {last:%B %Y}"


def clock(instant: str) -> str:
    """An instant for people.

    >>> clock("2018-07-30T01:00:00Z")
    '2018-07-30 01:00 UTC'
    """
    return f"{instant[:10]} {instant[11:16]} UTC"


def week_line(counts: WeekCounts | None) -> tuple[str | Printed, ...]:
    """The counts of the week up to the cases to adjudicate, as one sentence; empty when the flow gave none."""
    if counts is None:
        return ()
    told = {name: figure(name, getattr(counts, name)) for name in PARTS}
    return (
        told["day_0_30"], f" {noun('patient', counts.day_0_30)} on day 0–30, ", told["day_31_90"], " on day 31–90; ",
        told["infusions"], f" {noun('infusion', counts.infusions)}; ", "new episodes ", told["new"], ", changed ",
        told["changed"],
        ", withdrawn ", told["withdrawn"], "; deaths ", told["deaths"], "; ",
        told["to_adjudicate"],
    )  # fmt: skip


def noun(word: str, number: int) -> str:
    """A noun in the number that goes with a count.

    >>> noun("infusion", 1), noun("infusion", 0)
    ('infusion', 'infusions')
    """
    return word if number == 1 else f"{word}s"


def figure(name: str, value: int) -> Printed:
    """A number of the first line with the published row it is."""
    measure, window = PARTS[name]
    place = {"source": "estimates", "measure": measure, "stratum": "all", "part": "numerator"}
    return Printed(count(value), machine(value), place | ({"window": window} if window else {}))


def no_news(bundle: WeeklyBundle) -> str:
    """The sentence for a week in which no episode is new, changed or withdrawn."""
    previous = bundle.week_counts and bundle.week_counts.previous_week
    if previous is None:
        return "First issue of this protocol: there is no earlier one to compare with, so no episode is called new."
    return f"A week without news: no episode is new, changed or withdrawn since the issue of {previous}."


def trust_lines(bundle: WeeklyBundle) -> list[Trust]:
    """How whole the pull was, what the checks say, and what a reader must know before quoting a figure."""
    lines = [completeness(bundle.header), checks_sentence(bundle)]
    if bundle.header.reconstructed or (bundle.estimates["status"] == "reconstructed").any():
        lines.append(Trust("warn", "Reconstructed: a past week built with knowledge that did not exist then."))
    unconfirmed = sum(1 for note in bundle.notes if not note.verified)
    if unconfirmed:
        sentence = f"{unconfirmed} of {len(bundle.notes)} thresholds of the protocol await a clinician’s confirmation."
        lines.append(Trust("note", sentence, "methods"))
    return lines


def completeness(header: Header) -> Trust:
    """How whole the pull was, in one sentence."""
    if header.outcome == "complete":
        return Trust("good", "Complete: every patient and resource type that was asked for arrived.", "quality")
    missing = "; ".join(header.missing)
    return Trust("warn", f"Incomplete: {missing}. The figures below are a lower bound of what was recorded.", "quality")


def checks_sentence(bundle: WeeklyBundle) -> Trust:
    """How many checks passed, and which measures those that did not can spoil."""
    failed = bundle.checks[~bundle.checks["passed"].astype(bool)]
    if failed.empty:
        return Trust("good", f"All {count(len(bundle.checks))} checks of the data passed.", "quality")
    spoiled = sorted({name.strip() for names in failed["protects"] for name in str(names).split(",")})
    measures = "any figure" if "all" in spoiled else ", ".join(spoken(name) for name in spoiled)
    return Trust(
        "warn", f"{len(failed)} of {count(len(bundle.checks))} checks warned; they can spoil {measures}.", "quality"
    )


def patient_of(row: Mapping[str, Any], link_template: str | None) -> Patient:
    """The local number, else the server's, with its link."""
    number = text(row.get("local_identifier")) or text(row["patient_id"])
    link = link_template.format(patient_id=row["patient_id"], local_identifier=number) if link_template else ""
    return Patient(number, link)


def day_of(value: object) -> str:
    """A day after infusion with a real minus.

    >>> day_of(-3)
    '−3'
    """
    return text(value).replace("-", "−")


def news_list(bundle: WeeklyBundle, link_template: str | None) -> list[News]:
    """The rows of the line list in their order."""
    return [
        News(
            change=text(row["change"]),
            patient=patient_of(row, link_template),
            ward=text(row["ward"]),
            day=day_of(row["onset_day"]),
            onset_on=text(row["onset_on"])[:10],
            specimen_at=text(row["specimen_at"]),
            organisms=text(row["organisms"]),
            infection_class=labels(row["infection_class"], SUBCLASSES),
            site=labels(row["site"], SITES),
            result=text(row["result_status"]),
            rule=spoken(row["rule"]),
            what=text(row["what"]),
            cause=text(row["cause"]),
            episode_id=text(row["episode_id"]),
            versions=tuple(row["evidence"]),
        )
        for row in bundle.line_list.to_dict("records")
    ]


def found_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Organism, class and site of a case."""
    return text(row["organisms"]), labels(row["infection_class"], SUBCLASSES), labels(row["site"], SITES)


def case_list(bundle: WeeklyBundle, link_template: str | None) -> list[Case]:
    """The cases that wait for a verdict in their order."""
    return [
        Case(
            kind=text(row["kind"]),
            patient=patient_of(row, link_template),
            ward=text(row["ward"]),
            on=text(row["on_"])[:10],
            day=day_of(row["onset_day"]),
            what=" · ".join(part for part in found_of(row) if part),
            reason=text(row["reason"]),
            episode_id=text(row["episode_id"]),
            versions=tuple(row["evidence"]),
        )
        for row in bundle.to_adjudicate.to_dict("records")
    ]
