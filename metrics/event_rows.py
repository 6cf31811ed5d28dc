"""Rows of ``published.estimates`` beside the headline: weeks after infusion, other days 0, rows of their own.

The input is ``counts.event_rates``: events of a measure, stratum, window and class, over days at risk where it is a
rate. A week of which the windows hold only some days says so in its note.
"""

import pandas as pd

from metrics.estimate_rows import COUNT, DENSITY_METHOD, estimate_cells, row_status, zero_days_note
from metrics.figure_order import Row, joined
from metrics.rates import PER_100, exact_rate

PARTIAL = "the windows hold only some days of this week"


def event_rows(rates: pd.DataFrame, *, status: str, level: float) -> list[Row]:
    """One row per row of ``counts.event_rates``: a density where there are days, else a count.

    Densities are per 100 patient-days with exact Poisson limits; None without days.

    Raises:
        CountsRejected: events without patient-days, or a negative count.

    >>> rates = pd.DataFrame({"measure": ["weekly_infection_density"], "stratum": ["no"], "window_name": ["week_-5"],
    ...     "infection_class": ["all"], "events": [0], "person_days": [108], "provisional": [False],
    ...     "is_partial": [True]})
    >>> row = event_rows(rates, status="final", level=0.95)[0]
    >>> row["value"], round(row["upper"], 2), row["note"].split("; ")[0]
    (0.0, 3.42, 'the windows hold only some days of this week')
    """
    rows: list[Row] = []
    for counted in rates.itertuples(index=False):
        key: Row = {"measure": str(counted.measure), "stratum": str(counted.stratum),
                    "window_name": str(counted.window_name), "infection_class": str(counted.infection_class),
                    "status": row_status(status, provisional=bool(counted.provisional))}  # fmt: skip
        events, partial = int(counted.events), PARTIAL if counted.is_partial else ""
        if pd.isna(counted.person_days):
            rows.append({**key, "numerator": events, "value": float(events), "level": level, "method": COUNT,
                         "note": partial})  # fmt: skip
            continue
        density = exact_rate(events, int(counted.person_days), per=PER_100, level=level)
        note = joined(density.note, partial, zero_days_note(density))
        rows.append({**key, **estimate_cells(density, unit="patient_days"), "method": DENSITY_METHOD, "note": note})
    return rows
