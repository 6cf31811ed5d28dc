"""Which records are infusions, and which of them are the same one."""

from tests.sql.conftest import Store

PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
SNOMED = "http://snomed.info/sct"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
ATC = "http://www.whocc.no/atc"
RECORDS = ["resource_id", "infused_on", "product", "by_text"]


def _build(store: Store) -> None:
    store.build("cohort.codings", "cohort.texts")


def test_a_code_a_text_or_both_make_an_infusion(store: Store) -> None:
    store.given(
        "stage.procedure",
        """
        procedure_id | patient_id | status      | code_text               | performed_datetime
        coded        | p1         | completed   |                         | 2019-03-01
        told         | p2         | completed   | CD19 CAR-T cell infusion | 2019-03-01
        consent      | p3         | completed   | CAR-T consent talk      | 2019-03-01
        modifier     | p4         | completed   | CAR-T细胞回输            | 2019-03-01
        silent       | p5         | completed   | 免疫治疗                 | 2019-03-01
        til          | p6         | completed   | CAR-T cell infusion     | 2019-03-01
        review       | p7         | completed   | CAR-T cell infusion     | 2019-03-01
        not_done     | p8         | not-done    |                         | 2019-03-01
        stopped      | p9         | stopped     |                         | 2019-03-01
        undated      | p10        | completed   |                         | 2019-03
        """,
    )
    store.given(
        "stage.procedure_coding",
        f"""
        procedure_id | system   | code
        coded        | {SNOMED} | 1156961008
        modifier     | {ICD9}   | 99.2800
        silent       | {ICD9}   | 99.2800
        til          | {PCS}    | XW033L7
        review       | {PCS}    | XW0338A
        not_done     | {SNOMED} | 1156961008
        stopped      | {SNOMED} | 1156961008
        undated      | {PCS}    | XW033J7
        """,
    )
    _build(store)
    assert store.rows("cohort.infusion_records", RECORDS) == [
        ("coded", "2019-03-01", None, False),
        ("modifier", "2019-03-01", None, True),
        ("stopped", "2019-03-01", None, False),
        ("told", "2019-03-01", "cd19", True),
        ("undated", None, "tisagenlecleucel", False),
    ]


def test_an_administration_of_the_product_is_the_infusion(store: Store) -> None:
    store.given(
        "stage.medication_administration",
        """
        medication_administration_id | patient_id | status    | medication_text           | effective_datetime
        product                      | p1         | completed |                           | 2019-03-01T07:00:00+08:00
        utc                          | p2         | completed | Kymriah                   | 2019-02-28T23:00:00Z
        toci                         | p3         | completed | tocilizumab after CAR-T   | 2019-03-03
        """,
    )
    store.given(
        "stage.medication_administration_coding",
        f"medication_administration_id | system | code\nproduct | {ATC} | L01XL04\ntoci | {ATC} | L04AC07",
    )
    _build(store)
    assert store.rows("cohort.infusion_records", RECORDS) == [
        ("product", "2019-03-01", "tisagenlecleucel", False),
        ("utc", "2019-03-01", "tisagenlecleucel", True),
    ]


COLUMNS = "patient_id | infused_on | infused_at | product | channel | by_text | action | resource_type | resource_id"


def _given_records(store: Store, *days: tuple[str, str]) -> list[tuple[object, ...]]:
    lines = [f"p1 | {day} | | | {channel} | false | | | r{number}" for number, (channel, day) in enumerate(days)]
    store.given("cohort.infusion_records", "\n".join([COLUMNS, *lines]))
    return store.rows("cohort.infusions", ["infused_on", "records"])


def test_records_of_one_day_are_one_infusion(store: Store) -> None:
    found = _given_records(
        store, ("procedure", "2019-03-01"), ("procedure", "2019-03-01"), ("medication", "2019-03-01")
    )
    assert found == [("2019-03-01", 3)]


def test_across_channels_one_day_apart_is_one_infusion_on_the_earlier_day(store: Store) -> None:
    found = _given_records(store, ("medication", "2019-03-01"), ("procedure", "2019-03-02"))
    assert found == [("2019-03-01", 2)]


def test_across_channels_two_days_apart_are_two(store: Store) -> None:
    found = _given_records(store, ("medication", "2019-03-01"), ("procedure", "2019-03-03"))
    assert found == [("2019-03-01", 1), ("2019-03-03", 1)]


def test_a_channel_with_an_infusion_of_its_own_that_day_is_not_merged(store: Store) -> None:
    found = _given_records(
        store, ("procedure", "2019-03-01"), ("procedure", "2019-03-02"), ("medication", "2019-03-02")
    )
    assert found == [("2019-03-01", 1), ("2019-03-02", 2)]


def test_split_doses_of_one_channel_are_never_merged(store: Store) -> None:
    found = _given_records(store, ("procedure", "2019-03-01"), ("procedure", "2019-03-02"), ("procedure", "2019-03-03"))
    assert found == [("2019-03-01", 1), ("2019-03-02", 1), ("2019-03-03", 1)]


def test_a_record_without_a_day_is_no_dated_infusion(store: Store) -> None:
    assert _given_records(store, ("procedure", "null")) == []


def test_infused_at_is_the_first_known_time(store: Store) -> None:
    store.given(
        "cohort.infusion_records",
        COLUMNS
        + """
        p1 | 2019-03-01 | 2019-03-01T04:00:00Z | | procedure | true | | Procedure | r1
        p1 | 2019-03-01 | 2019-03-01T03:00:00Z | | medication | false | | MedicationAdministration | r2
        """,
    )
    rows = store.rows("cohort.infusions", ["infused_at", "by_text", "channel", "resource_id"])
    assert rows == [("2019-03-01T03:00:00Z", False, "medication, procedure", "r2")]
