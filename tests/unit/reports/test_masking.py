"""Which counts may leave: rules as small tables, one reason each."""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest

from reports import masking
from reports.masking import masked_counts, moves

K = 11


def split(no, yes, unknown=0):
    return {"all": no + yes + unknown, "no": no, "yes": yes, "unknown": unknown}


def shown(counts, earlier=(), minimum=K):
    return masked_counts(counts, list(earlier), minimum)


def test_counts_of_eleven_and_zero_are_shown_with_their_strata():
    assert shown({"complete": split(56, 34), "infected_early": split(16, 11)}) == {
        "complete": split(56, 34),
        "infected_early": split(16, 11),
    }


@pytest.mark.parametrize(
    ("infected", "why"),
    [
        (split(16, 3), "one stratum is small"),
        (split(50, 15), "a complement is small: 56 - 50"),
    ],
)
def test_one_small_cell_hides_the_split_and_leaves_the_total(infected, why):
    assert shown({"complete": split(56, 34), "infected_early": infected})["infected_early"] == {
        "all": infected["all"]
    }, why


@pytest.mark.parametrize("infected", [split(5, 5), split(50, 35)])
def test_a_small_total_or_a_small_rest_hides_the_figure(infected):
    assert "infected_early" not in shown({"complete": split(56, 34), "infected_early": infected})


def test_a_small_stratum_hides_the_split_of_everything():
    found = shown({"complete": split(50, 9), "infected_early": split(20, 0)})
    assert found == {"complete": {"all": 59}, "infected_early": {"all": 20}}


def test_the_infused_are_hidden_where_the_unfinished_are_few():
    assert "infused" not in shown({"complete": split(29, 24), "infused": split(36, 24)})
    assert shown({"complete": split(29, 24), "infused": split(40, 24)})["infused"] == split(40, 24)


def test_a_figure_of_one_stratum_needs_its_population_split():
    counts = {"progression_of": {"yes": 34}, "progressed": {"yes": 12}}
    assert "progressed" in shown({"complete": split(56, 34), **counts})
    assert "progressed" not in shown({"complete": split(5, 34), **counts})


def test_infections_are_hidden_where_the_further_ones_are_few():
    counts = {"complete": split(56, 34), "infected_early": split(16, 13)}
    assert "events_early" not in shown({**counts, "events_early": split(17, 13)})
    assert shown({**counts, "events_early": split(16, 13)})["events_early"] == split(16, 13)
    assert shown({**counts, "events_early": split(28, 24)})["events_early"] == split(28, 24)


def test_two_sets_that_may_lie_in_each_other_differ_by_eleven_or_the_later_is_hidden():
    counts = {"complete": split(56, 44), "infected_early": split(20, 20), "died_of": split(56, 44)}
    assert shown({**counts, "died": split(14, 14)})["died"] == {"all": 28}, "20 - 14 in each stratum, 40 - 28 in all"
    assert "died" not in shown({**counts, "died": split(16, 15)}), "40 - 31"


@pytest.mark.parametrize(("now", "is_there"), [(23, True), (24, False), (33, False), (34, True), (22, False)])
def test_a_count_moves_by_nothing_or_by_eleven(now, is_there):
    last = {"complete": {"all": 90}, "infected_early": {"all": 23}}
    found = shown({"complete": {"all": 120}, "infected_early": {"all": now}}, [last])
    assert ("infected_early" in found) is is_there


def test_a_count_is_held_against_every_release_and_not_the_last_alone():
    first = {"complete": {"all": 90}, "infected_early": {"all": 23}}
    second = {"complete": {"all": 120}}
    found = shown({"complete": {"all": 150}, "infected_early": {"all": 28}}, [first, second])
    assert "infected_early" not in found


def test_the_complement_moves_by_nothing_or_by_eleven_too():
    last = {"complete": {"all": 90}, "infected_early": {"all": 23}}
    found = shown({"complete": {"all": 106}, "infected_early": {"all": 34}}, [last])
    assert "infected_early" not in found, "16 more followed and 11 more infected: 5 more without"


def test_a_release_is_replaced_when_nothing_is_lost_or_the_cohort_has_grown():
    last = {"complete": {"all": 90}, "infected_early": {"all": 23}}
    assert moves(last, None, K)
    assert not moves({}, None, K)
    assert not moves(last, last, K)
    assert not moves({"complete": {"all": 90}}, last, K)
    assert moves({"complete": {"all": 101}}, last, K)
    assert moves({"complete": {"all": 90}, "infected_early": {"all": 34}}, last, K)


def test_a_minimum_of_one_hides_nothing():
    counts = {"complete": split(56, 34), "infected_early": split(1, 2), "events_early": split(2, 2)}
    assert shown(counts, minimum=1) == counts


def same_pages(minimum, largest):
    """Every cohort of up to `largest` infused in two strata, put together by what is shown of it.

    Where the number of the infused is shown, those put together are all that there can be.
    """
    sides = [(n, c, i) for n in range(largest + 1) for c in range(n + 1) for i in range(c + 1)]
    found = defaultdict(list)
    for (n, c, i), (m, d, j) in itertools.product(sides, repeat=2):
        if n + m <= largest:
            counts = {"complete": split(c, d), "infected_early": split(i, j), "infused": split(n, m)}
            page = shown(counts, minimum=minimum)
            if "infused" in page:
                found[repr(sorted(page.items()))].append(counts)
    return found.values()


def found_by_who_knows(minimum, largest):
    """Small numbers that are the same in every cohort with the same page."""
    found = []
    for cohorts in same_pages(minimum, largest):
        for part, whole in (("infected_early", "complete"), ("complete", "infused")):
            for stratum in ("all", "no", "yes"):
                counts = {cohort[part][stratum] for cohort in cohorts}
                rests = {cohort[whole][stratum] - cohort[part][stratum] for cohort in cohorts}
                found += [numbers for numbers in (counts, rests) if len(numbers) == 1 and 0 < min(numbers) < minimum]
    return found


def test_a_reader_who_knows_the_program_finds_no_small_count(monkeypatch):
    assert found_by_who_knows(3, 11) == []
    monkeypatch.setattr(masking, "POPULATIONS", [])
    assert found_by_who_knows(3, 11), "without the rule that populations are split in order"


def test_a_larger_population_is_not_split_where_a_smaller_one_is_hidden():
    assert shown({"complete": split(9, 30), "infused": split(30, 45)})["infused"] == {"all": 75}
