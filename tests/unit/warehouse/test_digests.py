"""Digests: equal rows are equal in any order, and NULL is not the word."""

import pytest

from warehouse.connection import opened
from warehouse.digests import relation_digest


def digest(*values: str) -> str:
    with opened() as connection:
        connection.execute("create schema cohort; create table cohort.x (name varchar, size double)")
        for value in values:
            connection.execute(f"insert into cohort.x values ({value})")
        return relation_digest(connection, "cohort.x").digest


def test_order_does_not_matter():
    assert digest("'a', 1.5", "'b', 2") == digest("'b', 2", "'a', 1.5")


@pytest.mark.parametrize("other", ["'NULL', 1", "'', 1", "null, null", "null, 1.0000001"])
def test_a_null_is_not_a_word_and_every_digit_counts(other):
    assert digest("null, 1") != digest(other)


def test_a_row_twice_is_not_a_row_once():
    assert digest("'a', 1", "'a', 1") != digest("'a', 1")
