"""CRS grades of the record, their scales, and organ support."""

from tests.sql.conftest import Store

CM = "http://hl7.org/fhir/sid/icd-10-cm"
OURS = "https://example.org/fhir/CodeSystem/cart-cohort"
SNOMED = "http://snomed.info/sct"
GRADES = ["resource_id", "concept", "graded_on", "grade", "scale"]


def test_a_grade_is_read_from_a_code_or_from_a_value(store: Store) -> None:
    store.given(
        "stage.condition",
        """
        condition_id | patient_id | verification_status | onset_datetime | recorded_date
        cm           | p1         | confirmed           | 2019-03-03     | 2019-03-09
        late         | p1         | confirmed           |                | 2019-03-04
        unspecified  | p1         |                     | 2019-03        |
        refuted      | p1         | refuted             | 2019-03-05     |
        """,
    )
    store.given(
        "stage.condition_coding",
        f"""
        condition_id | system | code
        cm           | {CM}   | D89.833
        late         | {CM}   | D89832
        unspecified  | {CM}   | D89.839
        refuted      | {CM}   | D89.834
        """,
    )
    store.given(
        "stage.observation",
        """
        observation_id | patient_id | status | effective_datetime        | value_integer | value_number | value_string
        whole          | p1         | final  | 2019-03-04T20:00:00Z      | 2             |              |
        decimal        | p1         | final  | 2019-03-05                |               | 3.0          |
        words          | p1         | final  | 2019-03-06                |               |              | Grade 4
        nonsense       | p1         | final  | 2019-03-07                | 17            |              |
        icans          | p1         | final  | 2019-03-08                | 1             |              |
        """,
    )
    codes = {"icans": "icans-grade"}
    lines = [
        f"{key} | {OURS} | {codes.get(key, 'crs-grade')}" for key in ("whole", "decimal", "words", "nonsense", "icans")
    ]
    store.given("stage.observation_coding", "\n".join(["observation_id | system | code", *lines]))
    store.build("cohort.codings")
    assert store.rows("cohort.toxicity_grades", GRADES) == [
        ("cm", "crs", "2019-03-03", 3, "icd10cm"),
        ("decimal", "crs", "2019-03-05", 3, "astct"),
        ("icans", "icans", "2019-03-08", 1, "astct"),
        ("late", "crs", "2019-03-04", 2, "icd10cm"),
        ("nonsense", "crs", "2019-03-07", None, "astct"),
        ("unspecified", "crs", None, None, "icd10cm"),
        ("whole", "crs", "2019-03-05", 2, "astct"),
        ("words", "crs", "2019-03-06", 4, "astct"),
    ]


def _crs(store: Store, *grades: tuple[str, str, str]) -> list[tuple[object, ...]]:
    lines = [f"p1 | crs | {day} | {grade} | {scale}" for day, grade, scale in grades]
    store.given("cohort.toxicity_grades", "\n".join(["patient_id | concept | graded_on | grade | scale", *lines]))
    store.given("cohort.infusions", "patient_id | infused_on\np1 | 2019-03-01\np1 | 2019-06-01")
    return store.rows("cohort.course_crs", ["onset_on", "severe_on", "grade", "grade_on", "scale", "is_comparable"])


def test_the_grade_is_the_maximum_over_the_sources_of_one_scale(store: Store) -> None:
    grades = (("2019-03-03", "1", "icd10cm"), ("2019-03-03", "2", "astct"), ("2019-03-05", "4", "ctcae"))
    assert _crs(store, *grades) == [("2019-03-03", None, 2, "2019-03-03", "astct, icd10cm", True)]


def test_onset_first_severe_day_and_maximum_have_their_own_days(store: Store) -> None:
    grades = (("2019-03-02", "1", "astct"), ("2019-03-04", "3", "astct"), ("2019-03-06", "4", "astct"))
    assert _crs(store, *grades, ("2019-03-01", "0", "astct")) == [
        ("2019-03-02", "2019-03-04", 4, "2019-03-06", "astct", True)
    ]


def test_lee_is_used_where_it_stands_alone_and_ctcae_is_not(store: Store) -> None:
    assert _crs(store, ("2019-03-04", "3", "lee2014"))[0][1:] == ("2019-03-04", 3, "2019-03-04", "lee2014", True)
    store.reset()
    assert _crs(store, ("2019-03-04", "3", "ctcae"))[0][-1] is False


def test_a_grade_belongs_to_the_course_it_falls_into(store: Store) -> None:
    assert _crs(store, ("2019-02-28", "3", "astct"), ("2019-07-01", "3", "astct"), ("", "3", "astct")) == [
        ("2019-07-01", "2019-07-01", 3, "2019-07-01", "astct", True)
    ]


def test_organ_support_is_vasopressor_ventilation_or_intensive_care(store: Store) -> None:
    store.given(
        "cohort.drug_days",
        """
        patient_id | drug_on    | drug_class  | resource_id
        p1         | 2019-03-05 | vasopressor | v1
        p1         | 2019-03-05 | vasopressin | v2
        p1         | 2019-03-05 | inotrope    | v3
        """,
    )
    store.given(
        "stage.procedure",
        """
        procedure_id | patient_id | status    | performed_start | performed_end | code_text
        tube         | p1         | completed | 2019-03-06      | 2019-03-07    |
        mask         | p1         | completed | 2019-03-08      |               | 无创呼吸机
        not_done     | p1         | not-done  | 2019-03-09      |               | intubation
        """,
    )
    store.given("stage.procedure_coding", f"procedure_id | system | code\ntube | {SNOMED} | 112798008")
    store.given("stage.encounter", "encounter_id | patient_id | status | period_start\ne1 | p1 | finished | 2019-03-01")
    store.given(
        "stage.encounter_location",
        """
        encounter_id | location_display | period_start | period_end
        e1           | ICU 2            | 2019-03-10   | 2019-03-10
        e1           | Ward 7           | 2019-03-11   | 2019-03-12
        """,
    )
    store.build("cohort.codings", "cohort.texts")
    assert store.rows("cohort.organ_support", ["support_on", "concept"]) == [
        ("2019-03-05", "vasopressor"),
        ("2019-03-06", "ventilation"),
        ("2019-03-07", "ventilation"),
        ("2019-03-08", "ventilation"),
        ("2019-03-10", "icu"),
    ]
