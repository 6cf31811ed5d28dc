"""The gates between the stations: run the suites of a station and say whether the run goes on.

A failed stop, a relation that is missing, or a check that cannot be evaluated stops the run; a failed warning travels
into the report. Rows hold names and counts, never a value of a patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from checks import cohort, counts, raw, stage
from checks.errors import StationUnknown
from checks.expectations import Finding, evaluate
from checks.rules import ALL_MEASURES, Check, NoRows, Severity, Suite
from warehouse.connection import Connection

Outcome = Literal["passed", "warned", "stopped"]
STATIONS = {"raw": raw.SUITES, "stage": stage.SUITES, "cohort": cohort.SUITES, "counts": counts.SUITES}
NOT_EVALUATED = "The check could not be evaluated (a column or the query is not what it expects): "
MISSING = "The relation does not exist, so nothing that reads it can be trusted."
BATCH = "{batch}"
PLACES_SHOWN = 8


@dataclass(frozen=True)
class CheckRow:
    """One row of ``ops.checks`` without the run; counts are None where the check has none."""

    relation: str
    check_name: str
    severity: Severity
    passed: bool
    element_count: int | None
    unexpected_count: int | None
    protects: tuple[str, ...]
    reason: str

    def record(self, run_id: str) -> tuple[object, ...]:
        """The row in the order of the columns of ``ops.checks``."""
        return (
            run_id, self.relation, self.check_name, self.severity, self.passed, self.element_count,
            self.unexpected_count, ", ".join(self.protects), self.reason,
        )  # fmt: skip


@dataclass(frozen=True)
class GateResult:
    """The outcome of a gate and every check behind it, in the order of the suites."""

    station: str
    outcome: Outcome
    rows: tuple[CheckRow, ...]

    @property
    def failed(self) -> tuple[CheckRow, ...]:
        """The rows that did not pass, stops first."""
        return tuple(sorted((row for row in self.rows if not row.passed), key=lambda row: row.severity != "stop"))

    def sentence(self) -> str:
        """What the index page says: ``gate stage.observation stopped (unit_mostly_known: 31 of 100)``.

        >>> GateResult("stage", "passed", ()).sentence()
        'gate stage passed'
        """
        if not self.failed:
            return f"gate {self.station} passed"
        worst = self.failed[0]
        count = "" if worst.unexpected_count is None else f": {worst.unexpected_count}"
        of = "" if worst.element_count is None else f" of {worst.element_count}"
        return f"gate {worst.relation} {self.outcome} ({worst.check_name}{count}{of})"


def run_gate(station: str, connection: Connection, relations: Sequence[str] | None = None) -> GateResult:
    """Run the checks of a station on the database that ``connection`` has open, and nothing else.

    ``raw`` needs the archive as it was known (`warehouse.known`), the other stations the run's build file.
    ``relations`` limits the gate to some of its relations; None takes all.

    Raises:
        StationUnknown: there is no such station.
    """
    if station not in STATIONS:
        raise StationUnknown(f"{station} has no gate; expected one of {', '.join(STATIONS)}.")
    wanted = [suite for suite in STATIONS[station] if relations is None or suite.relation in relations]
    present = [suite for suite in wanted if _exists(connection, suite.relation)]
    found = dict(
        zip((suite.relation for suite in present), evaluate(connection, present) if present else [], strict=True)
    )
    rows: list[CheckRow] = []
    for suite in wanted:
        rows.extend(_rows(connection, suite, found.get(suite.relation)))
    return GateResult(station, _outcome(rows), tuple(rows))


def _rows(connection: Connection, suite: Suite, findings: list[Finding] | None) -> list[CheckRow]:
    if findings is None:
        return [CheckRow(suite.relation, "relation_exists", "stop", False, None, None, ALL_MEASURES, MISSING)]
    return [
        _row(connection, suite.relation, check, finding) for check, finding in zip(suite.checks, findings, strict=True)
    ]


def _row(connection: Connection, relation: str, check: Check, finding: Finding) -> CheckRow:
    row = CheckRow(
        relation, check.name, check.severity, finding.success, finding.element_count, finding.unexpected_count,
        check.protects, check.reason,
    )  # fmt: skip
    if not finding.evaluated:
        return replace(row, severity="stop", passed=False, reason=NOT_EVALUATED + check.reason)
    if isinstance(check.rule, NoRows):
        return _tolerated(connection, row, check.rule)
    return row


def _tolerated(connection: Connection, row: CheckRow, rule: NoRows) -> CheckRow:
    """A row rule fails beyond its tolerated share; a failed one may say where the rows are."""
    passed = (row.unexpected_count or 0) <= rule.share * (row.element_count or 0)
    if passed or not rule.breakdown:
        return replace(row, passed=passed)
    parts = connection.execute(rule.breakdown.replace(BATCH, f"(from {row.relation})")).fetchall()
    shown = ", ".join(f"{name} {count}" for name, count in parts[:PLACES_SHOWN])
    return replace(row, passed=False, reason=f"{row.reason} By code system: {shown}.")


def _exists(connection: Connection, relation: str) -> bool:
    schema, _, name = relation.partition(".")
    found = connection.execute(
        "select count(*) from information_schema.tables where table_catalog = current_database() "
        "and table_schema = ? and table_name = ?",
        [schema, name],
    ).fetchone()
    return bool(found and found[0])


def _outcome(rows: Sequence[CheckRow]) -> Outcome:
    failed = {row.severity for row in rows if not row.passed}
    if "stop" in failed:
        return "stopped"
    return "warned" if failed else "passed"
