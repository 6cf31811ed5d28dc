"""Laboratory values in one unit, exactly."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sql.conftest import Store

CASES = Path(__file__).parents[3] / "mappings" / "valuesets" / "cases" / "lab_units.csv"
LOINC = "http://loinc.org"


def _given(store: Store, code: str, rows: str) -> None:
    header = (
        "observation_id | patient_id | status | effective_datetime | value_number | value_unit_code | value_unit"
        " | value_comparator"
    )
    store.given("stage.observation", f"{header}\n{rows}")
    keys = [line.split("|")[0].strip() for line in rows.strip().splitlines()]
    store.given(
        "stage.observation_coding",
        "\n".join(["observation_id | system | code", *(f"{key} | {LOINC} | {code}" for key in keys)]),
    )
    store.build("cohort.codings")


def _rounded(value: str, like: str) -> Decimal:
    """The value with the decimals of the printed one."""
    return Decimal(value).quantize(Decimal(like))


def test_100_4_fahrenheit_is_exactly_38(store: Store) -> None:
    _given(
        store,
        "8310-5",
        """
        f    | p1 | final            | 2019-03-01T10:00:00+08:00 | 100.4 | [degF] |    |
        c    | p1 | final            | 2019-03-02                | 37.9  |        | ℃  |
        both | p1 | final            | 2019-03-02                | 99.5  | [degF] | F  |
        odd  | p1 | final            | 2019-03-02                | 37.5  | zz     | °C |
        k    | p1 | final            | 2019-03-03                | 311.15| K      |    |
        hot  | p1 | final            | 2019-03-04                | 45.1  | Cel    |    |
        bare | p1 | final            | 2019-03-05                | 38.5  |        |    |
        err  | p1 | entered-in-error | 2019-03-06                | 39    | Cel    |    |
        """,
    )
    assert store.rows("cohort.laboratory", ["resource_id", "analyte", "observed_on", "value", "unit"]) == [
        ("both", "temperature", "2019-03-02", "37.5", "Cel"),
        ("c", "temperature", "2019-03-02", "37.9", "Cel"),
        ("f", "temperature", "2019-03-01", "38", "Cel"),
        ("k", "temperature", "2019-03-03", "38", "Cel"),
        ("odd", "temperature", "2019-03-02", "37.5", "Cel"),
    ]


def test_a_comparator_survives_and_zero_is_a_value(store: Store) -> None:
    _given(
        store,
        "751-8",
        """
        low  | p1 | final | 2019-03-01 | 0.1  | 10*9/L |  | <
        zero | p1 | final | 2019-03-02 | 0    | 10*9/L |  |
        edge | p1 | final | 2019-03-03 | 500  | /uL    |  |
        text | p1 | final | 2019-03-04 | few  | /uL    |  |
        """,
    )
    assert store.rows("cohort.laboratory", ["resource_id", "value", "comparator"]) == [
        ("edge", "0.5", None),
        ("low", "0.1", "<"),
        ("zero", "0", None),
    ]


def test_a_component_gives_the_value_of_its_own_code(store: Store) -> None:
    store.given(
        "stage.observation", "observation_id | patient_id | status | effective_datetime\nbp | p1 | final | 2019-03-01"
    )
    store.given("stage.observation_coding", f"observation_id | system | code\nbp | {LOINC} | 85354-9")
    store.given(
        "stage.observation_component",
        f"""
        observation_id | component_number | system  | code   | value_number | value_unit_code
        bp             | 1                | {LOINC} | 8480-6 | 85           | mm[Hg]
        bp             | 2                | {LOINC} | 8462-4 | 50           | mm[Hg]
        """,
    )
    store.build("cohort.codings")
    assert store.rows("cohort.laboratory", ["analyte", "value"]) == [("diastolic_bp", "50"), ("systolic_bp", "85")]


def test_two_codes_of_one_analyte_are_one_value(store: Store) -> None:
    store.given(
        "stage.observation",
        "observation_id | patient_id | status | effective_datetime | value_number | value_unit\n"
        "o1 | p1 | final | 2019-03-01 | 2 | G/L",
    )
    store.given(
        "stage.observation_coding", f"observation_id | system | code\no1 | {LOINC} | 6690-2\no1 | {LOINC} | 804-5"
    )
    store.build("cohort.codings")
    assert store.rows("cohort.laboratory", ["analyte", "value"]) == [("wbc", "2")]


@pytest.mark.skipif(not CASES.is_file(), reason="the case files of the value sets are not here")
def test_the_shipped_conversions_come_out_as_their_cases_say(store: Store) -> None:
    with CASES.open(encoding="utf-8") as file:
        cases = [case for case in csv.DictReader(file) if case["analyte"] != "viral_load"]
    lines = [f"{n} | {case['analyte']} | {case['value']} | {case['unit_spelling']}" for n, case in enumerate(cases)]
    store.given(
        "cohort.laboratory_results",
        "\n".join(
            [
                "observation_id | analyte | value_number:VARCHAR | value_unit | value_unit_code | comparator"
                " | proxy:BOOLEAN | component_number",
                *(f"{line} | | | |" for line in lines),
            ]
        ),
    )
    observations = [f"{n} | p1 | final | 2019-03-01" for n in range(len(cases))]
    store.given(
        "stage.observation", "\n".join(["observation_id | patient_id | status | effective_datetime", *observations])
    )
    found = {row[0]: row[1] for row in store.rows("cohort.laboratory", ["resource_id", "value"])}
    wrong = [
        case
        for n, case in enumerate(cases)
        if case["expected"] and _rounded(str(found.get(str(n), "NaN")), case["expected"]) != Decimal(case["expected"])
    ]
    assert not wrong
