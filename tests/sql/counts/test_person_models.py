"""Exposures and days of each person for the models of a dated analysis."""

from tests.sql.conftest import Store

MODEL = [
    "person_key", "preexisting_infection", "prior_transplant", "neutropenic_before", "igg_low", "crs_severe_day",
    "is_crs_known", "infection_day", "progression_day", "last_day",
]  # fmt: skip


def test_what_is_not_known_is_null_and_days_count_from_day_0(store: Store) -> None:
    store.given(
        "counts.person_outcomes",
        "person_key | stratum | last_day\n1 | no | 90\n2 | yes | 12\n3 | unknown | 30",
    )
    store.given(
        "cohort.cohort_members",
        "person_key:INTEGER | patient_id | course_number | day0_on | follow_up_end_on | stratum\n"
        "1 | a | 1 | 2019-01-10 | 2019-04-10 | no\n2 | b | 1 | 2019-01-10 | 2019-01-22 | yes\n"
        "3 | c | 1 | 2019-01-10 | 2019-02-09 | unknown",
    )
    store.given(
        "counts.person_states",
        "person_key | had_transplant:BOOLEAN | low_days\n1 | true | 0\n2 | false | 3\n3 | false |",
    )
    store.given(
        "cohort.counted_infections",
        "person_key | label | window_name | onset_day\n"
        "1 | all | early | 9\n1 | all | early | 4\n1 | viral | early | 1\n"
        "2 | all | look_back | -3\n3 | all | late | 31",
    )
    store.given(
        "cohort.baseline_laboratory",
        "patient_id | course_number | analyte | value:DECIMAL(18,6)\n"
        "a | 1 | igg | 3.999\nb | 1 | igg | 4\nc | 1 | anc | 1",
    )
    store.given(
        "cohort.crs_exposures",
        "patient_id | course_number | severe_on | is_known\na | 1 | 2019-01-13 | true\nb | 1 | 2019-01-13 | false",
    )
    store.given(
        "cohort.progression",
        "patient_id | course_number | progression_on | progression_broad_on\nb | 1 | 2019-01-12 | 2019-01-11",
    )
    assert store.rows("counts.person_models", MODEL) == [
        (1, False, True, False, True, 3, True, 4, None, 30),
        (2, True, False, True, False, None, False, None, 2, 12),
        (3, None, False, None, None, None, False, None, None, 30),
    ]


def test_no_id_passes_into_the_models(store: Store) -> None:
    store.build("counts.person_models")
    assert "patient_id" not in store.connection.table("counts.person_models").columns
