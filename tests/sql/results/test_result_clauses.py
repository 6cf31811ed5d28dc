"""Result texts are read clause by clause; an organism is never read from a negative one."""

import pytest

from tests.sql.conftest import Store


def given_text(store: Store, text: str) -> None:
    store.given(
        "cohort.micro_texts", f"resource_type | resource_id | element | text\nObservation | o1 | value | {text}"
    )


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("No growth after 5 days", [(True, False, False, False)]),
        ("not detected", [(True, False, False, False)]),
        ("Positive", [(False, False, False, True)]),
        ("Detected", [(False, False, False, True)]),
        ("培养中", [(False, True, False, False)]),
        ("mixed skin flora", [(False, False, True, False)]),
        ("No other growth", [(False, False, False, False)]),
        ("no Candida isolated; E. coli grown", [(False, False, False, False), (True, False, False, False)]),
        ("Final. No growth", [(False, False, False, False), (True, False, False, False)]),
    ],
)
def test_each_clause_has_its_own_verdict(store: Store, text: str, flags: list[tuple[bool, ...]]) -> None:
    given_text(store, text)
    columns = ["is_negative", "is_pending", "is_contamination", "is_positive_word"]
    assert store.rows("cohort.result_clauses", columns) == flags


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("E. coli", ["Escherichia coli"]),
        ("Candida glabrata", ["Candida glabrata"]),
        ("未见念珠菌生长；检出大肠埃希菌", ["Escherichia coli"]),
        ("coagulase negative staphylococcus", ["Staphylococcus, coagulase negative"]),
        ("Pasteurella, species to follow", ["Pasteurella"]),
        ("normal oral flora, no Neisseria", []),
        ("heavy growth", []),
    ],
)
def test_the_longest_name_wins_and_negative_clauses_name_nothing(store: Store, text: str, names: list[str]) -> None:
    given_text(store, text)
    known = dict(store.rows("cohort.organisms", ["organism_code", "organism_name"]))
    found = [known[code] for (code,) in store.rows("cohort.clause_organisms", ["organism_code"])]
    assert found == names


def test_no_text_gives_no_clause(store: Store) -> None:
    store.given("cohort.micro_texts", "resource_type | resource_id | element | text")
    assert store.rows("cohort.result_clauses", ["clause"]) == []
