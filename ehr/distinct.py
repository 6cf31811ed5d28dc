"""How many different things came: exact, with eight bytes a thing, because a type has millions."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

_MASK = (1 << 64) - 1
# Below this many a set of Python's own is quicker and its size does not matter.
SMALL = 10_000


@dataclass(slots=True)
class Distinct:
    """A pile of hashes; a new part is begun with `begin`."""

    hashes: array[int] = field(default_factory=lambda: array("Q"))
    start: int = 0

    def begin(self) -> None:
        """Begin a new part: `count_part` counts from here."""
        self.start = len(self.hashes)

    def add(self, value: int) -> None:
        """Put one hash on the pile."""
        self.hashes.append(value & _MASK)

    def count(self) -> int:
        """How many different ones there are."""
        return _count(self.hashes)

    def count_part(self) -> int:
        """How many different ones came since the last `begin`."""
        return _count(self.hashes[self.start :] if self.start else self.hashes)

    def as_set(self) -> set[int]:
        """All of them, for looking up: dear in memory, so only for what is asked for again."""
        return set(self.hashes)


def masked(value: int) -> int:
    """A hash as it lies on the pile."""
    return value & _MASK


def _count(hashes: array[int]) -> int:
    if len(hashes) < SMALL:
        return len(set(hashes))
    import numpy

    return int(numpy.unique(numpy.frombuffer(hashes, dtype=numpy.uint64)).size)
