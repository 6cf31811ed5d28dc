"""Checks of the numbers that figures are made of, on the build file."""

from checks.counts import (
    event_rates,
    infections,
    person_first_infection,
    person_outcomes,
    proportions,
    two_by_two,
    unmapped_codes,
)

SUITES = (
    proportions.SUITE,
    infections.SUITE,
    event_rates.SUITE,
    person_first_infection.SUITE,
    person_outcomes.SUITE,
    two_by_two.SUITE,
    unmapped_codes.SUITE,
)
