"""Who is dead, and on which day."""

from tests.sql.conftest import Store

DEATHS = ["patient_id", "died_on", "is_dead"]
LOINC = "http://loinc.org"


def test_the_best_source_with_a_whole_date_gives_the_day(store: Store) -> None:
    store.given(
        "stage.patient",
        """
        patient_id | deceased_boolean | deceased_datetime
        dated      |                  | 2019-04-27T20:30:00Z
        partial    |                  | 2019-04
        told       | true             |
        bare       | true             |
        alive      | false            |
        silent     |                  |
        """,
    )
    store.given(
        "stage.observation",
        """
        observation_id | patient_id | status           | effective_datetime | value_datetime
        cause          | told       | final            | 2019-05-02         |
        date           | partial    | final            | 2019-06-01         | 2019-04-30
        wrong          | silent     | entered-in-error | 2019-05-05         |
        """,
    )
    store.given(
        "stage.observation_coding",
        f"""
        observation_id | system  | code
        cause          | {LOINC} | 69453-9
        date           | {LOINC} | 81954-0
        wrong          | {LOINC} | 69453-9
        """,
    )
    store.build("cohort.codings")
    assert store.rows("cohort.deaths", DEATHS) == [
        ("bare", None, True),
        ("dated", "2019-04-28", True),
        ("partial", "2019-04-30", True),
        ("told", "2019-05-02", True),
    ]


def test_a_discharge_as_dead_is_a_death(store: Store) -> None:
    store.given(
        "stage.encounter",
        "encounter_id | patient_id | status | period_start | period_end\ne1 | p1 | finished | 2019-03-01 | 2019-03-20",
    )
    store.given(
        "stage.encounter_discharge_coding",
        "encounter_id | system | code\ne1 | http://terminology.hl7.org/CodeSystem/discharge-disposition | exp",
    )
    store.build("cohort.codings")
    assert store.rows("cohort.deaths", DEATHS) == [("p1", "2019-03-20", True)]


def test_the_same_death_from_two_sources_is_one_row(store: Store) -> None:
    store.given(
        "cohort.death_reports", "patient_id | source_order:INTEGER | died_on\np1 | 4 | 2019-03-21\np1 | 1 | 2019-03-20"
    )
    assert store.rows("cohort.deaths", DEATHS) == [("p1", "2019-03-20", True)]


def test_a_place_where_nobody_died_has_no_deaths(store: Store) -> None:
    assert store.rows("cohort.deaths", DEATHS) == []


def test_who_died_after_the_data_date_is_not_dead_yet(store: Store) -> None:
    store.run(data_date="2019-03-20")
    store.given(
        "cohort.death_reports",
        """
        patient_id | source_order:INTEGER | died_on
        on_it      | 1                    | 2019-03-20
        after      | 1                    |
        after      | 3                    | 2019-03-21
        no_day     | 1                    |
        """,
    )
    assert store.rows("cohort.deaths", DEATHS) == [("no_day", None, True), ("on_it", "2019-03-20", True)]
