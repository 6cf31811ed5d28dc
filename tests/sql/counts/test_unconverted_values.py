"""Laboratory values that could not be used are counted by the reason why."""

from tests.sql.conftest import Store

LOINC = "http://loinc.org"


def test_each_value_that_is_not_used_has_one_reason(store: Store) -> None:
    store.given(
        "stage.observation",
        """
        observation_id | patient_id | status           | effective_datetime | value_number | value_unit_code
        used           | p1         | final            | 2019-03-01         | 37.5         | Cel
        text           | p1         | final            | 2019-03-01         | warm         | Cel
        bare           | p1         | final            | 2019-03-02         | 38.5         |
        odd            | p1         | final            | 2019-03-03         | 38.5         | furlong
        odd2           | p1         | final            | 2019-03-04         | 38.5         | furlong
        hot            | p1         | final            | 2019-03-05         | 45.1         | Cel
        err            | p1         | entered-in-error | 2019-03-06         | 39           | furlong
        """,
    )
    keys = ("used", "text", "bare", "odd", "odd2", "hot", "err")
    rows = "\n".join(f"{key} | {LOINC} | 8310-5" for key in keys)
    store.given("stage.observation_coding", f"observation_id | system | code\n{rows}")
    store.build("cohort.codings", "cohort.laboratory_results", "cohort.laboratory")
    assert store.rows("counts.unconverted_values", ["analyte", "reason", "value_count"]) == [
        ("temperature", "no_number", 1),
        ("temperature", "no_unit", 1),
        ("temperature", "outside_hard_range", 1),
        ("temperature", "unit_unconvertible", 2),
    ]
