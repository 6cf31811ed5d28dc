"""A batch of landed lines as the columns that are sorted into raw, and what is objected to in its lines."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import pyarrow
from numpy.typing import NDArray

from mappings.shape_judge import QuickLines, ShapeJudge
from mappings.validation import judge
from warehouse.lines import LandedLine, read_line

_TEXTS = (
    "resource_type", "resource_id", "version_id", "last_updated", "content_hash", "resource", "patient_id",
    "reject_reason",
)  # fmt: skip
# So many lines fit into the cache of a processor while they are split.
_AT_ONCE = 4_000
_HASH_LETTERS = 64
_SCHEMA = pyarrow.schema([("number", pyarrow.int64()), *((name, pyarrow.large_string()) for name in _TEXTS)])

Numbers = NDArray[numpy.int64]
FindingRow = tuple[str, int, str | None, str | None, str, str]


@dataclass(frozen=True)
class Stretch:
    """Lines of one file, with the number of each there. None is blank."""

    landing_file: str
    lines: Sequence[bytes]
    numbers: Numbers

    @classmethod
    def of(cls, landing_file: str, first: int, lines: Sequence[bytes]) -> "Stretch":
        """Lines that stand behind each other, the first at `first`; the blank ones are left out."""
        kept = [number for number, line in enumerate(lines) if line and not line.isspace()]
        numbers = numpy.array(kept, dtype=numpy.int64) + first
        return cls(landing_file, lines if len(kept) == len(lines) else [lines[number] for number in kept], numbers)


@dataclass(frozen=True)
class _Part:
    """Some lines of a batch: those that were read together, and by number those that had to be read by themselves.

    Numbers count from 0 here; `first` is the number of the first line within the batch.
    """

    first: int
    lines: Sequence[bytes]
    quick: QuickLines
    slow: dict[int, LandedLine]


class LineBatch:
    """Lines of several files, numbered from 0 in the order of file name and line."""

    def __init__(self, stretches: Sequence[Stretch], shapes: ShapeJudge) -> None:
        ordered = sorted(stretches, key=lambda stretch: stretch.landing_file)
        lines = [line for stretch in ordered for line in stretch.lines]
        self._files = [stretch.landing_file for stretch in ordered]
        self._owners = numpy.repeat(numpy.arange(len(ordered)), [len(stretch.lines) for stretch in ordered])
        self._places = numpy.concatenate([stretch.numbers for stretch in ordered] or [numpy.zeros(0, numpy.int64)])
        self._parts = [_part(first, lines, shapes) for first in range(0, len(lines), _AT_ONCE)]

    def __len__(self) -> int:
        return len(self._owners)

    def rows(self, *, is_dated: bool) -> pyarrow.Table:
        """The rows of all lines; only a reject says there whose record it lacks in.

        `is_dated` False: the instant that each was last updated, as the server has it, is not believed.
        """
        rows = pyarrow.concat_tables([table for part in self._parts for table in (_quick_rows(part), _slow_rows(part))])
        if not is_dated:
            place = rows.schema.get_field_index("last_updated")
            rows = rows.set_column(place, _SCHEMA.field(place), pyarrow.nulls(len(rows), pyarrow.large_string()))
        numbers = rows["number"].to_numpy()
        files = pyarrow.array(self._files, pyarrow.large_string()).take(pyarrow.array(self._owners[numbers]))
        places = pyarrow.array(self._places[numbers], pyarrow.int32())
        return rows.append_column("landing_file", files).append_column("line", places)

    def rejects(self) -> Numbers:
        """The numbers of the lines that cannot be used."""
        found = [part.first + n for part in self._parts for n, line in part.slow.items() if line.reject_reason]
        return numpy.array(found, dtype=numpy.int64)

    def numbers_of(self, places: Sequence[tuple[str, int]]) -> Numbers:
        """The numbers of lines by file and line."""
        if not places:
            return numpy.zeros(0, dtype=numpy.int64)
        owned = zip(self._owners.tolist(), self._places.tolist(), strict=True)
        known = {(self._files[owner], place): number for number, (owner, place) in enumerate(owned)}
        return numpy.array([known[place] for place in places], dtype=numpy.int64)

    def file_counts(self, numbers: Numbers) -> Counter[str]:
        """How many of these lines each file has."""
        counts: Counter[str] = Counter()
        for owner, count in enumerate(numpy.bincount(self._owners[numbers], minlength=len(self._files))):
            counts[self._files[owner]] += int(count)
        return counts

    def findings(self, numbers: Numbers) -> Iterator[FindingRow]:
        """What is objected to in these lines: file, line, type, id, path, reason; in order."""
        wanted = numpy.zeros(len(self), dtype=numpy.bool_)
        wanted[numbers] = True
        for part in self._parts:
            for number, row in sorted(_findings(part, wanted[part.first : part.first + len(part.lines)])):
                at = part.first + number
                yield self._files[self._owners[at]], int(self._places[at]), *row


def _part(first: int, lines: Sequence[bytes], shapes: ShapeJudge) -> _Part:
    some = lines[first : first + _AT_ONCE]
    quick = shapes.read(some)
    rest = numpy.setdiff1d(numpy.arange(len(some)), quick.numbers, assume_unique=True)
    return _Part(first, some, quick, {int(number): read_line(some[number]) for number in rest})


def _findings(part: _Part, wanted: NDArray[numpy.bool_]) -> Iterator[tuple[int, Any]]:
    quick = part.quick
    for place, found in quick.findings(part.lines, wanted[quick.numbers]):
        named = quick.resource_type[place].as_py(), quick.resource_id[place].as_py()
        yield int(quick.numbers[place]), (*named, found.path, found.reason)
    for number, line in part.slow.items():
        for found in judge(line.resource_type or "", line.resource or {}) if wanted[number] else ():
            yield number, (line.resource_type, line.resource_id, found.path, found.reason)


def _quick_rows(part: _Part) -> pyarrow.Table:
    quick = part.quick
    all_lines = len(quick.numbers) == len(part.lines)
    hashes = _hashes(part.lines if all_lines else [part.lines[number] for number in quick.numbers])
    named = [quick.resource_type, quick.resource_id, quick.version_id, quick.last_updated]
    none = pyarrow.nulls(len(hashes), pyarrow.large_string())
    columns = [*named, hashes, quick.text, none, none]
    return pyarrow.table([pyarrow.array(quick.numbers + part.first), *columns], schema=_SCHEMA)


def _slow_rows(part: _Part) -> pyarrow.Table:
    contents = [part.lines[number] for number in part.slow]
    texts = [content.decode("utf-8", errors="replace") for content in contents]
    lines = list(part.slow.values())
    columns = [
        _texts([line.resource_type for line in lines]),
        _texts([line.resource_id for line in lines]),
        _texts([line.version_id for line in lines]),
        _texts([line.last_updated for line in lines]),
        _hashes(contents),
        _texts(texts),
        _texts([line.patient_id if line.reject_reason else None for line in lines]),
        _texts([line.reject_reason for line in lines]),
    ]
    numbers = pyarrow.array([part.first + number for number in part.slow], pyarrow.int64())
    return pyarrow.table([numbers, *columns], schema=_SCHEMA)


def _hashes(contents: Sequence[bytes]) -> pyarrow.Array:
    digests = b"".join([hashlib.sha256(content).digest() for content in contents])
    offsets = numpy.arange(len(contents) + 1, dtype=numpy.int64) * _HASH_LETTERS
    buffers = [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(digests.hex().encode())]
    return pyarrow.Array.from_buffers(pyarrow.large_string(), len(contents), buffers)


def _texts(values: Sequence[str | None]) -> pyarrow.Array:
    return pyarrow.array(values, pyarrow.large_string())
