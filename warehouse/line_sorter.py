"""Sorts the lines of one ingest into raw: stored, duplicate, reject or blank, each counted under its file.

Lines gather over files, because a statement of the store costs as much for ten lines as for thousands.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy

from mappings.shape_judge import ShapeJudge
from warehouse.connection import Connection, append_rows
from warehouse.line_batches import LineBatch, Numbers, Stretch
from warehouse.statements import run_statement, run_statement_column

# The archive is searched once for each batch, so that few large ones are better.
_BATCH_LINES = 50_000
_BATCH_BYTES = 48 << 20


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
    """Takes the lines of an ingest; after `flush` all of them are in the archive and in the counts.

    `by_arrival`: of this ingest's server only the order of arrival is believed, not when it says that it updated.
    """

    def __init__(self, archive: Connection, judge: ShapeJudge, *, landed_at: str, by_arrival: bool = False) -> None:
        self._archive = archive
        self._judge = judge
        self._landed_at = landed_at
        self._by_arrival = by_arrival
        self._waiting: list[Stretch] = []
        self._waiting_lines = 0
        self._waiting_bytes = 0
        self._tallies: dict[str, Counter[str]] = {name: Counter() for name in LineCounts.__dataclass_fields__}

    def add(self, lines: Sequence[bytes], *, landing_file: str, first: int) -> None:
        """Take lines that stand behind each other; `first` is the number of the first in its file, counted from 1."""
        while lines:
            room = _BATCH_LINES - self._waiting_lines
            some, lines = lines[:room], lines[room:]
            stretch = Stretch.of(landing_file, first, some)
            self._waiting.append(stretch)
            self._waiting_lines += len(some)
            self._waiting_bytes += sum(map(len, stretch.lines))
            self._tallies["lines"][landing_file] += len(some)
            self._tallies["blank"][landing_file] += len(some) - len(stretch.lines)
            first += len(some)
            if self._waiting_lines >= _BATCH_LINES or self._waiting_bytes >= _BATCH_BYTES:
                self.flush()

    def flush(self) -> None:
        """Write what waits."""
        batch = LineBatch(self._waiting, self._judge)
        self._waiting, self._waiting_lines, self._waiting_bytes = [], 0, 0
        if not len(batch):
            return
        stored = self._store(batch)
        findings = [(*row, self._landed_at) for row in batch.findings(stored)]
        append_rows(self._archive, "raw.findings", findings)
        self._tallies["stored"] += batch.file_counts(stored)
        self._tallies["rejects"] += batch.file_counts(batch.rejects())
        self._tallies["findings"].update(row[0] for row in findings)

    def _store(self, batch: LineBatch) -> Numbers:
        """The numbers of the lines that were new, once they are in raw, and the rejects too."""
        rows = batch.rows(is_dated=not self._by_arrival)
        self._archive.register("incoming", rows)
        run_statement(self._archive, "new_lines", landed_at=self._landed_at)
        run_statement(self._archive, "store_versions")
        stored: Numbers = run_statement_column(self._archive, "new_line_numbers")
        if rows["last_updated"].null_count:
            returned = run_statement(self._archive, "store_returned", landed_at=self._landed_at)
            stored = numpy.append(stored, batch.numbers_of(returned))
        run_statement(self._archive, "store_rejects", landed_at=self._landed_at)
        self._archive.unregister("incoming")
        return stored

    def counts(self, landing_file: str) -> LineCounts:
        """Where the lines of one file went, once all is flushed."""
        found = {name: tally[landing_file] for name, tally in self._tallies.items()}
        found["duplicates"] = found["lines"] - found["stored"] - found["rejects"] - found["blank"]
        return LineCounts(**found)
