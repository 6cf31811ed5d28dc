"""The four cells of each association, and those whose exposure nobody knows."""

from tests.sql.conftest import Store

CELLS = [
    "exposure", "outcome", "exposed_events", "exposed_without", "unexposed_events", "unexposed_without",
    "unknown_events", "unknown_without",
]  # fmt: skip
PERSON = (
    "person_key | stratum | infected_early | progressed | progressed_broad | complete_day_30 | complete_progression"
    " | complete_progression_broad | is_day_30_over | bridging_other_than_fc | bridging_non_tki | crs_grade_3_exposure"
    " | crs_grade_3_exposure_broad\n"
)


def test_each_association_is_asked_of_its_stratum(store: Store) -> None:
    store.given(
        "counts.person_outcomes",
        PERSON
        + """
        1 | no  | true  | false | false | true  | true | true | true  | true  | true  | false | false
        2 | no  | false | false | false | true  | true | true | true  | true  | true  | false | false
        3 | no  | false | false | false | true  | true | true | true  | false | true  | false | false
        4 | no  | true  | false | false | true  | true | true | true  |       |       | false | false
        5 | no  | false | false | false | false | true | true | true  | true  | true  | false | false
        6 | no  | true  | false | false | true  | true | true | false | true  | true  | false | false
        7 | yes | true  | true  | true  | true  | true | true | true  | true  | true  | true  | true
        8 | yes | false | false | true  | true  | true | true | true  | true  | true  | true  | false
        9 | unknown | true | true | true | true | true | true | true  | true  | true  | true  | true
        """,
    )
    assert store.rows("counts.two_by_two", CELLS) == [
        ("bridging_non_tki", "infected_early", 1, 2, 0, 0, 1, 0),
        ("bridging_other_than_fc", "infected_early", 1, 1, 0, 1, 1, 0),
        ("crs_grade_3_exposure", "progressed", 1, 1, 0, 0, 0, 0),
        ("crs_grade_3_exposure_broad", "progressed_broad", 1, 0, 1, 0, 0, 0),
    ]


def test_with_nobody_every_association_keeps_its_row(store: Store) -> None:
    rows = store.rows("counts.two_by_two", CELLS)
    assert [row[2:] for row in rows] == [(0, 0, 0, 0, 0, 0)] * 4
