"""How many different things came: exact, in memory that does not grow with their number.

Each thing is a hash of eight bytes. What does not fit into a small buffer lies in a nameless file and is counted in
parts: a pile of millions is never in memory as a whole. The hashes are salted by the process and tell nothing.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]

HASH_BYTES = 8
# Below this many a set of Python's own is quicker, and its size does not matter.
SMALL = 10_000
# Hashes in memory before they go to the file, and hashes that are counted at once.
BUFFERED = 32_768
COUNTED_AT_ONCE = 250_000


@dataclass(slots=True, weakref_slot=True)
class Distinct:
    """A pile of hashes; a new part is begun with `begin`. Not safe to use from several threads at once."""

    recent: array[int] = field(default_factory=lambda: array("q"))
    start: int = 0
    on_disk: int = 0
    descriptor: int | None = None
    counts: dict[tuple[int, int], int] = field(default_factory=dict)

    def begin(self) -> None:
        """Begin a new part: `count_part` counts from here."""
        self.start = self._size

    def add(self, value: int) -> None:
        """Put one hash on the pile; `OSError` when the disk does not take it."""
        self.recent.append(value)
        if len(self.recent) >= BUFFERED:
            self._write()

    def add_all(self, other: Distinct) -> None:
        """Put another pile on this one."""
        for chunk in other.chunks() if other.on_disk else ():
            self.extend(chunk.view("int64").tolist())
        if not other.on_disk:
            self.extend(other.recent.tolist())

    def holds(self, values: Sequence[int]) -> list[bool]:
        """Which of these are on the pile."""
        if not self.on_disk:
            recent = set(self.recent)
            return [value in recent for value in values]
        import numpy

        asked = numpy.array(values, dtype=numpy.int64).view(numpy.uint64)
        found = numpy.zeros(len(asked), dtype=bool)
        for chunk in self.chunks():
            found |= numpy.isin(asked, chunk)
        return [bool(held) for held in found]

    def extend(self, values: list[int]) -> None:
        """Put many hashes on the pile; `OSError` when the disk does not take them."""
        self.recent.extend(values)
        if len(self.recent) >= BUFFERED:
            self._write()

    def count(self) -> int:
        """How many different ones there are."""
        return self._count(0)

    def count_part(self) -> int:
        """How many different ones came since the last `begin`."""
        return self._count(self.start)

    def chunks(self, start: int = 0) -> Iterator[Hashes]:
        """The hashes from a place on, some at a time."""
        import numpy

        for place in range(start, self.on_disk, BUFFERED):
            number = min(BUFFERED, self.on_disk - place)
            assert self.descriptor is not None  # noqa: S101 - there is something on disk
            content = os.pread(self.descriptor, number * HASH_BYTES, place * HASH_BYTES)
            yield numpy.frombuffer(content, dtype=numpy.uint64)
        rest = self.recent[max(0, start - self.on_disk) :]
        yield numpy.frombuffer(rest, dtype=numpy.uint64)

    @property
    def _size(self) -> int:
        return self.on_disk + len(self.recent)

    def _count(self, start: int) -> int:
        key = (start, self._size)
        if key not in self.counts:
            self.counts = {key: self._counted(start)}
        return self.counts[key]

    def _counted(self, start: int) -> int:
        number = self._size - start
        if number < SMALL and start >= self.on_disk:
            return len(set(self.recent[start - self.on_disk :]))
        import numpy

        parts = -(-number // COUNTED_AT_ONCE)
        total = 0
        for part in range(parts):
            kept = [chunk[chunk % parts == part] if parts > 1 else chunk for chunk in self.chunks(start)]
            total += int(numpy.unique(numpy.concatenate(kept)).size)
        return total

    def _write(self) -> None:
        if self.descriptor is None:
            self.descriptor, path = tempfile.mkstemp(prefix="nadir-")
            os.unlink(path)
            weakref.finalize(self, os.close, self.descriptor)
        content = memoryview(self.recent.tobytes())
        while content:
            content = content[os.write(self.descriptor, content) :]
        self.on_disk += len(self.recent)
        self.recent = array("q")


class Seen:
    """Which hashes were seen, for looking up: eight bytes each, so only for what is asked for again."""

    def __init__(self, pile: Distinct) -> None:
        import numpy

        self.sorted: Hashes = numpy.unique(numpy.concatenate(list(pile.chunks())))
        self.recent: set[int] = set()

    def fresh(self, values: list[int]) -> list[bool]:
        """Which of these are seen for the first time; they are seen from now on."""
        import numpy

        asked = numpy.array(values, dtype=numpy.int64).view(numpy.uint64)
        places = numpy.searchsorted(self.sorted, asked)
        known = numpy.zeros(len(asked), dtype=bool)
        within = places < len(self.sorted)
        known[within] = self.sorted[places[within]] == asked[within]
        found = []
        for value, before in zip(values, known.tolist(), strict=True):
            found.append(not before and value not in self.recent)
            self.recent.add(value)
        if len(self.recent) >= BUFFERED:
            added = numpy.fromiter(self.recent, dtype=numpy.int64, count=len(self.recent)).view(numpy.uint64)
            self.sorted = numpy.union1d(self.sorted, added)
            self.recent = set()
        return found
