"""Answers per course; what nobody can know is unknown, never no."""

from tests.sql.conftest import Store

ANSWER = ["patient_id", "value", "status"]


def _bridged(store: Store) -> None:
    store.given(
        "cohort.infusions",
        "patient_id | infused_on\ngiven | 2019-05-01\nordered | 2019-05-01\nsilent | 2019-05-01\npartly | 2019-05-01",
    )
    store.given(
        "cohort.drug_source",
        """
        patient_id | drug_source    | is_complete
        given      | administration | true
        ordered    | request        | true
        partly     | administration | false
        """,
    )
    store.given(
        "cohort.drug_days",
        """
        patient_id | drug_on    | name       | drug_class | lymphodepletion_drug | intrathecal
        ordered    | 2019-04-10 | cytarabine | cytotoxic  | false                | false
        partly     | 2019-04-10 | cytarabine | cytotoxic  | false                | false
        """,
    )
    store.build("cohort.drug_blocks", "cohort.lymphodepletions", "cohort.course_starts")


def test_no_drug_row_and_an_incomplete_pull_are_unknown_and_an_order_is_inferred(store: Store) -> None:
    _bridged(store)
    store.build("cohort.drug_covariates")
    rows = store.connection.execute(
        "select patient_id, value, status from cohort.drug_covariates"
        " where name = 'bridging_other_than_fc' order by all"
    ).fetchall()
    assert rows == [
        ("given", "no", "known"),
        ("ordered", "yes", "inferred"),
        ("partly", None, "unknown"),
        ("silent", None, "unknown"),
    ]


def _crs(store: Store, grades: str, progression: str = "") -> dict[str, tuple[object, ...]]:
    store.given("cohort.infusions", "patient_id | infused_on\np1 | 2019-05-01\np2 | 2019-05-01")
    store.given("cohort.toxicity_grades", "patient_id | concept | graded_on | grade | scale\n" + grades)
    store.given(
        "cohort.progression",
        "patient_id | course_number | progressed | progression_on | progressed_broad | progression_broad_on\n"
        + progression,
    )
    store.build("cohort.crs_covariates")
    rows = store.connection.execute(
        "select patient_id, name, value, status from cohort.crs_covariates order by all"
    ).fetchall()
    return {f"{patient} {name}": (value, status) for patient, name, value, status in rows}


def test_crs_after_progression_is_no_exposure(store: Store) -> None:
    found = _crs(store, "p1 | crs | 2019-05-07 | 3 | astct", "p1 | 1 | true | 2019-05-05 | true | 2019-05-05")
    assert found["p1 crs_grade_3_exposure"] == ("no", "known")
    assert found["p1 crs_grade_3"] == ("yes", "known")
    assert found["p2 crs_grade_3_exposure"] == ("no", "known")


def test_crs_on_the_day_of_progression_is_exposure_for_that_outcome(store: Store) -> None:
    found = _crs(store, "p1 | crs | 2019-05-05 | 3 | astct", "p1 | 1 | true | 2019-05-05 | true | 2019-05-04")
    assert found["p1 crs_grade_3_exposure"] == ("yes", "known")
    assert found["p1 crs_grade_3_exposure_broad"] == ("no", "known")


def test_without_progression_the_exposure_ends_on_day_30(store: Store) -> None:
    found = _crs(store, "p1 | crs | 2019-05-31 | 3 | astct\np2 | crs | 2019-06-01 | 3 | astct")
    assert found["p1 crs_grade_3_exposure"] == ("yes", "known")
    assert found["p2 crs_grade_3_exposure"] == ("no", "known")


def test_where_nobody_has_a_crs_record_the_exposure_is_unknown(store: Store) -> None:
    found = _crs(store, "p1 | icans | 2019-05-05 | 3 | astct")
    assert found["p1 crs_grade_3_exposure"] == (None, "unknown")


def test_a_grade_that_cannot_be_read_is_unknown_for_that_patient(store: Store) -> None:
    found = _crs(store, "p1 | crs | 2019-05-05 | | icd10cm")
    assert found["p1 crs_grade_3_exposure"] == (None, "unknown")
    assert found["p1 crs_onset"] == ("2019-05-05", "known")
    assert found["p2 crs_grade"] == ("0", "known")


