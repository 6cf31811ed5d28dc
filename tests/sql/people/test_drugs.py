"""Which drugs were given, on which days, and who says so."""

from tests.sql.conftest import Store

ATC = "http://www.whocc.no/atc"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
SOURCE = ["patient_id", "drug_source", "is_complete"]


def _course(store: Store, *patients: str) -> None:
    lines = [f"{patient} | 1 | 2019-05-01 | " for patient in patients]
    store.given(
        "cohort.course_starts",
        "\n".join(["patient_id | course_number | day0_on | next_day0_on", *lines]),
    )


def _given_channels(store: Store) -> None:
    _course(store, "both", "ordered", "not_done", "outside", "silent")
    store.given(
        "stage.medication_administration",
        """
        medication_administration_id | patient_id | status    | effective_datetime
        a1                           | both       | completed | 2019-04-20
        a2                           | not_done   | not-done  | 2019-04-20
        a3                           | outside    | completed | 2018-12-31
        """,
    )
    store.given(
        "stage.medication_request",
        """
        medication_request_id | patient_id | status | intent | authored_on
        r1                    | both       | active | order  | 2019-04-10
        r2                    | ordered    | active | order  | 2019-04-10
        r3                    | not_done   | active | order  | 2019-04-10
        """,
    )


def test_the_best_channel_with_any_resource_is_the_source(store: Store) -> None:
    _given_channels(store)
    assert store.rows("cohort.drug_source", SOURCE) == [
        ("both", "administration", True),
        ("not_done", "administration", True),
        ("ordered", "request", True),
    ]


def test_an_incomplete_pull_of_the_source_or_a_better_one_is_unknown(store: Store) -> None:
    _given_channels(store)
    store.given(
        "ops.incomplete_units",
        """
        patient_id | resource_type
        ordered    | MedicationAdministration
        both       | MedicationRequest
        """,
    )
    assert store.rows("cohort.drug_source", SOURCE) == [
        ("both", "administration", True),
        ("not_done", "administration", True),
        ("ordered", "request", False),
    ]


def test_a_unit_without_a_patient_is_missing_for_everybody(store: Store) -> None:
    _given_channels(store)
    store.given("ops.incomplete_units", "patient_id | resource_type\n | Medication")
    assert {row[2] for row in store.rows("cohort.drug_source", SOURCE)} == {False}


def _administrations(store: Store, rows: str) -> None:
    _course(store, "p1")
    store.given(
        "stage.medication_administration",
        "medication_administration_id | patient_id | status | effective_datetime | effective_start | effective_end"
        " | dosage_text | medication_text\n" + rows,
    )


def test_equivalent_codings_of_one_drug_count_once(store: Store) -> None:
    _administrations(store, "a1 | p1 | completed | 2019-04-20 | | | |")
    store.given(
        "stage.medication_administration_coding",
        f"""
        medication_administration_id | system   | code
        a1                           | {ATC}    | L01AA01
        a1                           | {RXNORM} | 3002
        a1                           | {ATC}    | L01
        """,
    )
    store.build("cohort.codings", "cohort.drug_source")
    rows = store.rows("cohort.drug_days", ["drug_on", "name", "drug_class", "lymphodepletion_drug"])
    assert rows == [("2019-04-20", "cyclophosphamide", "cytotoxic", True)]


def test_days_are_those_of_the_period_inside_the_drug_window(store: Store) -> None:
    _administrations(
        store,
        """
        long  | p1 | completed |            | 2018-12-30T08:00:00+08:00 | 2019-01-02T08:00:00+08:00 | |
        open  | p1 | completed |            | 2019-04-20                |                           | |
        late  | p1 | completed | 2019-07-31 |                           |                           | |
        error | p1 | entered-in-error | 2019-04-21 |                    |                           | |
        """,
    )
    store.given(
        "stage.medication_administration_coding",
        "\n".join(
            [
                "medication_administration_id | system | code",
                *(f"{key} | {ATC} | L01BC01" for key in ("long", "open", "late", "error")),
            ]
        ),
    )
    store.build("cohort.codings", "cohort.drug_source")
    assert [row[0] for row in store.rows("cohort.drug_days", ["drug_on"])] == ["2019-01-01", "2019-01-02", "2019-04-20"]


