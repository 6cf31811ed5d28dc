"""Proportions by day 30 take complete patients whose day 30 has come."""

from tests.sql.conftest import Store

SHARE = ["measure", "stratum", "window_name", "infection_class", "numerator", "denominator", "left_out", "provisional"]
PERSON = (
    "person_key | stratum | infected_early | progressed | progressed_broad | complete_day_30 | complete_progression"
    " | complete_progression_broad | complete_day_90 | is_day_30_over | is_day_90_over | died_day | death_cause\n"
)
PERSONS = """
1 | no      | true  | false | false | true  | true  | true  | true  | true  | true  |    |
2 | no      | false | false | false | true  | true  | true  | true  | true  | true  | 30 | infection
3 | no      | false | false | false | false | false | false | false | true  | true  |    |
4 | no      | true  | false | false | true  | false | false | false | false | false |    |
5 | yes     | false | true  | true  | false | true  | true  | true  | true  | true  | 31 | infection
6 | yes     | false | false | true  | true  | true  | true  | true  | true  | false | 20 | probable_infection
7 | unknown | false | false | false | true  | true  | true  | true  | true  | true  | 20 | other
"""


def _shares(store: Store, persons: str = PERSONS) -> dict[tuple[object, ...], tuple[object, ...]]:
    store.given("counts.person_outcomes", PERSON + persons)
    store.given(
        "cohort.counted_infections",
        "person_key | label | window_name\n1 | all | early\n1 | viral | early\n4 | all | early",
    )
    store.given(
        "counts.infections",
        "stratum | window_name | infection_class | events\nno | early | all | 2\nno | late | all | 0\n"
        "yes | look_back | all | 1",
    )
    return {row[:4]: row[4:] for row in store.rows("counts.proportions", SHARE)}


def test_infected_by_day_30_leaves_the_unfinished_out(store: Store) -> None:
    shares = _shares(store)
    assert shares["infected_proportion", "no", "early", "all"] == (1, 2, 2, True)
    assert shares["infected_proportion", "no", "early", "viral"] == (1, 2, 2, True)
    assert shares["infected_proportion", "no", "early", "fungal"] == (0, 2, 2, True)
    assert shares["infected_proportion", "unknown", "early", "all"] == (0, 1, 0, False)
    assert shares["infected_proportion", "all", "early", "all"] == (1, 4, 3, True)


def test_deaths_of_infection_count_on_day_30_and_not_on_day_31(store: Store) -> None:
    shares = _shares(store)
    assert shares["infection_death_proportion", "no", "early", "all"] == (1, 2, 2, True)
    assert shares["infection_death_proportion", "yes", "early", "all"] == (0, 1, 1, False)
    assert shares["infection_death_proportion", "yes", "early_and_late", "all"] == (1, 1, 1, True)
    assert shares["probable_infection_death", "yes", "early", "all"] == (1, 1, 1, False)


def test_progression_is_asked_of_those_infected_before_and_completes_itself(store: Store) -> None:
    shares = _shares(store)
    assert shares["progression_proportion", "yes", "early", "all"] == (1, 2, 0, False)
    assert shares["progression_broad_proportion", "yes", "early", "all"] == (2, 2, 0, False)
    assert ("progression_proportion", "no", "early", "all") not in shares


def test_an_unknown_look_back_is_in_no_share_of_preexisting_infection(store: Store) -> None:
    shares = _shares(store)
    assert shares["preexisting_infection_proportion", "all", "look_back", "all"] == (2, 6, 1, False)
    assert shares["patients_infused", "all", None, "all"] == (7, None, None, False)
    assert shares["patients_infused", "unknown", None, "all"] == (1, None, None, False)
    assert shares["infection_events", "no", "early", "all"] == (2, None, None, True)
    assert shares["infection_events", "yes", "look_back", "all"] == (1, None, None, False)


def test_with_nobody_every_row_is_there_with_zero(store: Store) -> None:
    store.given("counts.person_outcomes", PERSON)
    shares = {row[:4]: row[4:] for row in store.rows("counts.proportions", SHARE)}
    assert shares["infected_proportion", "no", "early", "bacterial"] == (0, 0, 0, False)
    assert shares["progression_proportion", "yes", "early", "all"] == (0, 0, 0, False)
    assert shares["patients_infused", "all", None, "all"] == (0, None, None, False)
