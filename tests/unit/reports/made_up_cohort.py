"""Cohorts of made-up patients with one story each, so that their counts agree, and published rows of such counts."""

from __future__ import annotations

from random import Random

import pandas as pd
from scipy.stats import beta, chi2

from reports.masking import FAMILIES
from tests.unit.reports.page_attack import PARTS
from tests.unit.reports.small_bundle import estimate

WINDOW_DAYS = {"early": 31, "late": 60}


def with_all(no=0, yes=0, unknown=0):
    """A count by stratum and its total."""
    return {"all": no + yes + unknown, "no": no, "yes": yes, "unknown": unknown}


def growing_cohort(seed, weeks, largest=140):
    """Counts of a cohort week by week."""
    random = Random(seed)  # noqa: S311  stories, no secrets
    size = random.randint(5, largest)
    chances = [random.choice((0.0, 0.1, 0.3, 0.6, 0.9, 1.0)) for _ in range(6)]
    patients = [patient(random, chances) for _ in range(size)]
    sizes = [*sorted(random.randint(0, size) for _ in range(weeks - 1)), size]
    unfinished = random.randint(0, 30)
    return [counts_of_patients(patients[:known], max(known - unfinished, 0)) for known in sizes]


def patient(random, chances):
    """One story."""
    hit = [random.random() < chance for chance in chances]
    stratum = random.choices(PARTS, weights=(6, 1 + 6 * chances[0], 0.2))[0]
    return {
        "stratum": stratum,
        "early": (1 + random.choice((0, 0, 0, 1, 2))) if hit[1] else 0,
        "progressed": stratum == "yes" and hit[2],
        "died": hit[1] and hit[3],
        "followed": not hit[4],
        "late": int(hit[5] and not hit[4]),
    }


def counts_of_patients(patients, finished):
    """The first ones are over day 30; the others are infused, and only their infections are counted."""

    def split(number, among):
        return with_all(*(sum(int(number(p)) for p in among if p["stratum"] == stratum) for stratum in PARTS))

    over = patients[:finished]
    followed = split(lambda p: 1, over)
    return {
        "complete": followed,
        "infected_early": split(lambda p: p["early"] > 0, over),
        "infused": split(lambda p: 1, patients),
        "progression_of": {"yes": followed["yes"]},
        "progressed": {"yes": split(lambda p: p["progressed"], over)["yes"]},
        "followed_late": split(lambda p: p["followed"], over),
        "infected_late": split(lambda p: p["late"], over),
        "events_early": split(lambda p: p["early"], patients),
        "events_late": split(lambda p: p["late"], over),
        "died_of": followed,
        "died": split(lambda p: p["died"], over),
    }


def issues_of(counts_by_week):
    """Published rows of some issues, oldest first."""
    return pd.concat(
        [issue_of(counts, f"2018-W{30 + place}", f"r{place}") for place, counts in enumerate(counts_by_week)]
    )


def issue_of(counts, week, run_id):
    """Published rows that have these counts, with the values and exact limits that they would have."""
    rows = []
    for family in FAMILIES:
        mine = counts.get(family.key, {}) if family.part == "numerator" else {}
        for stratum, part in mine.items():
            whole = counts[family.base][stratum] if family.base else None
            rows.append(estimate(family.measure, stratum, family.window, part, whole, *share(part, whole)))
            if family.people:
                days = 30 * counts["complete"][stratum] + 7
                rows.append(estimate("infection_density", stratum, family.window, part, days, *density(part, days)))
    frame = pd.DataFrame(rows).astype({"numerator": "Int64", "denominator": "Int64"})
    clocks = {"week": week, "data_date": "2018-07-29", "as_of": "2018-07-30T01:00:00Z", "outcome": "complete"}
    return frame.assign(run_id=run_id, **clocks)


def share(part, whole):
    """A share with its Clopper-Pearson limits; nothing where nobody is asked."""
    if not whole:
        return None, None, None
    low = float(beta.ppf(0.025, part, whole - part + 1)) if part else 0.0
    high = float(beta.ppf(0.975, part + 1, whole - part)) if part < whole else 1.0
    return part / whole, low, high


def density(events, days):
    """Infections per 100 days with exact Poisson limits."""
    low = float(chi2.ppf(0.025, 2 * events)) / 2 if events else 0.0
    return 100 * events / days, 100 * low / days, 50 * float(chi2.ppf(0.975, 2 * events + 2)) / days
