"""What this package returns: every number with the counts it came from.

Three words that are easily confused, drawn once:

* ``None`` is *undefined*: there is no such number (no patients, no person-days, F at its edge).
* ``math.inf`` is *without bound*: the limit exists and is infinite (an odds ratio with an empty cell).
  It stays in memory; :mod:`metrics.figures` writes it to files as ``None`` with a note.
* ``0.0`` is *zero*, seen and counted.

Values are not rounded here; what leaves for a file passes :mod:`metrics.rounding`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """Two-sided limits; ``None`` where a side is undefined, ``math.inf`` where it is without bound."""

    lower: float | None
    upper: float | None


UNDEFINED = Interval(None, None)


@dataclass(frozen=True)
class Estimate:
    """A figure, its limits, and the numerator and denominator behind it.

    ``value`` is ``numerator / denominator`` times the factor that ``method`` or the function names (a rate per
    100 patient-days has the factor 100). ``denominator`` is ``None`` for a plain count.
    """

    value: float | None
    lower: float | None
    upper: float | None
    numerator: float
    denominator: float | None
    level: float
    method: str
    note: str = ""


@dataclass(frozen=True)
class CurvePoint:
    """Cumulative incidence through the end of ``day``; ``at_risk`` were still event-free when that day began."""

    day: int
    at_risk: int
    value: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Curve:
    """Points in the order of their days, read from a step function."""

    points: tuple[CurvePoint, ...]
    method: str
    level: float
    note: str = ""


@dataclass(frozen=True)
class TwoByTwo:
    """An association with its four cells. ``p_value`` belongs to a dated analysis, not to a weekly page."""

    exposed_events: int
    exposed_without: int
    unexposed_events: int
    unexposed_without: int
    estimate: float | None
    lower: float | None
    upper: float | None
    level: float
    method: str
    p_value: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """A difference or ratio of two risks or rates; None where a group is empty, infinite for something over zero."""

    value: float | None
    lower: float | None
    upper: float | None
    level: float
    method: str


@dataclass(frozen=True)
class RateRatio:
    """Rate of group 1 over rate of group 2, with the events and person-time of both."""

    events_1: int
    time_1: float
    events_2: int
    time_2: float
    value: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    level: float
    method: str
    note: str = ""


@dataclass(frozen=True)
class Signal:
    """A figure that crossed a rule; ``false_alarms_per_year`` is what the rule raises when nothing is wrong."""

    stream: str
    observed: float
    threshold: float
    rule: str
    false_alarms_per_year: float | None
    note: str = ""
