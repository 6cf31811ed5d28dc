"""The fixed order of published figures, and how a number enters a published row.

Names that are not listed sort behind those that are, by alphabet, so that a site's own measure has its place too.
"""

from collections.abc import Sequence

import pandas as pd

from metrics.rounding import significant

WEEK_MEASURES = (
    "week_patients",
    "week_infusions",
    "week_new_episodes",
    "week_changed_episodes",
    "week_withdrawn_episodes",
    "week_deaths",
    "week_cases_to_adjudicate",
)
MEASURES = (
    *WEEK_MEASURES,
    "patients_infused",
    "preexisting_infection_proportion",
    "infected_proportion",
    "infected_patients",
    "infection_events",
    "severe_events",
    "infection_deaths",
    "listed_events",
    "infection_density",
    "infection_density_ratio",
    "weekly_infection_density",
    "cumulative_incidence",
    "cumulative_incidence_of_death",
    "mean_cumulative_count",
    "first_infection_day_median",
    "late_contact_proportion",
    "infection_death_proportion",
    "probable_infection_death",
    "progression_proportion",
    "progression_broad_proportion",
    "infected_proportion_day0_last",
    "infected_proportion_day0_reset",
    "infection_density_day0_last",
    "infection_density_day0_reset",
    "infection_events_between_infusions",
    "infection_events_before_infusion",
    "bridging_association",
    "crs_progression_association",
)
STRATA = ("all", "no", "yes", "unknown")
WEEKS = tuple(f"week_{week}" for week in range(-5, 13))
WINDOWS = ("look_back", "early", "late", "early_and_late", "early_over_late", *WEEKS)
CLASSES = (
    "all", "bacterial", "viral", "fungal", "parasitic", "mycobacterial", "unknown", "c_difficile",
    "dnaemia_not_treated", "hbv_reactivation", "fungal_candidate",
)  # fmt: skip
ORDERS = {"measure": MEASURES, "stratum": STRATA, "window_name": WINDOWS, "infection_class": CLASSES}
WHOLE_NUMBERS = (
    "numerator", "denominator", "day", "at_risk", "exposed_events", "exposed_without", "unexposed_events",
    "unexposed_without", "unknown_events", "unknown_without", "place", "events", "patients",
)  # fmt: skip
REAL_NUMBERS = ("value", "estimate", "lower", "upper", "level", "p_value", "p_adjusted")

Cell = str | int | float | None
Row = dict[str, Cell]


def in_order(names: Sequence[str], order: Sequence[str]) -> list[str]:
    """The distinct names, first those of ``order`` in its order, then the others by alphabet.

    >>> in_order(["yes", "own", "no"], STRATA)
    ['no', 'yes', 'own']
    """
    present = set(names)
    return [name for name in order if name in present] + sorted(present - set(order))


def published_frame(rows: Sequence[Row], columns: Sequence[str], keys: Sequence[str]) -> pd.DataFrame:
    """Rows as a frame of exactly ``columns``, sorted by ``keys``, reals with 12 significant digits.

    Undefined and unbounded numbers are missing values; whole numbers and reals have pandas' nullable types.

    >>> published_frame([{"measure": "b", "value": 1 / 3}], ["measure", "value"], ["measure"])["value"].tolist()
    [0.333333333333]
    """
    frame = pd.DataFrame([{name: row.get(name) for name in columns} for row in rows], columns=list(columns))
    for name in columns:
        if name in WHOLE_NUMBERS:
            frame[name] = frame[name].astype("Int64")
        elif name in REAL_NUMBERS:
            frame[name] = pd.array([significant(value) for value in frame[name]], dtype="Float64")
        else:
            frame[name] = frame[name].astype("string")
    ranks = {name: {text: at for at, text in enumerate(in_order(_texts(frame, name), ORDERS.get(name, ())))}
             for name in keys if name not in WHOLE_NUMBERS}  # fmt: skip
    return frame.sort_values(
        list(keys), kind="stable", ignore_index=True, na_position="first",
        key=lambda column: column.map(ranks[column.name]) if column.name in ranks else column,
    )  # fmt: skip


def joined(*notes: str) -> str:
    """The notes that are not empty, as one text.

    >>> joined("", "3 left out", "no events")
    '3 left out; no events'
    """
    return "; ".join(note for note in notes if note)


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    return [str(text) for text in frame[name].dropna().unique()]
