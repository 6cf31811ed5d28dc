"""What every chart of the cell-therapy unit holds around its story: the disease, visits, values, prophylaxis.

Nothing here may change an answer: prophylaxis began long before any finding, no therapeutic anti-infective, no positive
result, no vasopressor; the last contact is the one that the story declares.
"""

from __future__ import annotations

from .chart import Chart
from .diagnoses import diagnosis, release_syndrome
from .laboratory import Event, no_growth
from .procedures import procedure, procedure_in_words
from .stays import local_value, routine, stay, visit
from .stories import Story
from .treatments import drug, drug_by_reference, drug_in_words, running

ADMITTED = -9
DISCHARGED = 16
VISITS = (22, 30, 45, 60, 75, 90)
DISEASE = ("all_cm_relapse", "all_cm_active", "all_who", "all_who+all_cn", "all_cm_remission+b_all_sct", "all_cn")


def disease(chart: Chart, story: Story) -> tuple[Event, ...]:
    """The leukaemia in one of the hospital's codings, known since the patient came."""
    text = chart.rng.choice((None, "B-cell acute lymphoblastic leukemia", "急性B淋巴细胞白血病"))
    return (diagnosis(chart.rng.choice(DISEASE), story.first_day, text=text),)


def contacts(story: Story) -> tuple[Event, ...]:
    """Stays and visits: the last day of contact is the declared one, also where a death or a therapy ends the clock."""
    last, reason = story.end
    followed = last if reason in {"death", "last_contact"} else 90
    before = tuple(visit(day) for day in (-60, -41, -20) if day >= story.first_day)
    first_stay = max(ADMITTED, story.first_day)
    if reason == "death" and last <= 30:
        return (*before, stay(first_stay, last, left="exp", clock=story.death_at))
    stays = [stay(first_stay, DISCHARGED)]
    visits = [day for day in VISITS if day < followed]
    if reason == "death":
        visits = [day for day in visits if day < followed - 3]
        stays.append(stay(followed - 3, followed, left="exp", clock=story.death_at))
    elif story.stay_goes_on_from is not None:
        visits = [day for day in visits if day < story.stay_goes_on_from]
        stays.append(stay(story.stay_goes_on_from, None))
    else:
        visits.append(followed)
    return (*before, *stays, *(visit(day) for day in visits))


def values(chart: Chart, story: Story) -> tuple[Event, ...]:
    """Counts, protein and temperature on days of contact; counts fall after lymphodepletion, fever comes with CRS."""
    last, reason = story.end
    followed = last if reason in {"death", "last_contact"} else 90
    days = [story.first_day, *(day for day in (-20, -8, -5, -2, 1, 4, 8, 12, 16) if story.first_day < day <= followed)]
    if story.stay_goes_on_from is None and not (reason == "death" and last <= 30):
        days.extend(day for day in VISITS if day < followed)
        # Nothing is measured after a death in the first hour of a day.
        days.append(followed - 1 if reason == "death" else followed)
    elif story.stay_goes_on_from is not None:
        days.append(followed)
    feverish = {day for day, _ in story.release}
    return tuple(_routine(chart, day, feverish=day in feverish) for day in dict.fromkeys(days))


def _routine(chart: Chart, day: int, *, feverish: bool) -> Event:
    low = -4 <= day <= 12
    neutrophils = f"{chart.rng.randrange(5, 60) / 100 if low else chart.rng.randrange(120, 520) / 100:.2f}"
    protein = str(chart.rng.randrange(60, 180) if feverish else chart.rng.randrange(2, 24))
    temperature = f"{chart.rng.randrange(383, 401) / 10 if feverish else chart.rng.randrange(362, 374) / 10:.1f}"
    return routine(day, neutrophils=neutrophils, protein=protein, temperature=temperature)


def supportive(chart: Chart, story: Story) -> tuple[Event, ...]:
    """Prophylaxis, growth factor and the hospital's own drugs, none of them after the last contact."""
    if story.channel == "none":
        return ()
    until = min(16, story.end[0])
    first = max(-38, story.first_day)
    made: list[Event] = [running("aciclovir", first, until), running("cotrimoxazole", first, until)]
    if chart.rng.random() < 0.5:
        made.append(drug("paracetamol", 2, min(3, until), route="po"))
    if chart.rng.random() < 0.4:
        made.append(drug_by_reference("filgrastim", 7))
    if chart.rng.random() < 0.2:
        made.extend((drug("local_drug", -7, route="po"), drug_in_words("复方氨基酸注射液", -6)))
    return tuple(made)


def collection(story: Story) -> tuple[Event, ...]:
    """The collection of lymphocytes on day -40, in a code or in words."""
    if story.collection == "none":
        return ()
    if story.collection == "words":
        return (procedure_in_words("外周血单个核细胞采集", -40),)
    return (procedure({"pcs": "collection_pcs", "icd9": "collection_icd9"}[story.collection], -40),)


def around(chart: Chart, story: Story) -> tuple[Event, ...]:
    """Everything around a story, in a fixed order."""
    release = tuple(release_syndrome(day, grade, coded=(day + grade) % 3 == 0) for day, grade in story.release)
    extras: list[Event] = [
        stay(day, min(day + 2, story.end[0]), ward="MICU", left=None, clock="08:00")
        for day, grade in story.release
        if grade >= 3
    ]
    if not story.preexisting:
        extras.append(no_growth(2, clock="20:15", text=chart.rng.choice((None, "No growth", "无细菌生长"))))
    if chart.rng.random() < 0.25:
        extras.append(local_value(-2))
    if chart.rng.random() < 0.25:
        extras.append(procedure("marrow_aspiration_local", -8))
    return (
        *disease(chart, story),
        *contacts(story),
        *collection(story),
        *values(chart, story),
        *supportive(chart, story),
        *release,
        *extras,
    )
