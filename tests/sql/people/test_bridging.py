"""Blocks, lymphodepletion and bridging; day 0 is 2019-05-01."""

from datetime import date, timedelta

import pytest

from tests.sql.conftest import Store

DAY0 = date(2019, 5, 1)
CLASSES = {
    "fludarabine": ("cytotoxic", "true"),
    "cyclophosphamide": ("cytotoxic", "true"),
    "bendamustine": ("cytotoxic", "true"),
    "cytarabine": ("cytotoxic", "false"),
    "mitoxantrone": ("cytotoxic", "false"),
    "etoposide": ("cytotoxic", "false"),
    "blinatumomab": ("antibody", "false"),
    "imatinib": ("tki", "false"),
    "methotrexate": ("cytotoxic", "false"),
    "dexamethasone": ("steroid", "false"),
}
FLAGS = ["other_than_fc", "non_tki", "tki", "intrathecal", "steroid"]


def _on(day: int) -> str:
    return (DAY0 + timedelta(days=day)).isoformat()


def _given_drugs(store: Store, *spans: tuple[str, int, int], collected: int | None = None) -> None:
    store.given("cohort.infusions", f"patient_id | infused_on\np1 | {_on(0)}")
    lines = ["patient_id | drug_on | name | drug_class | lymphodepletion_drug | intrathecal"]
    for name, first, last in spans:
        drug_class, depletes = CLASSES[name]
        intrathecal = "true" if name == "methotrexate" else "false"
        lines += [
            f"p1 | {_on(day)} | {name} | {drug_class} | {depletes} | {intrathecal}" for day in range(first, last + 1)
        ]
    store.given("cohort.drug_days", "\n".join(lines))
    collection = [f"p1 | collection | {_on(collected)}"] if collected is not None else []
    store.given("cohort.procedure_events", "\n".join(["patient_id | concept | performed_on", *collection]))
    store.build("cohort.drug_blocks", "cohort.lymphodepletions")


def _flags(store: Store) -> tuple[object, ...]:
    return store.rows("cohort.course_bridging", FLAGS)[0]


FC = (("fludarabine", -6, -4), ("cyclophosphamide", -6, -4))


def test_a_difference_of_two_days_is_one_block_and_of_three_two(store: Store) -> None:
    _given_drugs(store, ("cytarabine", -12, -12), ("cytarabine", -10, -10), ("cytarabine", -7, -7))
    blocks = store.rows("cohort.drug_blocks", ["block_number", "start_on", "end_on", "drugs", "is_fc"])
    assert blocks == [
        (1, _on(-12), _on(-10), ["cytarabine"], False),
        (2, _on(-7), _on(-7), ["cytarabine"], False),
    ]


@pytest.mark.parametrize(("last", "kind"), [(-15, "none_recorded"), (-14, "FC"), (-1, "FC"), (0, "none_recorded")])
def test_lymphodepletion_ends_on_day_minus_14_to_minus_1(store: Store, last: int, kind: str) -> None:
    _given_drugs(store, ("fludarabine", last - 2, last), ("cyclophosphamide", last - 1, last))
    assert store.rows("cohort.lymphodepletions", ["type"]) == [(kind,)]


@pytest.mark.parametrize(
    ("spans", "kind"),
    [
        (FC, "FC"),
        ((("bendamustine", -6, -5),), "bendamustine"),
        ((("fludarabine", -6, -4),), "other"),
        ((*FC, ("etoposide", -5, -5)), "other"),
        ((*FC, ("methotrexate", -5, -5)), "FC"),
        ((("cytarabine", -6, -4),), "none_recorded"),
    ],
)
def test_the_type_is_fc_only_when_exactly_fc(store: Store, spans: tuple[tuple[str, int, int], ...], kind: str) -> None:
    _given_drugs(store, *spans)
    assert store.rows("cohort.lymphodepletions", ["type"]) == [(kind,)]


@pytest.mark.parametrize(
    ("spans", "collected", "flags"),
    [
        ((("cytarabine", -18, -16), *FC), None, (True, True, False, False, False)),
        ((("fludarabine", -21, -19), ("cytarabine", -21, -19)), None, (True, True, False, False, False)),
        ((("etoposide", -35, -35), *FC), -32, (False, False, False, False, False)),
        ((("etoposide", -32, -31), *FC), -32, (False, False, False, False, False)),
        ((("mitoxantrone", -44, -44), *FC), -52, (True, True, False, False, False)),
        ((("blinatumomab", -30, -20), *FC), None, (False, True, False, False, False)),
        ((("imatinib", -30, -20), *FC), None, (False, False, True, False, False)),
        ((("methotrexate", -20, -20), ("dexamethasone", -19, -18), *FC), None, (False, False, False, True, True)),
        ((("fludarabine", -30, -28), ("cyclophosphamide", -30, -28), *FC), None, (False, True, False, False, False)),
        ((("etoposide", -61, -61), *FC), None, (False, False, False, False, False)),
        ((("etoposide", -60, -60), *FC), None, (True, True, False, False, False)),
        (FC, None, (False, False, False, False, False)),
        ((), None, (False, False, False, False, False)),
    ],
)
def test_bridging_lies_between_collection_and_lymphodepletion(
    store: Store, spans: tuple[tuple[str, int, int], ...], collected: int | None, flags: tuple[bool, ...]
) -> None:
    _given_drugs(store, *spans, collected=collected)
    assert _flags(store) == flags


def test_without_lymphodepletion_bridging_ends_before_day_0(store: Store) -> None:
    _given_drugs(store, ("cytarabine", -3, -1))
    assert _flags(store)[:2] == (True, True)
    store.reset()
    _given_drugs(store, ("cytarabine", -1, 0))
    assert _flags(store)[:2] == (False, False)
