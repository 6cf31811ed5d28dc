"""The test bed itself: what is given is typed, what is not given is empty."""

from tests.sql.conftest import Store


def test_given_columns_have_the_types_of_their_names(store: Store) -> None:
    store.given(
        "cohort.infusions",
        """
        patient_id | infused_on | by_text | records | extra_day
        p1         | 2020-01-05 | true    | 2       | 4
        p2         | null       |         |         |
        """,
    )
    rows = store.rows("cohort.infusions", ["patient_id", "infused_on", "by_text", "records", "extra_day", "channel"])
    assert rows == [("p1", "2020-01-05", True, 2, 4, None), ("p2", None, None, None, None, None)]


def test_stage_dates_stay_as_written(store: Store) -> None:
    store.given("stage.condition", "condition_id | recorded_date\nc1 | 2020")
    assert store.rows("stage.condition", ["condition_id", "recorded_date"]) == [("c1", "2020")]


def test_lists_are_given_in_brackets(store: Store) -> None:
    store.given("cohort.drug_blocks", "patient_id | drugs\np1 | [a, b]")
    assert store.rows("cohort.drug_blocks", ["drugs"]) == [(["a", "b"],)]


def test_thresholds_can_be_overridden_and_return(store: Store) -> None:
    store.protocol(course_gap_days=21)
    assert store.rows("ref.protocol", ["course_gap_days"]) == [(21,)]
    store.reset()
    assert store.connection.table("ref.protocol").project("course_gap_days").fetchall() == [(60,)]


def test_value_sets_are_loaded_with_their_types(store: Store) -> None:
    kinds = dict(zip((table := store.connection.table("ref.infusions")).columns, map(str, table.types), strict=True))
    assert (kinds["text_required"], kinds["valid_from"]) == ("BOOLEAN", "DATE")
    assert table.filter("text_required").fetchall()


def test_what_is_built_follows_what_it_reads_also_when_that_stood_there_before(store: Store) -> None:
    def cells() -> object:
        store.build("counts.two_by_two")
        rows = store.rows("counts.two_by_two", ["exposure", "exposed_events", "exposed_without"])
        return next(row[1:] for row in rows if row[0] == "bridging_non_tki")

    def infected(answer: str) -> object:
        columns = "person_key | stratum | infected_early | complete_day_30 | is_day_30_over | bridging_non_tki"
        store.given("counts.person_outcomes", f"{columns}\n1 | no | {answer} | true | true | true")
        return cells()

    assert [infected(answer) for answer in ("true", "false", "true")] == [(1, 0), (0, 1), (1, 0)]
    store.connection.execute("update counts.person_outcomes set infected_early = false")
    store.wrote("counts.person_outcomes")
    assert cells() == (0, 1)
