"""What is different is counted right, also where most of it lies on disk and is counted in parts."""

from __future__ import annotations

import os
import random

import pytest

from ehr import distinct
from ehr.distinct import Distinct, Seen


@pytest.fixture
def small_room(monkeypatch):
    """So little room in memory that a few hundred hashes go through disk and parts."""
    for name, value in (("BUFFERED", 16), ("COUNTED_AT_ONCE", 50), ("SMALL", 4)):
        monkeypatch.setattr(distinct, name, value)


@pytest.mark.parametrize("seed", range(5))
def test_parts_and_all_are_counted_as_a_set_counts_them(small_room, seed):
    chance = random.Random(seed)  # noqa: S311 - repeatable
    pile, seen, part = Distinct(), [], []
    for _ in range(40):
        if chance.random() < 0.2:
            pile.begin()
            part = []
        values = [
            chance.randrange(-(2**63), 2**63) if chance.random() < 0.5 else chance.randrange(20) for _ in range(9)
        ]
        pile.extend(values)
        seen += values
        part += values
        assert (pile.count(), pile.count_part()) == (len(set(seen)), len(set(part)))


@pytest.mark.parametrize("seed", range(5))
def test_what_was_seen_is_known_and_nothing_else(small_room, seed):
    chance = random.Random(seed)  # noqa: S311 - repeatable
    pile = Distinct()
    pile.extend(first := [chance.randrange(-50, 50) for _ in range(60)])
    known, seen = Seen(pile), set(first)
    for _ in range(20):
        values = [chance.randrange(-200, 200) for _ in range(10)]
        told = []
        for value in values:
            told.append(value not in seen)
            seen.add(value)
        assert known.fresh(values) == told


@pytest.mark.parametrize("number", [10, 200])
def test_what_one_pile_or_another_holds_is_told(small_room, number):
    pile, other = Distinct(), Distinct()
    pile.extend(list(range(-number, 0)))
    other.extend(list(range(number)))
    pile.add_all(other)
    assert pile.holds([-number - 1, -number, -1, 0, number - 1, number]) == [False, True, True, True, True, False]
    assert pile.count() == 2 * number


def test_memory_holds_a_buffer_and_the_file_has_no_name(small_room):
    pile = Distinct()
    for number in range(1_000):
        pile.add(number)
    assert len(pile.recent) < 16
    assert pile.descriptor is not None
    assert os.fstat(pile.descriptor).st_nlink == 0
    descriptor = pile.descriptor
    del pile
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
