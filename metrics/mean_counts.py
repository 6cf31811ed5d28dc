"""Mean cumulative count of infections per patient: several infections of one patient all count.

Two readings side by side. ``death_censored`` adds up the rate among those still followed (Nelson-Aalen of the
events); ``ghosh_lin`` weighs it by the survival just before, the mean count patients really have, death included.
Spans are rows ``id, start, stop, event, died`` on the scale of :mod:`metrics.incidence`; a person is at risk when
``start < t <= stop``. Source: statistics.md 3.4, 11.11.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from metrics.errors import TimesRejected


@dataclass(frozen=True)
class MeanCount:
    """Mean count through ``time``; ``standard_error`` is the robust one of the death-censored count."""

    time: float
    at_risk: int
    death_censored: float
    standard_error: float
    ghosh_lin: float


@dataclass(frozen=True)
class _Step:
    time: float
    at_risk: frozenset[object]
    infected: dict[object, int]
    rate: float
    survival_before: float


def mean_cumulative_counts(spans: pd.DataFrame, *, read_at: Sequence[float]) -> tuple[MeanCount, ...]:
    """Mean number of events per patient through each time of ``read_at``.

    An empty tuple without patients.

    Raises:
        TimesRejected: a row does not end after its start.

    >>> spans = pd.DataFrame({"id": [1, 1, 2], "start": [0, 5, 0], "stop": [5, 9, 9],
    ...                       "event": [1, 1, 0], "died": [0, 0, 0]})
    >>> mean_cumulative_counts(spans, read_at=[9])[0].ghosh_lin
    1.0
    """
    if not (spans["start"] < spans["stop"]).all():
        raise TimesRejected("spans: expected every row to end after its start")
    if spans.empty:
        return ()
    steps = _steps(spans)
    return tuple(_read(spans, [step for step in steps if step.time <= time], time) for time in read_at)


def _read(spans: pd.DataFrame, steps: list[_Step], time: float) -> MeanCount:
    residuals = []
    for person in sorted(spans["id"].unique().tolist(), key=str):
        terms = [
            (step.infected.get(person, 0) - (step.rate if person in step.at_risk else 0.0)) / len(step.at_risk)
            for step in steps
            if step.at_risk
        ]
        residuals.append(math.fsum(terms))
    return MeanCount(
        time=time,
        at_risk=int(((spans["start"] < time) & (spans["stop"] >= time)).sum()),
        death_censored=math.fsum(step.rate for step in steps),
        standard_error=math.sqrt(math.fsum(residual**2 for residual in residuals)),
        ghosh_lin=math.fsum(step.survival_before * step.rate for step in steps),
    )


def _steps(spans: pd.DataFrame) -> list[_Step]:
    moments = sorted(set(spans.loc[(spans["event"] == 1) | (spans["died"] == 1), "stop"].tolist()))
    steps, survival = [], 1.0
    for moment in moments:
        present = spans[(spans["start"] < moment) & (spans["stop"] >= moment)]
        ending = present[present["stop"] == moment]
        infected = ending[ending["event"] == 1].groupby("id", sort=True).size().to_dict()
        rate = sum(infected.values()) / len(present)
        steps.append(_Step(float(moment), frozenset(present["id"]), infected, rate, survival))
        survival *= 1.0 - int(ending["died"].sum()) / len(present)
    return steps
