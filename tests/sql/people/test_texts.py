"""What a resource says in words, and which words a rule hears."""

import csv
from pathlib import Path

import pytest

from tests.sql.conftest import Store

CASES = Path(__file__).parents[3] / "mappings" / "valuesets" / "cases" / "text_rules.csv"


def test_texts_are_trimmed_and_never_empty(store: Store) -> None:
    store.given("stage.condition", "condition_id | code_text\nc1 | B-ALL\nc2 |")
    store.given(
        "stage.condition_coding",
        "condition_id | code | display\nc1 | x | B-ALL\nc1 | y | leukaemia\nc2 | z |",
    )
    rows = store.rows("cohort.texts", ["resource_type", "resource_id", "element", "text"])
    assert rows == [("Condition", "c1", "code", "B-ALL"), ("Condition", "c1", "code", "leukaemia")]


def test_the_first_rule_that_hits_decides(store: Store) -> None:
    store.given(
        "cohort.texts",
        """
        resource_id | element | text
        given       | code    | CAR-T cell infusion
        consent     | code    | Consent for CAR-T
        drug        | code    | cART adherence
        nothing     | code    | appendectomy
        """,
    )
    store.build("cohort.text_labels")
    labels = store.connection.execute(
        "select text, is_allowed from cohort.text_labels where concept = 'cart_infusion' order by text"
    ).fetchall()
    assert labels == [("CAR-T cell infusion", True), ("Consent for CAR-T", False), ("cART adherence", False)]


@pytest.mark.skipif(not CASES.is_file(), reason="the case files of the value sets are not here")
def test_the_shipped_texts_are_judged_as_their_cases_say(store: Store) -> None:
    with CASES.open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    store.connection.execute("create table cohort.texts (resource_type varchar, resource_id varchar, text varchar)")
    store.connection.executemany(
        "insert into cohort.texts values ('Procedure', 'x', ?)", [[case["text"].strip()] for case in cases]
    )
    store.wrote("cohort.texts")
    store.build("cohort.text_labels")
    judged = {
        (text, concept): (allowed, label)
        for text, concept, allowed, label in store.connection.execute(
            "select text, concept, is_allowed, label from cohort.text_labels"
        ).fetchall()
    }
    wrong = []
    for case in cases:
        allowed, label = judged.get((case["text"].strip(), case["concept"]), (False, None))
        expected_label = case["expected_label"] or None
        if allowed != (case["expected"] == "yes") or (allowed and label != expected_label):
            wrong.append(case["text"])
    assert not wrong
