"""Whether the run was whole: checks with what they protect, the pull, rejects, findings, codes, late arrivals."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from reports.bundle import MethodNote, WeeklyBundle
from reports.figures_text import count
from reports.printed import Body, Cell, Table, columns, spoken, text, words

__all__ = ["check_summary", "note_table", "quality_tables"]

FAILED = ("relation", "check_name", "severity", "unexpected_count", "element_count", "protects", "reason")
LATE_CAUSES = ("late data", "amended", "deleted", "entered in error")


def quality_tables(bundle: WeeklyBundle) -> list[Table]:
    """Every part of the quality section, counts only."""
    return [
        failed_checks(bundle.checks),
        plain_table(
            "pull", "What was asked for and what came, by type and state.", bundle.ledger, "No pull is on file."
        ),
        plain_table("rejects", "Lines that cannot be used at all.", bundle.rejects, "No line was rejected."),
        plain_table("findings", "Lines used although something is wrong with them.", bundle.findings, "No finding."),
        plain_table("unmapped", "Codes that no value set holds.", bundle.unmapped, "Every code is in a value set."),
        late_arrivals(bundle.line_list),
        check_summary(bundle.checks),
    ]


def failed_checks(checks: pd.DataFrame) -> Table:
    """Checks that did not pass, with the measures they protect."""
    failed = checks[~checks["passed"].astype(bool)]
    rows = [
        (
            words(row["relation"]), words(spoken(row["check_name"])), words(row["severity"]),
            words(count(row["unexpected_count"])), words(count(row["element_count"])),
            words(measures(row["protects"])), words(row["reason"]),
        )
        for row in failed[list(FAILED)].to_dict("records")
    ]  # fmt: skip
    return Table(
        "checks-failed", "Checks that did not pass.",
        columns("Relation", "Check", "Severity", "#Not as expected", "#Looked at", "Protects", "Why it matters"),
        (Body(tuple(rows)),), nothing=f"All {count(len(checks))} checks passed.",
    )  # fmt: skip


def measures(protects: object) -> str:
    """The measures that a check protects, in words."""
    return "every figure" if text(protects) == "all" else spoken(protects)


def check_summary(checks: pd.DataFrame) -> Table:
    """Each relation's checks in one row: how many, how many passed, what they protect."""
    rows = []
    for relation in sorted(set(checks["relation"])):
        mine = checks[checks["relation"] == relation]
        names = sorted({name.strip() for names in mine["protects"] for name in text(names).split(",")})
        protects = "every figure" if "all" in names else ", ".join(spoken(name) for name in names)
        passed = int(mine["passed"].astype(bool).sum())
        rows.append((words(relation), words(count(passed)), words(count(len(mine))), words(protects)))
    return Table(
        "checks-all", "All checks, by what they look at.",
        columns("Relation", "#Passed", "#Checks", "Protects"), (Body(tuple(rows)),), nothing="No check was made.",
    )  # fmt: skip


def late_arrivals(line_list: pd.DataFrame) -> Table:
    """How many episodes differ because facts came late, were amended or taken back."""
    causes = [] if line_list.empty else [text(cause) for cause in line_list["cause"]]
    rows = [
        (words(cause), words(count(sum(cause in named for named in causes))))
        for cause in LATE_CAUSES
        if any(cause in named for named in causes)
    ]
    return Table(
        "late", "Episodes that differ from the last issue because of older facts.",
        columns("Cause", "#Episodes"), (Body(tuple(rows)),), nothing="No late or amended fact moved an episode.",
    )  # fmt: skip


def plain_table(key: str, caption: str, frame: pd.DataFrame, nothing: str) -> Table:
    """A frame of counts as it is: numbers right, words left."""
    titles = [f"#{spoken(name)}" if is_count(frame[name]) else spoken(name) for name in frame.columns]
    rows = [
        tuple(words(count(value) if is_count(frame[name]) else text(value)) for name, value in row.items())
        for row in frame.to_dict("records")
    ]
    return Table(key, caption, columns(*(capital(title) for title in titles)), (Body(tuple(rows)),), nothing=nothing)


def is_count(column: pd.Series) -> bool:
    """True for a column of numbers."""
    return bool(pd.api.types.is_numeric_dtype(column))


def capital(title: str) -> str:
    """A heading with a capital, after the sign of a number."""
    mark = "#" if title.startswith("#") else ""
    bare = title.removeprefix("#")
    return f"{mark}{bare[:1].upper()}{bare[1:]}"


def note_table(notes: Sequence[MethodNote]) -> Table:
    """Every threshold of the protocol, those that nobody confirmed first."""
    rows = [
        (
            words(spoken(note.name)),
            words(threshold(note)),
            words(note.source),
            words(TAGS.get(note.tag, note.tag)),
            Cell(("yes" if note.verified else "no",), css="" if note.verified else "flag"),
        )
        for note in notes
    ]
    return Table(
        "notes", "Thresholds of the protocol. Not confirmed: no clinician has read its source again yet.",
        columns("Threshold", "Value", "Source", "Kind of source", "Confirmed"), (Body(tuple(rows)),),
        nothing="The protocol names no threshold.",
    )  # fmt: skip


def threshold(note: MethodNote) -> str:
    """A threshold with comparator and unit; a switch is on or off."""
    if note.value in SWITCHES:
        return SWITCHES[note.value]
    sign = COMPARATORS.get(note.comparator, note.comparator)
    return f"{sign} {note.value.replace('-', '−')} {unit(note.unit)}".strip()


SWITCHES = {"True": "on", "False": "off"}
COMPARATORS = {">=": "≥", "<=": "≤", "==": "="}
TAGS = {"S": "read in the source", "D": "derived", "M": "known from the literature", "P": "decision of this project"}


def unit(code: str) -> str:
    """A unit code for people: the braces of counted things are left out."""
    return code.replace("{", "").replace("}", "").replace("_", " ")
