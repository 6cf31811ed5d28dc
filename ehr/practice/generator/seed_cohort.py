"""The ninety patients of the seed study: their stories, spread over June 2016 to September 2019."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from ehr.practice.generator.background import around
from ehr.practice.generator.chart import Chart, Resource
from ehr.practice.generator.identities import invent_person
from ehr.practice.generator.regimens import BRIDGING, DEPLETION
from ehr.practice.generator.scenarios_carried import CARRIED
from ehr.practice.generator.scenarios_infected import INFECTED
from ehr.practice.generator.scenarios_later import LATER
from ehr.practice.generator.scenarios_spared import SPARED
from ehr.practice.generator.scenarios_worse import WORSE
from ehr.practice.generator.stories import Story

FIRST_INFUSION_ON = date(2016, 6, 8)
SPAN_DAYS = 1195
COLLECTIONS = ("pcs", "icd9", "words")


def stories() -> tuple[Story, ...]:
    """All ninety, without infection before the infusion first."""
    carried = tuple(replace(story, preexisting=True) for story in (*WORSE, *CARRIED))
    return (*INFECTED, *SPARED, *LATER, *carried)


def seed_charts(seed: int) -> list[tuple[Story, Chart]]:
    """The charts of the ninety, in the order of their infusions."""
    shuffled = list(stories())
    Random(f"{seed}/order").shuffle(shuffled)
    spread = SPAN_DAYS / (len(shuffled) - 1)
    charts: list[tuple[Story, Chart]] = []
    for number, story in enumerate(shuffled):
        rng = Random(f"{seed}/{story.key}")
        day0_on = FIRST_INFUSION_ON + timedelta(days=round(number * spread) + rng.randrange(6))
        charts.append((story, write_chart(story, day0_on, rng)))
    return charts


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
