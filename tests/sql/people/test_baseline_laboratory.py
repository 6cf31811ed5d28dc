"""The laboratory value before treatment: last one before lymphodepletion, of one day the last and then the worst."""

from tests.sql.conftest import Store

VALUE = ["patient_id", "analyte", "value", "observed_on"]


def _given(store: Store, laboratory: str, block: str = "2019-01-06") -> list[tuple[object, ...]]:
    store.given(
        "cohort.courses",
        "patient_id | course_number | in_cohort | day0_on | last_infusion_on\na | 1 | true | 2019-01-10 | 2019-01-10",
    )
    store.given(
        "cohort.lymphodepletions", f"patient_id | course_number | infused_on | start_on\na | 1 | 2019-01-10 | {block}"
    )
    store.given(
        "cohort.laboratory", "patient_id | analyte | observed_on | observed_at | value | resource_id\n" + laboratory
    )
    return store.rows("cohort.baseline_laboratory", VALUE)


def test_the_last_day_up_to_the_start_of_lymphodepletion_counts(store: Store) -> None:
    rows = "a | anc | 2019-01-03 | | 1 | r1\na | anc | 2019-01-06 | | 2 | r2\na | anc | 2019-01-07 | | 3 | r3"
    assert _given(store, rows) == [("a", "anc", "2", "2019-01-06")]


def test_day_minus_8_is_too_early_and_another_analyte_is_not_asked(store: Store) -> None:
    rows = "a | anc | 2019-01-02 | | 1 | r1\na | temperature | 2019-01-05 | | 38 | r2\na | igg | | | 4 | r3"
    assert _given(store, rows + "\na | igg | 2019-01-03 | | 4 | r4") == [("a", "igg", "4", "2019-01-03")]


def test_without_lymphodepletion_the_day_before_the_infusion_is_the_last(store: Store) -> None:
    rows = "a | crp | 2019-01-09 | | 12 | r1\na | crp | 2019-01-10 | | 99 | r2"
    assert _given(store, rows, block="") == [("a", "crp", "12", "2019-01-09")]


def test_of_one_day_the_last_instant_counts_and_of_one_instant_the_worst_value(store: Store) -> None:
    rows = """a | anc | 2019-01-05 | 2019-01-05T08:00:00Z | 0.1 | r1
    a | anc | 2019-01-05 | 2019-01-05T18:00:00Z | 0.9 | r2
    a | anc | 2019-01-05 | | 0.05 | r3
    a | crp | 2019-01-05 | 2019-01-05T08:00:00Z | 10 | r4
    a | crp | 2019-01-05 | 2019-01-05T08:00:00Z | 30 | r5"""
    assert _given(store, rows) == [("a", "anc", "0.9", "2019-01-05"), ("a", "crp", "30", "2019-01-05")]
