"""Which counts leave the hospital: none of 1 to k-1, and none from which such a count follows, this week or over weeks.

A count is shown when it and its complement are 0 or at least k, when it differs by 0 or at least k from every count of
the same population that is shown before it, and when all that was released earlier is 0 or at least k away. Strata are
shown all together or not at all. Why this suffices: docs/decisions/0004-shareable-edition.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["ALL", "FAMILIES", "Counts", "Family", "is_small", "masked_counts", "moves"]

ALL = "all"
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Family:
    """One count over the strata: the `part` of a measure in a window, patients or episodes.

    `base` is the family that it is a part of, so that its complement follows from both; None: a population itself.
    `people` are, for infections, the patients who had them: the further infections follow from both.
    """

    key: str
    measure: str
    window: str | None
    part: str
    base: str | None = None
    people: str | None = None


# In order of worth: what comes later is hidden when both cannot stand. Patients complete to day 30 come first, not the
# infused: in a living cohort the difference of the two is a handful of patients.
FAMILIES = (
    Family("complete", "infected_proportion", "early", "denominator"),
    Family("infected_early", "infected_proportion", "early", "numerator", base="complete"),
    Family("infused", "patients_infused", None, "numerator"),
    Family("progression_of", "progression_proportion", "early", "denominator", base="complete"),
    Family("progressed", "progression_proportion", "early", "numerator", base="progression_of"),
    Family("followed_late", "infected_patients", "late", "denominator"),
    Family("infected_late", "infected_patients", "late", "numerator", base="followed_late"),
    Family("events_early", "infection_events", "early", "numerator", people="infected_early"),
    Family("events_late", "infection_events", "late", "numerator", people="infected_late"),
    Family("died_of", "infection_death_proportion", "early", "denominator", base="complete"),
    Family("died", "infection_death_proportion", "early", "numerator", base="died_of"),
)
BY_KEY = {family.key: family for family in FAMILIES}
POPULATIONS = [family for family in FAMILIES if family.base is None and family.people is None]


def is_small(difference: int, minimum: int) -> bool:
    """True for a number whose size is 1 to minimum-1.

    >>> [is_small(number, 11) for number in (0, 1, -10, 11)]
    [False, True, True, False]
    """
    return 0 < abs(difference) < minimum


def masked_counts(counts: Counts, earlier: Sequence[Counts], minimum: int) -> dict[str, dict[str, int]]:
    """What may be shown of `counts` (family to stratum to number), given what earlier releases showed.

    A family is there with all its strata, with `all` alone, or not at all.
    """
    shown: dict[str, dict[str, int]] = {}
    for family in FAMILIES:
        mine = counts.get(family.key, {})
        for strata in (tuple(mine), (ALL,)):
            chosen = {stratum: mine[stratum] for stratum in strata if stratum in mine}
            if chosen and may_stand(family, chosen, shown, earlier, minimum):
                shown[family.key] = chosen
                break
    return shown


def may_stand(
    family: Family, chosen: Mapping[str, int], shown: Counts, earlier: Sequence[Counts], minimum: int
) -> bool:
    """True when no stratum of a family gives a small number with what is shown beside it or was shown before."""
    if any(not chosen.keys() <= counts.keys() for counts in splits_to_follow(family, shown)):
        return False
    return not any(
        is_small(number, minimum)
        for stratum, count in chosen.items()
        for number in derived(family, stratum, count, shown, earlier)
    )


def splits_to_follow(family: Family, shown: Counts) -> list[Mapping[str, int]]:
    """Counts that a family may not be split beyond.

    A part follows its population. Infections follow the patients who had them: where each had one, their split is the
    hidden split of the patients. A population follows those before it: who knows this program knows that a split is
    hidden for a small count, and finds the count in the split of a larger population.
    """
    if family.base:
        return [shown.get(family.base, {})]
    if family.people:
        return [shown[family.people]] if family.people in shown else []
    return [shown[other.key] for other in POPULATIONS if other.key in shown]


def derived(family: Family, stratum: str, count: int, shown: Counts, earlier: Sequence[Counts]) -> Iterator[int]:
    """Every number that a reader gets from a count: itself, its complement, their distances to what is known."""
    mine = [count]
    if family.base:
        mine.append(shown[family.base][stratum] - count)
    yield from mine
    for other in known_beside(family, stratum, shown):
        yield from (number - other for number in mine)
    for release in earlier:
        yield from over_time(family, stratum, mine, release)


def known_beside(family: Family, stratum: str, shown: Counts) -> Iterator[int]:
    """Numbers of the same people on the same page: counts and complements; for infections the patients who had them."""
    if family.people:
        if stratum in shown.get(family.people, {}):
            yield shown[family.people][stratum]
        return
    for key, counts in shown.items():
        other = BY_KEY[key]
        if stratum in counts and not other.people:
            yield counts[stratum]
            if other.base:
                yield shown[other.base][stratum] - counts[stratum]


def over_time(family: Family, stratum: str, mine: Sequence[int], release: Counts) -> Iterator[int]:
    """How much a count and its complement moved since a release; populations against each population of it."""
    same = [family] if family.base or family.people else POPULATIONS
    for other in same:
        if stratum not in release.get(other.key, {}):
            continue
        before = release[other.key][stratum]
        yield mine[0] - before
        if family.base:
            yield mine[1] - (release[family.base][stratum] - before)


def moves(candidate: Counts, last: Counts | None, minimum: int) -> bool:
    """True when a release is worth replacing: nothing shown is lost, or the cohort has grown by the minimum."""
    people = candidate.get("complete", {}).get(ALL)
    if people is None or candidate == last:
        return False
    if last is None:
        return True
    keeps = all(last[key].keys() <= candidate.get(key, {}).keys() for key in last)
    return keeps or people - last["complete"][ALL] >= minimum
