"""The ninety patients of the seed study: their stories, spread over June 2016 to September 2019."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from .background import around
from .chart import Chart, Resource
from .identities import invent_person
from .regimens import BRIDGING, DEPLETION
from .scenarios_carried import CARRIED
from .scenarios_infected import INFECTED
from .scenarios_later import LATER
from .scenarios_spared import SPARED
from .scenarios_worse import WORSE
from .stories import Story

FIRST_INFUSION_ON = date(2016, 6, 8)
SPAN_DAYS = 1195
# Infused in spring and summer 2018, for every seed: the three Mondays of ``mondays`` are theirs alone. Nobody else is
# infused in the quiet months around them.
SUMMER = {
    "day_zero_in_utc": date(2018, 4, 27),
    "charted_after_midnight": date(2018, 5, 8),
    "cmv_copies": date(2018, 5, 21),
    "day_zero_before_cells": date(2018, 6, 3),
    "day_31": date(2018, 6, 12),
    "day_thirty": date(2018, 6, 19),
    "refuted": date(2018, 6, 29),
    "in_error": date(2018, 6, 30),
    "amended_to_nothing": date(2018, 7, 3),
    "ecoli_twice": date(2018, 7, 9),
    "mrsa_death": date(2018, 7, 9),
    "cmv_untreated": date(2018, 7, 14),
    "one_set_treated": date(2018, 7, 18),
    "screening": date(2018, 7, 29),
}
QUIET_FROM = date(2018, 4, 9)
QUIET_DAYS = 145
COLLECTIONS = ("pcs", "icd9", "words")


def stories() -> tuple[Story, ...]:
    """All ninety, without infection before the infusion first."""
    carried = tuple(replace(story, preexisting=True) for story in (*WORSE, *CARRIED))
    return (*INFECTED, *SPARED, *LATER, *carried)


def seed_charts(seed: int) -> list[tuple[Story, Chart]]:
    """The charts of the ninety, in the order of their infusions."""
    shuffled = [story for story in stories() if story.key not in SUMMER]
    Random(f"{seed}/order").shuffle(shuffled)
    spread = (SPAN_DAYS - QUIET_DAYS) / (len(shuffled) - 1)
    charts: list[tuple[Story, Chart]] = []
    for number, story in enumerate(shuffled):
        rng = Random(f"{seed}/{story.key}")
        day0_on = FIRST_INFUSION_ON + timedelta(days=round(number * spread) + rng.randrange(6))
        if day0_on >= QUIET_FROM:
            day0_on += timedelta(days=QUIET_DAYS)
        charts.append((story, write_chart(story, day0_on, rng)))
    for story in stories():
        if story.key in SUMMER:
            charts.append((story, write_chart(story, SUMMER[story.key], Random(f"{seed}/{story.key}"))))
    return sorted(charts, key=lambda told: (told[1].day0_on, told[0].key))


def write_chart(story: Story, day0_on: date, rng: Random) -> Chart:
    """One story as a chart."""
    person = invent_person(rng, oldest=1956, youngest=2008)
    chart = Chart(person, day0_on, rng, drug_channel=story.channel, in_utc=story.in_utc)
    chart.write_patient(day=story.first_day)
    if story.collection == "pcs":
        story = replace(story, collection=rng.choice(COLLECTIONS))
    events = (
        *around(chart, story),
        *BRIDGING[story.bridging].events,
        *DEPLETION[story.depletion],
        *story.infusion_events(),
        *story.events,
    )
    for event in events:
        event(chart)
    if story.died is not None:
        chart.amend("Patient", chart.patient_id, _with_death(chart, story), day=story.died[0])
    return chart


def _with_death(chart: Chart, story: Story) -> Resource:
    assert story.died is not None  # noqa: S101 - the caller asked
    day = story.died[0]
    alive = {key: value for key, value in chart.records[0].items() if key not in {"resourceType", "id", "meta"}}
    died = chart.on(day) if day % 2 else chart.at(day, story.death_at)
    return {**alive, "deceasedDateTime": died}
