"""How many different things came: exact, with eight bytes a thing, because a type has millions."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

# Below this many a set of Python's own is quicker and its size does not matter.
SMALL = 10_000


@dataclass(slots=True)
class Distinct:
    """A pile of hashes; a new part is begun with `begin`."""

    hashes: array[int] = field(default_factory=lambda: array("q"))
    start: int = 0

    def begin(self) -> None:
        """Begin a new part: `count_part` counts from here."""
        self.start = len(self.hashes)

    def add(self, value: int) -> None:
        """Put one hash on the pile."""
        self.hashes.append(value)

    def extend(self, values: list[int]) -> None:
        """Put many hashes on the pile."""
        self.hashes.extend(values)

    def count(self) -> int:
        """How many different ones there are."""
        return _count(self.hashes)

    def count_part(self) -> int:
        """How many different ones came since the last `begin`."""
        return _count(self.hashes[self.start :] if self.start else self.hashes)

    def as_set(self) -> set[int]:
        """All of them, for looking up: dear in memory, so only for what is asked for again."""
        return set(self.hashes)


def _count(hashes: array[int]) -> int:
    if len(hashes) < SMALL:
        return len(set(hashes))
    import numpy

    return int(numpy.unique(numpy.frombuffer(hashes, dtype=numpy.int64)).size)
