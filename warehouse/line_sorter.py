"""Sorts the lines of one ingest into raw: stored, duplicate, reject or blank, each counted under its file.

Lines gather over files, because a statement of the store costs as much for ten lines as for thousands.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

import pyarrow

from mappings.patient_reference import PatientReference
from mappings.shape_judge import Line, ShapeJudge
from warehouse.connection import Connection, append_rows
from warehouse.lines import INCOMING_COLUMNS, LandedLine, read_line
from warehouse.statements import run_statement

_BATCH_LINES = 20_000
_LAST_UPDATED = INCOMING_COLUMNS.index("last_updated")
_INCOMING = pyarrow.schema(
    [(name, pyarrow.int32() if name == "line" else pyarrow.string()) for name in INCOMING_COLUMNS]
)


@dataclass(frozen=True)
class LineCounts:
    """Where the lines of a file went: `lines` = stored + duplicates + rejects + blank."""

    lines: int = 0
    stored: int = 0
    duplicates: int = 0
    rejects: int = 0
    blank: int = 0
    findings: int = 0

    def __add__(self, other: "LineCounts") -> "LineCounts":
        return LineCounts(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


class LineSorter:
    """Takes the lines of an ingest one by one; after `flush` all of them are in the archive and in the counts.

    `by_arrival`: of this ingest's server only the order of arrival is believed, not when it says that it updated.
    """

    def __init__(self, archive: Connection, judge: ShapeJudge, *, landed_at: str, by_arrival: bool = False) -> None:
        self._archive = archive
        self._judge = judge
        self._landed_at = landed_at
        self._by_arrival = by_arrival
        self._waiting: list[LandedLine] = []
        self._tallies: dict[str, Counter[str]] = {name: Counter() for name in LineCounts.__dataclass_fields__}

    def add(self, content: bytes, *, landing_file: str, line: int) -> None:
        """Take one line as landed; `line` counts from 1."""
        self._tallies["lines"][landing_file] += 1
        if not content or content.isspace():
            self._tallies["blank"][landing_file] += 1
            return
        self._waiting.append(read_line(content, landing_file=landing_file, line=line))
        if len(self._waiting) >= _BATCH_LINES:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        lines, self._waiting = self._waiting, []
        if not lines:
            return
        rows = [line.incoming_row(is_dated=not self._by_arrival) for line in lines]
        columns = zip(*rows, strict=True)
        arrays = [pyarrow.array(column, kind.type) for column, kind in zip(columns, _INCOMING, strict=True)]
        self._archive.register("incoming", pyarrow.table(arrays, schema=_INCOMING))
        stored = run_statement(self._archive, "store_versions", landed_at=self._landed_at)
        if any(row[_LAST_UPDATED] is None for row in rows):
            stored += run_statement(self._archive, "store_returned", landed_at=self._landed_at)
        rejected = run_statement(self._archive, "store_rejects", landed_at=self._landed_at)
        self._archive.unregister("incoming")
        usable = [line for line in lines if line.patient is not None]
        if len(usable) > len(stored):
            places = set(stored)
            usable = [line for line in usable if (line.landing_file, line.line) in places]
        findings = list(self._findings(usable))
        append_rows(self._archive, "raw.findings", findings)
        self._count("stored", (str(row[0]) for row in stored))
        self._count("rejects", (str(row[0]) for row in rejected))
        self._count("findings", (str(row[0]) for row in findings))

    def counts(self, landing_file: str) -> LineCounts:
        """Where the lines of one file went, once all is flushed."""
        found = {name: tally[landing_file] for name, tally in self._tallies.items()}
        found["duplicates"] = found["lines"] - found["stored"] - found["rejects"] - found["blank"]
        return LineCounts(**found)

    def _count(self, name: str, landing_files: Iterator[str]) -> None:
        self._tallies[name].update(landing_files)

    def _findings(self, lines: Sequence[LandedLine]) -> Iterator[tuple[str | int | None, ...]]:
        usable = [
            Line(line.resource_type or "", line.text, line.resource or {}, line.patient or PatientReference.NOT_NEEDED)
            for line in lines
        ]
        for line, findings in zip(lines, self._judge.judge(usable), strict=True):
            for finding in findings:
                place = (line.landing_file, line.line, line.resource_type, line.resource_id)
                yield *place, finding.path, finding.reason, self._landed_at
