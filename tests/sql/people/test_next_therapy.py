"""What stops the clock besides death: next therapy and conditioning; day 0 is 2019-01-01."""

from datetime import date, timedelta

from tests.sql.conftest import Store


def _on(day: int) -> str:
    return (date(2019, 1, 1) + timedelta(days=day)).isoformat()


def _given(store: Store, *infusions: int, days: str = "", procedures: str = "") -> None:
    store.given("cohort.infusions", "\n".join(["patient_id | infused_on", *(f"p1 | {_on(day)}" for day in infusions)]))
    store.given(
        "cohort.drug_days",
        "patient_id | drug_on | name | drug_class | next_therapy | conditioning_drug | lymphodepletion_drug"
        " | intrathecal | drug_source\n" + days,
    )
    store.given("cohort.procedure_events", "patient_id | concept | performed_on\n" + procedures)
    store.build("cohort.course_starts", "cohort.drug_blocks", "cohort.lymphodepletions")


def _fc(*days: int) -> str:
    return "\n".join(
        f"p1 | {_on(day)} | {name} | cytotoxic | true | true | true | false | administration"
        for day in days
        for name in ("cyclophosphamide", "fludarabine")
    )


def _drug(day: int, name: str, drug_class: str, next_therapy: str, intrathecal: str = "false") -> str:
    conditions = "true" if name == "busulfan" else "false"
    flags = f"{next_therapy} | {conditions} | false | {intrathecal}"
    return f"p1 | {_on(day)} | {name} | {drug_class} | {flags} | administration"


def _next(store: Store) -> list[tuple[object, ...]]:
    return store.rows("cohort.next_therapies", ["course_number", "next_therapy_on"])


def test_a_tki_an_intrathecal_drug_and_rituximab_let_the_clock_run(store: Store) -> None:
    drugs = [
        _drug(44, "imatinib", "tki", "false"),
        _drug(45, "methotrexate", "cytotoxic", "true", intrathecal="true"),
        _drug(46, "rituximab", "antibody", "false"),
        _drug(0, "cytarabine", "cytotoxic", "true"),
    ]
    _given(store, 0, days="\n".join(drugs))
    assert _next(store) == []


def test_blinatumomab_and_radiotherapy_stop_it(store: Store) -> None:
    _given(store, 0, days=_drug(52, "blinatumomab", "antibody", "true"), procedures=f"p1 | radiotherapy | {_on(60)}")
    assert _next(store) == [(1, _on(52))]
    store.reset()
    _given(store, 0, procedures=f"p1 | radiotherapy | {_on(60)}\np1 | radiotherapy | {_on(0)}")
    assert _next(store) == [(1, _on(60))]


def test_lymphodepletion_of_the_same_course_lets_it_run(store: Store) -> None:
    _given(store, 0, 24, days=_fc(18, 19, 20))
    assert _next(store) == []


def test_lymphodepletion_of_a_subsequent_course_is_next_therapy(store: Store) -> None:
    _given(store, 0, 84, days=_fc(78, 79, 80))
    assert _next(store) == [(1, _on(78))]


CONDITIONING = ["transplant_on", "conditioning_on", "conditioning_inferred"]


def test_conditioning_starts_with_its_first_drug_within_21_days(store: Store) -> None:
    drugs = [_drug(58, "busulfan", "cytotoxic", "true"), _drug(59, "busulfan", "cytotoxic", "true")]
    _given(store, 0, days="\n".join(drugs), procedures=f"p1 | hsct_allogeneic | {_on(80)}")
    assert store.rows("cohort.conditionings", CONDITIONING) == [(_on(80), _on(59), False)]


def test_without_recorded_drugs_it_is_inferred_seven_days_before(store: Store) -> None:
    _given(store, 0, procedures=f"p1 | hsct_any | {_on(80)}\np1 | hsct_any | {_on(-200)}")
    assert store.rows("cohort.conditionings", CONDITIONING) == [(_on(80), _on(73), True)]


def test_the_lymphodepletion_of_the_course_is_no_conditioning(store: Store) -> None:
    _given(store, 0, days=_fc(-5, -4, -3), procedures=f"p1 | hsct_any | {_on(14)}")
    assert store.rows("cohort.conditionings", CONDITIONING) == [(_on(14), _on(7), True)]


def test_total_body_irradiation_starts_it_too(store: Store) -> None:
    _given(store, 0, procedures=f"p1 | hsct_any | {_on(80)}\np1 | total_body_irradiation | {_on(77)}")
    assert store.rows("cohort.conditionings", CONDITIONING) == [(_on(80), _on(77), False)]
