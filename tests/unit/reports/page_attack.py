"""What a reader who calculates gets out of shareable pages: all relations he knows as one integer programme.

He has the pages of some releases, knows the definitions (who is part of whom, what adds up), knows that a cohort grows,
and asks for the smallest and the largest value that a hidden number can have. He does not know the program that hid it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.stats import beta, chi2

from reports.figures_text import interval, percent

PARTS = ("no", "yes", "unknown")
# x is part of y in every stratum: nobody is infected before being followed, and so on.
NESTED = (
    ("complete", "infused"), ("infected_early", "complete"), ("progression_of", "complete"),
    ("progressed", "progression_of"), ("followed_late", "infused"), ("infected_late", "followed_late"),
    ("died_of", "complete"), ("died", "died_of"), ("infected_early", "events_early"), ("infected_late", "events_late"),
)  # fmt: skip
KEYS = tuple(dict.fromkeys(itertools.chain.from_iterable(NESTED)))
MOST = 5_000
Cell = tuple[int, str, str]
Page = Mapping[str, Mapping[str, int]]


@dataclass
class Attack:
    """Everything known of the cells of some pages: (page, key, stratum) are the unknowns, strata other than `all`."""

    pages: int
    rows: list[tuple[dict[Cell, int], float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worlds: list[np.ndarray] = []
        self.cells = list(itertools.product(range(self.pages), KEYS, PARTS))
        self.place = {cell: place for place, cell in enumerate(self.cells)}
        for page, (part, whole), stratum in itertools.product(range(self.pages), NESTED, PARTS):
            self.know({(page, whole, stratum): 1, (page, part, stratum): -1}, 0, np.inf)
        for page, stratum in itertools.product(range(self.pages), ("no", "unknown")):
            self.know({(page, "progression_of", stratum): 1}, 0, 0)
        for earlier, key, stratum in itertools.product(range(self.pages - 1), KEYS, PARTS):
            self.know({(earlier + 1, key, stratum): 1, (earlier, key, stratum): -1}, 0, np.inf)

    def know(self, terms: dict[Cell, int], low: float, high: float) -> None:
        """A linear relation that holds."""
        self.rows.append((terms, low, high))

    def read(self, page: int, shown: Page) -> None:
        """Every count that a page shows."""
        for key, counts in shown.items():
            for stratum, count in counts.items():
                self.know(self.terms(page, key, stratum), count, count)

    def terms(self, page: int, key: str, stratum: str, sign: int = 1) -> dict[Cell, int]:
        """A cell as a sum of unknowns."""
        return {(page, key, part): sign for part in (PARTS if stratum == "all" else (stratum,))}

    def is_open(self, terms: dict[Cell, int], value: int) -> bool:
        """True when a number with this true value may have another one as well, for all that is known.

        Every solution found is kept: it may answer the next question without a new search.
        """
        wanted = self.vector(terms)
        if any(round(float(wanted @ world)) != value for world in self.worlds):
            return True
        return any(round(float(wanted @ self.solved(sign * wanted))) != value for sign in (1, -1))

    def solved(self, objective: np.ndarray) -> np.ndarray:
        """The world that agrees with everything known and makes the objective least."""
        found = milp(objective, constraints=self.rules, bounds=Bounds(0, MOST), integrality=np.ones(len(self.cells)))
        assert found.success, "what the pages say cannot be"
        self.worlds.append(found.x)
        return found.x

    @cached_property
    def rules(self) -> LinearConstraint:
        """Everything known, once for all questions."""
        matrix = csr_array(np.array([self.vector(known) for known, _, _ in self.rows]))
        return LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])

    def vector(self, terms: dict[Cell, int]) -> np.ndarray:
        found = np.zeros(len(self.cells))
        for cell, factor in terms.items():
            found[self.place[cell]] += factor
        return found


def known_from(pages: Sequence[Page]) -> Attack:
    """All that some pages tell together, oldest first."""
    attack = Attack(len(pages))
    for place, page in enumerate(pages):
        attack.read(place, page)
    return attack


def targets(truth: Sequence[Page], minimum: int) -> dict[str, dict[Cell, int]]:
    """Every number of 1 to minimum-1 that nobody may learn: counts, complements and rests, and what came in between."""
    attack = Attack(len(truth))
    found: dict[str, dict[Cell, int]] = {}
    for page, counts in enumerate(truth):
        for key, strata in counts.items():
            for stratum in strata:
                name, here = f"{page}/{key}/{stratum}", attack.terms(page, key, stratum)
                found[name] = here
                for whole in [whole for part, whole in NESTED if part == key and stratum in counts.get(whole, {})]:
                    found[f"{name} of {whole}"] = attack.terms(page, whole, stratum) | attack.terms(
                        page, key, stratum, -1
                    )
                if page:
                    found[f"{name} since"] = here | attack.terms(page - 1, key, stratum, -1)
    return {name: terms for name, terms in found.items() if 0 < value_of(terms, truth) < minimum}


def value_of(terms: Mapping[Cell, int], truth: Sequence[Page]) -> int:
    return sum(factor * truth[page].get(key, {}).get(stratum, 0) for (page, key, stratum), factor in terms.items())


def learned(pages: Sequence[Page], truth: Sequence[Page], minimum: int) -> dict[str, int]:
    """Small numbers that follow from the pages, with their values; empty when nothing leaks."""
    attack = known_from(pages)
    values = {name: (terms, value_of(terms, truth)) for name, terms in targets(truth, minimum).items()}
    return {name: value for name, (terms, value) in values.items() if not attack.is_open(terms, value)}


# What a page of text gives.


def printed_counts(page: str) -> dict[str, dict[str, int]]:
    """The counts that a page prints: key to stratum to number."""
    found: dict[str, dict[str, int]] = {}
    for value, key, stratum in re.findall(r'<data value="(\d+)" data-name="(\w+)/(\w+)">', page):
        assert found.setdefault(key, {}).setdefault(stratum, int(value)) == int(value), "a page contradicts itself"
    return found


def inverted_counts(page: str, largest: int) -> dict[str, dict[str, int]]:
    """Counts of shares that follow from a printed percent and its exact interval alone."""
    lines = re.findall(r'data-name="(\w+)/(\w+)/value">([^<]+)</data></td><td[^>]*><data[^>]*/interval">([^<]+)<', page)
    found: dict[str, dict[str, int]] = {}
    for key, stratum, value, limits in lines:
        candidates = shares(largest).get((value, limits), ())
        if len({numerator for numerator, _ in candidates}) == 1:
            found.setdefault(key, {})[stratum] = candidates[0][0]
    return found


@cache
def shares(largest: int) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Every n of N up to `largest` by its printed percent and interval."""
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for whole in range(1, largest + 1):
        for part in range(whole + 1):
            low = float(beta.ppf(0.025, part, whole - part + 1)) if part else 0.0
            high = float(beta.ppf(0.975, part + 1, whole - part)) if part < whole else 1.0
            printed = (percent(part / whole), interval(low, high, as_percent=True))
            found.setdefault(printed, []).append((part, whole))
    return found


def person_days(events: int, value: str, limits: str) -> tuple[float, float]:
    """Least and most person-days that agree with a printed density per 100 days and its exact limits."""
    low, high = 0.0, np.inf
    ends = [value, *limits.split("–")]
    exact = [events, chi2.ppf(0.025, 2 * events) / 2 if events else 0.0, chi2.ppf(0.975, 2 * events + 2) / 2]
    for text, count in zip(ends, exact, strict=True):
        if count:
            unit = 10.0 ** -len(text.partition(".")[2])
            low = max(low, 100 * count / (float(text) + unit / 2))
            high = min(high, 100 * count / (float(text) - unit / 2))
    return low, high


def numbers_outside(page: str, sections: Iterable[str]) -> set[str]:
    """Every number in the text of some sections that does not stand in a named figure."""
    found: set[str] = set()
    for section in sections:
        [text] = re.findall(rf'<h2 id="{section}">(.*?)(?=<h2|</main>)', page, flags=re.DOTALL)
        bare = re.sub(r"<data[^>]*>.*?</data>", "", text)
        found |= set(re.findall(r"\d+(?:\.\d+)?", re.sub(r"<[^>]+>", " ", bare)))
    return found