def test_intrathecal_is_a_matter_of_route_by_code_or_words(store: Store) -> None:
    _administrations(
        store,
        """
        coded  | p1 | completed | 2019-04-20 | | |               |
        spoken | p1 | completed | 2019-04-21 | | | 鞘内注射 12 mg |
        vein   | p1 | completed | 2019-04-22 | | |               |
        """,
    )
    store.given(
        "stage.medication_administration_coding",
        "\n".join(
            [
                "medication_administration_id | system | code",
                *(f"{key} | {ATC} | L01BA01" for key in ("coded", "spoken", "vein")),
            ]
        ),
    )
    store.given(
        "stage.medication_administration_route_coding",
        f"medication_administration_id | system | code\ncoded | {SNOMED} | 72607000\nvein | {SNOMED} | 47625008",
    )
    store.build("cohort.codings", "cohort.texts", "cohort.drug_source")
    assert store.rows("cohort.drug_days", ["drug_on", "intrathecal", "parenteral"]) == [
        ("2019-04-20", True, False),
        ("2019-04-21", True, None),
        ("2019-04-22", False, True),
    ]


def test_a_request_is_dated_by_its_dosage_period_else_by_its_writing(store: Store) -> None:
    _course(store, "p1")
    store.given(
        "stage.medication_request",
        """
        medication_request_id | patient_id | status | intent | do_not_perform | authored_on | dosage_start | dosage_end
        period                | p1         | active | order  |                | 2019-04-10  | 2019-04-12   | 2019-04-13
        written               | p1         | active | order  |                | 2019-04-15  |              |
        plan                  | p1         | active | plan   |                | 2019-04-16  |              |
        never                 | p1         | active | order  | true           | 2019-04-17  |              |
        """,
    )
    store.given(
        "stage.medication_request_coding",
        "\n".join(
            [
                "medication_request_id | system | code",
                *(f"{key} | {ATC} | L01CB01" for key in ("period", "written", "plan", "never")),
            ]
        ),
    )
    store.build("cohort.codings", "cohort.drug_source")
    assert store.rows("cohort.drug_days", ["drug_on", "drug_source"]) == [
        ("2019-04-12", "request"),
        ("2019-04-13", "request"),
        ("2019-04-15", "request"),
    ]


DAY = "patient_id | drug_on | name | target | anti_infective | intrathecal | intent | atc_group | resource_id"


def test_a_course_of_treatment_breaks_at_a_difference_of_three_days(store: Store) -> None:
    _course(store, "p1")
    store.given(
        "cohort.drug_days",
        DAY
        + """
        p1 | 2019-05-02 | meropenem | bacteria | true  | false | therapeutic | J01DH | r1
        p1 | 2019-05-04 | meropenem | bacteria | true  | false | therapeutic | J01DH | r2
        p1 | 2019-05-07 | meropenem | bacteria | true  | false | therapeutic | J01DH | r3
        p1 | 2019-01-01 | aciclovir | herpes   | true  | false | both        | J05AB | r4
        p1 | 2019-05-02 | rituximab |          | false | false |             | L01FA | r5
        p1 | 2019-05-02 | imatinib  |          | false | false |             | L01EA | r6
        """,
    )
    rows = store.rows(
        "cohort.treatments", ["name", "target", "start_on", "last_on", "days", "running_before", "intent"]
    )
    assert rows == [
        ("aciclovir", "herpes", "2019-01-01", "2019-01-01", 1, True, "both"),
        ("meropenem", "bacteria", "2019-05-02", "2019-05-04", 3, False, "therapeutic"),
        ("meropenem", "bacteria", "2019-05-07", "2019-05-07", 1, False, "therapeutic"),
        ("rituximab", "ebv", "2019-05-02", "2019-05-02", 1, False, "therapeutic"),
    ]
