"""Nothing on the shareable page, and nothing between two of them, tells a count of 1 to 10. A test tries."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import masking, releases, shareable
from reports.masking import is_small
from reports.releases import all_releases, counts_of, newest_release, rows_by_place
from reports.shareable import render_shareable
from tests.unit.reports.made_up_cohort import growing_cohort, issue_of, issues_of, with_all
from tests.unit.reports.page_attack import (
    inverted_counts,
    learned,
    numbers_outside,
    person_days,
    printed_counts,
    shares,
)
from tests.unit.reports.small_bundle import HEADER, bundle

K = 11
SEED = {
    "complete": with_all(56, 34), "infused": with_all(56, 34), "infected_early": with_all(16, 3),
    "progression_of": {"yes": 34}, "progressed": {"yes": 11}, "followed_late": with_all(52, 30),
    "infected_late": with_all(7, 0), "died_of": with_all(56, 34), "died": with_all(2, 3),
    "events_early": with_all(17, 3), "events_late": with_all(7, 0),
}  # fmt: skip
# A cohort in which nearly everything is large, so that nearly everything is shown.
LARGE = {
    "complete": with_all(400, 300, 50), "infused": with_all(420, 330, 61), "infected_early": with_all(100, 60, 20),
    "progression_of": {"yes": 300}, "progressed": {"yes": 120}, "followed_late": with_all(370, 250, 25),
    "infected_late": with_all(200, 130, 13), "died_of": with_all(400, 300, 50), "died": with_all(40, 30, 0),
    "events_early": with_all(130, 80, 33), "events_late": with_all(240, 160, 30),
}  # fmt: skip
# Each patient with a late infection had one: their split by stratum is that of the infections.
ONE_EACH = {
    "complete": with_all(30, 30), "infected_early": with_all(0, 0),
    "followed_late": with_all(30, 30), "infected_late": with_all(23, 24),
    "events_late": with_all(23, 24),
}  # fmt: skip
LIVING = {"complete": with_all(29, 24), "infused": with_all(36, 24), "infected_early": with_all(11, 0)}


def page_of(*weeks):
    """The page after some issues, oldest first."""
    return render_shareable(bundle(history=issues_of(weeks)), minimum=K)


def released(weeks):
    """What stood on the pages after some issues, and the truth behind each."""
    made = all_releases(issues_of(weeks), K)
    return [release.shown for release in made], [weeks[int(release.run_id[1:])] for release in made]


def found_out(*weeks):
    """What the attack learns from the pages of some issues."""
    return learned(*released(weeks), K)


def test_the_made_up_rows_are_read_as_they_were_meant():
    assert counts_of(rows_by_place(issue_of(SEED, "2018-W30", "r0"))) == SEED


def test_the_seed_study_shows_what_is_large_and_no_more():
    assert printed_counts(page_of(SEED)) == {
        "complete": with_all(56, 34),
        "infused": with_all(56, 34),
        "infected_early": {"all": 19},
        "progression_of": {"yes": 34},
        "progressed": {"yes": 11},
    }


def test_a_large_cohort_is_shown_by_stratum():
    printed = printed_counts(page_of(LARGE))
    assert printed == LARGE | {
        # Of the 645 the 25 of unknown stratum stand too near to the 20 of them that were infected.
        "followed_late": {"all": 645},
        "infected_late": {"all": 343},
        "events_late": {"all": 430},
    }


@pytest.mark.parametrize("truth", [SEED, LARGE, ONE_EACH, LIVING], ids=["seed", "large", "one each", "living"])
def test_nothing_small_follows_from_a_page(truth):
    assert learned([printed_counts(page_of(truth))], [truth], K) == {}


@given(st.integers(0, 10**9))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_nothing_small_follows_from_any_page(seed):
    assert found_out(*growing_cohort(seed, 1)) == {}


@given(st.integers(0, 10**9))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_nothing_small_follows_from_pages_one_after_the_other(seed):
    assert found_out(*growing_cohort(seed, 4)) == {}


@pytest.mark.nightly
@pytest.mark.parametrize("weeks", [1, 5])
def test_nothing_small_follows_from_hundreds_of_cohorts(weeks):
    leaks = {seed: found for seed in range(300) if (found := found_out(*growing_cohort(seed, weeks)))}
    assert leaks == {}


# With a rule taken away the attack succeeds: the tests above can fail.


def test_hiding_the_small_cells_alone_gives_them_away(monkeypatch):
    def only_small(counts, earlier, minimum):
        return {
            key: {stratum: count for stratum, count in strata.items() if not is_small(count, minimum)}
            for key, strata in counts.items()
        }

    monkeypatch.setattr(releases, "masked_counts", only_small)
    found = found_out(SEED)
    assert found["0/infected_early/yes"] == 3, "19 - 16"


@pytest.mark.parametrize(
    ("rule", "weeks", "secret", "value"),
    [
        ("known_beside", [LIVING], "0/complete/no of infused", 7),
        ("over_time", [SEED, {**SEED, "infected_early": with_all(20, 3)}], "1/infected_early/all since", 4),
    ],
)
def test_without_a_rule_a_small_count_is_found(monkeypatch, rule, weeks, secret, value):
    assert secret not in found_out(*weeks)
    monkeypatch.setattr(masking, rule, lambda *arguments: iter(()))
    assert found_out(*weeks)[secret] == value


def test_without_the_complement_it_is_found(monkeypatch):
    truth = {"complete": with_all(56, 34), "infected_early": with_all(50, 20)}
    secret = "0/infected_early/no of complete"
    assert secret not in found_out(truth)
    monkeypatch.setattr(masking, "derived", lambda family, stratum, count, *shown: iter((count,)))
    assert found_out(truth)[secret] == 6


def test_a_split_of_infections_is_found_out_to_be_that_of_patients(monkeypatch):
    secret = "0/infected_late/no of followed_late"
    assert secret not in found_out(ONE_EACH)
    free = tuple(dataclasses.replace(family, people=None) for family in masking.FAMILIES)
    monkeypatch.setattr(masking, "FAMILIES", free)
    monkeypatch.setattr(masking, "known_beside", lambda *arguments: iter(()))
    assert found_out(ONE_EACH)[secret] == 7


def test_a_smaller_minimum_is_found_out():
    truth = {"complete": with_all(56, 34), "infected_early": with_all(16, 8)}
    shown = newest_release(issues_of([truth]), 5).shown
    assert learned([shown], [truth], K)["0/infected_early/yes"] == 8


# Numbers that are no counts.


@pytest.mark.parametrize("truth", [SEED, LARGE])
def test_no_interval_gives_back_a_count_that_is_hidden(truth):
    page = page_of(truth)
    printed = printed_counts(page)
    for key, strata in inverted_counts(page, 130).items():
        assert strata.items() <= printed[key].items()


def test_an_interval_left_beside_a_hidden_count_gives_it_back(monkeypatch):
    monkeypatch.setattr(shareable, "counted", lambda release, key, stratum: shareable.Figure("hidden", None, key))
    page = page_of(SEED)
    assert printed_counts(page) == {}
    assert inverted_counts(page, 130)["infected_early"] == {"all": 19}
    assert len(shares(130)) > 8000


def densities(page):
    next_cell = r'</data></td><td[^>]*><data data-name="[^"]*">([^<]+)'
    pattern = r'<data value="(\d+)" data-name="events_\w+/\w+">[^<]*' + next_cell + next_cell
    return [person_days(int(events), value, limits) for events, value, limits in re.findall(pattern, page)]


@pytest.mark.parametrize("scale", [1, 3, 10])
def test_a_density_leaves_the_person_days_open_by_more_than_the_minimum(scale):
    truth = {key: {stratum: scale * count for stratum, count in counts.items()} for key, counts in LARGE.items()}
    found = densities(page_of(truth))
    assert found
    assert all(high - low > 3 * K for low, high in found)


def test_more_digits_would_give_the_person_days(monkeypatch):
    monkeypatch.setattr(shareable, "DIGITS_OF_A_RATE", 5)
    assert any(high - low < K for low, high in densities(page_of(LARGE)))


# What else stands there.


def test_the_sections_hold_no_number_beside_the_named_figures():
    words = {"0", "30", "31", "90", "95", "100"}
    assert numbers_outside(page_of(LARGE), ["patients", "shares", "infections"]) <= words


def test_a_hidden_line_is_hidden_as_a_whole():
    page = page_of(SEED)
    [late] = re.findall(r'<tr><th scope="row">[^<]*day 31 to 90</th><td class="text">all.*?</tr>', page)[:1]
    assert re.findall(r"<data[^>]*>([^<]*)</data>", late) == ["hidden"] * 4


def test_nothing_of_the_internal_edition_comes_along():
    checks = bundle().checks.assign(unexpected_count=7)
    header = dataclasses.replace(
        HEADER, outcome="incomplete", missing=("Observation: 3 of 95 patients",), patients_asked=95
    )
    page = render_shareable(
        bundle(history=issues_of([SEED]).assign(outcome="incomplete"), header=header, checks=checks), minimum=K
    )
    for secret in ("Escherichia", "p&lt;1&gt;", "e1<", "3 of 95", ">95<", "one_course", "17</", "00ff00ff00ff00ff"):
        assert secret not in page, secret
    assert "Incomplete: some records had not arrived." in page


def test_a_figure_that_would_move_by_four_stays_and_the_page_says_of_which_week_it_is():
    weeks = [SEED, {**SEED, "infected_early": with_all(20, 3)}]
    header = dataclasses.replace(HEADER, week="2018-W31")
    page = render_shareable(bundle(history=issues_of(weeks), header=header), minimum=K)
    assert "These are the figures of 2018-W30." in page
    assert printed_counts(page) == printed_counts(page_of(SEED))


def test_an_issue_that_may_not_release_alone_shows_nothing():
    page = render_shareable(bundle(history=issues_of([SEED]).head(0)), minimum=K)
    assert "No figure can be shown" in page
    assert printed_counts(page) == {}


def test_the_minimum_is_the_setting():
    page = render_shareable(bundle(history=issues_of([SEED])), minimum=3)
    assert printed_counts(page)["infected_early"] == with_all(16, 3)
    assert "no count of 1 to 2" in page


def test_the_same_issues_give_the_same_bytes():
    assert page_of(SEED, LARGE) == page_of(SEED, LARGE)


def test_undefined_counts_are_hidden_like_small_ones():
    rows = issues_of([SEED])
    rows.loc[rows["measure"] == "progression_proportion", ["numerator", "denominator"]] = pd.NA
    page = render_shareable(bundle(history=rows), minimum=K)
    assert "progressed" not in printed_counts(page)
