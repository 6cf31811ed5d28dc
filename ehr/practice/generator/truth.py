"""The answers: what the stories declare, per patient, and the figures that they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .chart import Chart
from .regimens import BRIDGING
from .stories import EARLY, Story, days_at_risk

Answer = dict[str, Any]


def seed_answer(story: Story, chart: Chart) -> Answer:
    """What is true of one of the ninety; days are counted from day 0, dates are the hospital's."""
    exposed = BRIDGING[story.bridging].exposed
    criterion, day = story.progressed or (None, None)
    died = story.died
    return {
        "in_cohort": True,
        "exclusion_reason": None,
        "story": story.key,
        "day0_on": chart.on(0),
        "last_infusion_on": chart.on(story.last_infusion_day),
        "stratum": "yes" if story.preexisting else "no",
        "episodes": [
            {
                "onset_on": chart.on(infected.onset_day),
                "onset_day": infected.onset_day,
                "window_name": infected.window,
                "infection_class": sorted(infected.classes),
                "counted": infected.reason is None,
                "not_counted_reason": infected.reason,
            }
            for infected in story.infections
        ],
        "person_time": days_at_risk(story),
        "follow_up_end_on": chart.on(story.end[0]),
        "follow_up_end_reason": story.end[1],
        "progressed": story.progressed is not None,
        "progression_criterion": criterion,
        "progression_on": chart.on(day) if day is not None else None,
        "progressed_broad": story.progressed is not None or story.progressed_broad,
        "bridging_other_than_fc": "unknown" if exposed is None else exposed,
        "crs_grade_3_exposure": story.severe_release,
        "death_cause": died[1] if died else None,
        "died_on": chart.on(died[0]) if died else None,
    }


def outside_answer(reason: str) -> Answer:
    """What is true of anybody else."""
    return {"in_cohort": False, "exclusion_reason": reason}


def summary(told: Iterable[Story], patients: int) -> Answer:
    """The figures of the seed study, counted over the declarations."""
    stories = list(told)
    carried = [story for story in stories if story.preexisting]
    free = [story for story in stories if not story.preexisting]
    early = {story.key: _early(story) for story in free}
    return {
        "patients": patients,
        "infused": len(stories),
        "preexisting_yes": len(carried),
        "preexisting_no": len(free),
        "infected_early": sum(count > 0 for count in early.values()),
        "infections_early": sum(early.values()),
        "bacterial_early": sum(_early(story, "bacterial") for story in free),
        "infection_deaths_early": sum(_died_of_infection(story) for story in free),
        "progressed": sum(story.progressed is not None for story in carried),
        "progressed_broad": sum(story.progressed is not None or story.progressed_broad for story in carried),
        "bridging_association": _cells((BRIDGING[story.bridging].exposed, early[story.key] > 0) for story in free),
        "crs_progression_association": _cells(
            (story.severe_release, story.progressed is not None) for story in carried
        ),
        "person_days_no": {
            window: sum(days_at_risk(story)[window] for story in free) for window in ("look_back", "early", "late")
        },
    }


def _early(story: Story, label: str = "") -> int:
    return sum(
        infected.reason is None
        and EARLY[0] <= infected.onset_day <= EARLY[1]
        and all(name.startswith(label) for name in infected.classes)
        for infected in story.infections
    )


def _died_of_infection(story: Story) -> bool:
    return story.died is not None and story.died[1] == "infection" and story.died[0] <= EARLY[1]


def _cells(pairs: Iterable[tuple[bool | None, bool]]) -> dict[str, int]:
    names = {True: "exposed", False: "unexposed", None: "unknown"}
    cells = {f"{name}_{outcome}": 0 for name in names.values() for outcome in ("events", "without")}
    for exposed, event in pairs:
        cells[f"{names[exposed]}_{'events' if event else 'without'}"] += 1
    return cells
