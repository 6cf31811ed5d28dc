"""Shares beside the headline: other windows, days 0 and strata, and who was seen late."""

from tests.sql.conftest import Store

SHARE = ["measure", "stratum", "window_name", "numerator", "denominator", "left_out", "provisional"]
PERSONS = """
person_key | stratum | infected_early | infected_late | complete_day_30 | complete_day_90 | is_day_30_over | is_day_90_over | died_day
1          | no      | true           | false         | true            | false           | true           | true           |
2          | no      | false          | true          | true            | true            | true           | true           |
3          | no      | false          | false         | true            | false           | true           | true           |
4          | no      | false          | false         | true            | false           | true           | false          |
5          | yes     | false          | false         | true            | true            | true           | true           | 60
6          | yes     | false          | false         | false           | true            | true           | true           | 61
"""  # noqa: E501
MEMBERS = "person_key:INTEGER | patient_id | course_number | day0_on | follow_up_end_on | stratum\n"


def _shares(store: Store) -> dict[tuple[object, ...], tuple[object, ...]]:
    store.given("counts.person_outcomes", PERSONS)
    people = zip("abcdef", ("no", "no", "no", "no", "yes", "yes"), strict=True)
    store.given(
        "cohort.cohort_members",
        MEMBERS + "\n".join(f"{at} | {name} | 1 | 2019-01-01 | 2019-04-01 | {stratum}"
                            for at, (name, stratum) in enumerate(people, start=1)),
    )  # fmt: skip
    store.given(
        "cohort.strata",
        """
        patient_id | course_number | stratum_set                   | stratum
        a          | 1             | preexisting_infection_onset   | yes
        b          | 1             | preexisting_infection_onset   | no
        f          | 1             | preexisting_infection_onset   | no
        a          | 1             | preexisting_infection_treated | unknown
        """,
    )
    store.given(
        "cohort.progression", "patient_id | course_number | progressed_90\ne | 1 | true\nf | 1 | false\na | 1 | true"
    )
    store.given(
        "cohort.record_days",
        "patient_id | last_contact_on\na | 2019-03-02\nb | 2019-03-03\nc | \nd | 2019-03-03\nf | 2019-03-03",
    )
    store.given(
        "counts.day0_options",
        "person_key | day0_option | events:BIGINT | is_complete | is_over\n"
        "1 | last | 0 | true | true\n1 | reset | 1 | true | true\n2 | last | 1 | true | false",
    )
    return {row[:3]: row[3:] for row in store.rows("counts.sensitivity_shares", SHARE)}


def test_through_day_90_who_was_infected_is_complete(store: Store) -> None:
    shares = _shares(store)
    assert shares["infected_proportion", "no", "early_and_late"] == (2, 2, 2, True)
    assert shares["infected_proportion", "yes", "early_and_late"] == (0, 2, 0, False)
    assert shares["infected_proportion", "all", "early_and_late"] == (2, 4, 2, True)


def test_progression_through_day_90_is_asked_of_those_infected_before(store: Store) -> None:
    shares = _shares(store)
    assert shares["progression_proportion", "yes", "early_and_late"] == (1, 2, 0, False)
    assert ("progression_proportion", "no", "early_and_late") not in shares


def test_a_late_contact_is_after_day_60_among_those_alive_whose_day_90_has_come(store: Store) -> None:
    shares = _shares(store)
    assert shares["late_contact_proportion", "no", "late"] == (1, 3, 1, True)
    assert shares["late_contact_proportion", "yes", "late"] == (1, 1, 1, False)


def test_another_day_0_has_its_own_answers_and_completeness(store: Store) -> None:
    shares = _shares(store)
    assert shares["infected_proportion_day0_last", "no", "early"] == (0, 1, 1, True)
    assert shares["infected_proportion_day0_reset", "no", "early"] == (1, 1, 0, False)
    assert shares["infected_proportion_day0_last", "yes", "early"] == (0, 0, 0, False)


def test_other_strata_take_the_headline_answer(store: Store) -> None:
    shares = _shares(store)
    assert shares["infected_proportion", "preexisting_infection_onset:yes", "early"] == (1, 1, 0, False)
    assert shares["infected_proportion", "preexisting_infection_onset:no", "early"] == (0, 1, 1, False)
    assert shares["infected_proportion", "preexisting_infection_treated:unknown", "early"] == (1, 1, 0, False)
    assert shares["infected_proportion", "preexisting_infection_fuo:no", "early"] == (0, 0, 0, False)


def test_with_nobody_every_row_is_there_with_zero(store: Store) -> None:
    rows = store.rows("counts.sensitivity_shares", SHARE)
    assert len(rows) == 4 * 4 + 1 + 9
    assert {row[3:] for row in rows} == {(0, 0, 0, False)}
