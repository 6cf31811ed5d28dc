"""Bars and marks of the swimmer plot."""

from tests.sql.conftest import Store

MARK = ["event", "day_from", "day_to", "infection_class", "follow_up_from", "follow_up_to"]


def _given(store: Store) -> None:
    store.run(data_date="2019-02-20")
    store.given(
        "cohort.courses",
        "patient_id | course_number | in_cohort | day0_on | last_infusion_on | follow_up_end_on\n"
        "a | 1 | true | 2019-01-10 | 2019-01-10 | 2019-02-20\nout | 1 | false | 2019-01-10 | 2019-01-10 | 2019-02-20",
    )
    store.given("cohort.record_days", "patient_id | first_record_on\na | 2018-12-20\nout | 2018-12-20")


def _marks(store: Store) -> list[tuple[object, ...]]:
    return [row[:4] for row in store.rows("cohort.timelines", MARK) if row[0] != "bar"]


def test_the_bar_reaches_from_the_first_record_to_the_end_of_follow_up(store: Store) -> None:
    _given(store)
    assert store.rows("cohort.timelines", MARK) == [("bar", -21, 41, None, -21, 41)]


def test_marks_are_cut_at_the_look_back_and_at_the_data_date(store: Store) -> None:
    _given(store)
    store.given(
        "cohort.infusions",
        "patient_id | infused_on\na | 2019-01-10\na | 2019-02-20\na | 2019-02-21\nout | 2019-01-10\na |",
    )
    store.given("cohort.deaths", "patient_id | died_on | is_dead\na | 2019-03-01 | true")
    store.given(
        "cohort.organ_support",
        """
        patient_id | support_on | concept
        a          | 2018-12-01 | icu
        a          | 2018-12-11 | icu
        a          | 2018-12-10 | icu
        a          | 2019-01-12 | icu
        a          | 2019-01-13 | icu
        a          | 2019-01-13 | icu
        a          | 2019-01-15 | icu
        a          | 2019-01-14 | vasopressor
        """,
    )
    assert _marks(store) == [
        ("icu", -30, -30, None),
        ("icu", 2, 3, None),
        ("icu", 5, 5, None),
        ("infusion", 0, 0, None),
        ("infusion", 41, 41, None),
    ]


def test_an_infection_is_one_mark_under_its_headline_class(store: Store) -> None:
    _given(store)
    store.given(
        "cohort.episodes",
        "episode_id | patient_id | course_number | window_name | onset_day | counted | headline_label\n"
        "e1 | a | 1 | early | 4 | true | fungal\ne2 | a | 1 | early | 5 | false | viral",
    )
    store.given("cohort.deaths", "patient_id | died_on | is_dead\na | 2019-02-20 | true")
    assert _marks(store) == [("death", 41, 41, None), ("infection", 4, 4, "fungal")]