def test_last_contact_on_day_29_is_complete_only_with_an_event_or_death(store: Store) -> None:
    names = ("day29", "day30", "event", "died", "died31")
    store.given(
        "cohort.courses",
        "\n".join(["patient_id | course_number | day0_on", *(f"{name} | 1 | 2019-05-01" for name in names)]),
    )
    store.given(
        "cohort.record_days",
        """
        patient_id | last_contact_on
        day29      | 2019-05-30
        day30      | 2019-05-31
        event      | 2019-05-20
        died       | 2019-05-31
        died31     | 2019-06-01
        """,
    )
    store.given("cohort.deaths", "patient_id | died_on | is_dead\ndied | 2019-05-31 | true\ndied31 | 2019-06-01 | true")
    store.given(
        "cohort.episodes",
        """
        patient_id | course_number | window_name | counted
        event      | 1             | early       | true
        event      | 1             | early       | true
        day29      | 1             | early       | false
        day29      | 1             | late        | true
        """,
    )
    store.given(
        "cohort.progression", "patient_id | course_number | progressed | progressed_broad\nday29 | 1 | true | true"
    )
    rows = store.rows("cohort.course_completeness", ["patient_id", "complete_day_30", "complete_progression"])
    assert rows == [
        ("day29", False, True),
        ("day30", True, True),
        ("died", True, True),
        ("died31", True, True),
        ("event", True, False),
    ]


def test_day_30_is_over_on_the_data_date(store: Store) -> None:
    store.run(data_date="2019-05-31")
    store.given(
        "cohort.courses", "patient_id | course_number | day0_on\na | 1 | 2019-05-01\nb | 1 | 2019-05-02\nc | 1 |"
    )
    rows = store.rows("cohort.course_completeness", ["patient_id", "is_over"])
    assert rows == [("a", True), ("b", False)]


def test_an_age_is_a_number_only_where_every_birth_day_gives_it(store: Store) -> None:
    store.given(
        "cohort.infusions",
        "patient_id | infused_on\nfull | 2019-05-01\nyear | 2019-05-01\nnone | 2019-05-01\nmonth | 2019-05-01",
    )
    store.given(
        "stage.patient",
        """
        patient_id | birth_date | gender  | deceased_boolean
        full       | 2001-05-01 | female  | true
        year       | 2001       | unknown |
        month      | 2001-07    | male    |
        none       |            |         |
        """,
    )
    store.given("cohort.deaths", "patient_id | died_on | is_dead\nfull | | true\nmonth | 2019-05-20 | true")
    store.build("cohort.person_covariates")
    rows = store.connection.execute(
        "select name, patient_id, value, status from cohort.person_covariates"
        " where name <> 'complete_day_30' order by all"
    ).fetchall()
    assert rows == [
        ("age_years", "full", "18", "known"),
        ("age_years", "month", "17", "known"),
        ("age_years", "none", None, "unknown"),
        ("age_years", "year", "17-18", "inferred"),
        ("death_day", "full", "dead, day unknown", "unknown"),
        ("death_day", "month", "2019-05-20", "known"),
        ("death_day", "none", None, "known"),
        ("death_day", "year", None, "known"),
        ("sex", "full", "female", "known"),
        ("sex", "month", "male", "known"),
        ("sex", "none", None, "unknown"),
        ("sex", "year", None, "unknown"),
    ]


def test_covariates_holds_each_name_once_per_course(store: Store) -> None:
    _bridged(store)
    store.build("cohort.covariates")
    rows = store.connection.execute(
        "select count(*) as answers, count(distinct (patient_id, course_number, name)) as names from cohort.covariates"
    ).fetchone()
    assert rows is not None
    assert rows[0] == rows[1]


def test_a_patient_row_has_the_usual_number_and_the_earliest_birth_day(store: Store) -> None:
    store.given("stage.patient", "patient_id | birth_date | gender\np1 | 2001-05 | male")
    store.given(
        "stage.patient_identifier",
        "patient_id | system | value | use\np1 | a | 1 | official\np1 | b | 2 | usual\np1 | c | 3 | old",
    )
    store.given("cohort.death_causes", "patient_id | death_cause\np1 | infection")
    rows = store.rows(
        "cohort.patients", ["patient_id", "local_identifier", "birth_date_earliest", "sex", "death_cause"]
    )
    assert rows == [("p1", "2", "2001-05-01", "male", "infection")]


def test_the_local_number_is_of_the_system_that_the_site_names(store: Store) -> None:
    store.given("stage.patient", "patient_id | birth_date | gender\np1 | 2001-05 | male\np2 | 2002 | male")
    store.given(
        "stage.patient_identifier",
        "patient_id | system | value | use\np1 | a | 1 | official\np1 | b | 2 | usual\np2 | b | 3 | usual",
    )
    store.given("cohort.death_causes", "patient_id | death_cause")
    store.run(identifier_system="a")
    assert store.rows("cohort.patients", ["patient_id", "local_identifier"]) == [("p1", "1"), ("p2", None)]
