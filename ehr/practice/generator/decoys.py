"""Patients whom the cell-therapy unit knows and who are not of the seed cohort, each group for its own reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from .chart import Chart
from .diagnoses import diagnosis, words_only
from .identities import invent_person
from .laboratory import Event, culture, no_growth, withdrawn_culture
from .procedures import infusion, procedure, procedure_in_words, undated_infusion
from .stays import routine, stay, visit
from .treatments import drug

FIRST_DAY_ON = date(2016, 7, 4)
SPAN_DAYS = 1100
T_LINEAGE = "T-cell acute lymphoblastic leukemia"
DEPLETED = (drug("fludarabine", -6, -4), drug("cyclophosphamide", -6, -4))


@dataclass(frozen=True)
class Group:
    """So many patients with these events, out for this reason."""

    name: str
    patients: int
    reason: str
    events: tuple[Event, ...]


def _leukaemia(*events: Event) -> tuple[Event, ...]:
    return (diagnosis("all_cm_active", -50), *events)


GROUPS: tuple[Group, ...] = (
    Group(
        "lymphoma",
        20,
        "not_b_all",
        (
            diagnosis("dlbcl_cm", -50),
            *DEPLETED,
            infusion(0, "pcs"),
            infusion(1, "snomed"),
            culture("ecoli", 5),
            drug("meropenem", 5, 12),
        ),
    ),
    Group("lymphoma_drug", 6, "not_b_all", (diagnosis("dlbcl_who", -50), *DEPLETED, infusion(0, "drug_c"))),
    Group("follicular", 4, "not_b_all", (diagnosis("follicular_who", -50), infusion(0, "snomed"))),
    Group("myeloma", 3, "not_b_all", (diagnosis("myeloma_cm", -50), infusion(0, "words"), infusion(1, "snomed"))),
    Group("chronic_leukaemia", 2, "not_b_all", (diagnosis("cll_cm", -50), infusion(0, "snomed"))),
    Group("no_diagnosis", 1, "not_b_all", (infusion(0, "pcs_peripheral"),)),
    Group(
        "t_lineage",
        4,
        "t_lineage",
        (diagnosis("all_who", -50, text=T_LINEAGE), words_only(T_LINEAGE, -50), infusion(0, "snomed")),
    ),
    Group(
        "t_lineage_chinese",
        2,
        "t_lineage",
        (diagnosis("all_cn", -50), words_only("急性T淋巴细胞白血病", -49), infusion(0, "pcs")),
    ),
    Group("undated", 1, "no_dated_infusion", _leukaemia(undated_infusion("cart_sct", recorded=0, performed={}))),
    Group(
        "undated_words",
        1,
        "no_dated_infusion",
        _leukaemia(undated_infusion("cart_pcs_central", recorded=0, performed={"performedString": "last spring"})),
    ),
    Group(
        "undated_month",
        1,
        "no_dated_infusion",
        _leukaemia(undated_infusion("cart_sct", recorded=0, performed={"performedDateTime": "2018-05"})),
    ),
    Group(
        "prepared_only",
        12,
        "no_infusion",
        _leukaemia(
            procedure("consent_local", -30, text="CAR-T治疗知情同意书"),
            procedure("collection_pcs", -20),
            procedure("cell_preparation_cpt", -19),
            procedure_in_words("CAR-T planning visit", -10),
            culture("kpneumoniae", -3),
        ),
    ),
    Group(
        "refused",
        5,
        "no_infusion",
        _leukaemia(
            procedure_in_words("Discussion of CAR-T therapy", -15),
            infusion(0, "pcs", status="not-done"),
            infusion(0, "drug", status="not-done"),
        ),
    ),
    Group("recorded_in_error", 3, "no_infusion", _leukaemia(infusion(0, "snomed", status="entered-in-error"))),
    Group("on_hold", 2, "no_infusion", _leukaemia(infusion(0, "snomed", status="on-hold"))),
    Group(
        "treated_elsewhere",
        3,
        "no_infusion",
        _leukaemia(
            diagnosis("cart_history_cm", -40),
            procedure_in_words("CAR-T回输后随访", 0),
            procedure_in_words("s/p CAR-T", 1),
        ),
    ),
    Group("other_cells", 1, "no_infusion", _leukaemia(procedure("til_pcs", 0))),
    Group("unclear_code", 1, "no_infusion", _leukaemia(procedure("cart_review_pcs", 0))),
    Group("other_immunotherapy", 2, "no_infusion", _leukaemia(procedure("immunotherapy_icd9", 0, text="白介素治疗"))),
    Group(
        "chemotherapy",
        24,
        "no_infusion",
        _leukaemia(
            drug("cytarabine", -3, 3), drug("vincristine", 0), culture("paeruginosa", 9), drug("meropenem", 9, 16)
        ),
    ),
    Group(
        "wrong_patient", 1, "no_infusion", _leukaemia(withdrawn_culture("saureus", 4), procedure("transplant_pcs", 0))
    ),
    Group("transplanted", 11, "no_infusion", _leukaemia(procedure("transplant_sct", 0), culture("efaecium", 12))),
)


def decoy_charts(seed: int) -> list[tuple[str, str, Chart]]:
    """Group, reason and chart of every decoy."""
    numbered = [(group, number) for group in GROUPS for number in range(group.patients)]
    spread = SPAN_DAYS / len(numbered)
    made: list[tuple[str, str, Chart]] = []
    for place, (group, number) in enumerate(numbered):
        rng = Random(f"{seed}/{group.name}/{number}")
        day0_on = FIRST_DAY_ON + timedelta(days=round(place * spread))
        made.append((group.name, group.reason, _chart(group, day0_on, rng)))
    return made


def _chart(group: Group, day0_on: date, rng: Random) -> Chart:
    chart = Chart(invent_person(rng, oldest=1948, youngest=2012), day0_on, rng)
    chart.write_patient(day=-60)
    around = (
        visit(-60),
        stay(-8, 18),
        visit(40),
        visit(90),
        routine(-60, neutrophils="3.10", protein="4", temperature="36.6"),
        routine(-7, neutrophils="1.40", protein="9", temperature="36.9"),
        routine(6, neutrophils="0.20", protein="88", temperature="38.6"),
        no_growth(1),
    )
    for event in (*around, *group.events):
        event(chart)
    return chart
