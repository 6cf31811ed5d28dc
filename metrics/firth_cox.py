"""Firth's penalised Cox regression: finite hazard ratios with few events or none among the exposed.

The partial likelihood (Breslow ties) plus half the log-determinant of the information; limits by profile, p by the
penalised likelihood ratio, as R's ``coxphf``. Spans ``(start, stop]`` as in :mod:`metrics.cox`.
Source: statistics.md 3.4; Heinze and Schemper, Biometrics 2001;57:114.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.cox import HazardTerm, require_spans
from metrics.profiles import profile_limit
from metrics.requirements import require_level

METHOD = "Firth Cox, Breslow ties, profile penalised likelihood"
Floats = npt.NDArray[np.float64]
SCORE_TOLERANCE = 1e-10
MAXIMUM_STEP = 2.5
MAXIMUM_ROUNDS = 500


@dataclass(frozen=True)
class _RiskSet:
    """One event time: rows at risk, number of events, sum of their covariates."""

    rows: Floats
    events: int
    total: Floats


@dataclass(frozen=True)
class _Point:
    beta: Floats
    value: float
    score: Floats
    information: Floats


def firth_cox(spans: pd.DataFrame, terms: Sequence[str], *, level: float = 0.95) -> tuple[HazardTerm, ...]:
    """Penalised log hazard ratios of ``terms``, columns of ``spans`` beside start, stop and event (0 or 1).

    Raises as :func:`metrics.cox.cox_regression`.

    >>> spans = pd.DataFrame({"start": [0] * 6, "stop": [1, 2, 3, 4, 5, 6], "event": [1, 1, 1, 0, 0, 0],
    ...                       "exposed": [1, 1, 1, 0, 0, 0]})
    >>> term = firth_cox(spans, ["exposed"])[0]
    >>> round(term.coefficient, 3), term.lower > 0
    (2.565, True)
    """
    require_spans(spans, terms)
    tail = require_level(level) / 2
    sets = _risk_sets(spans, terms)
    best = _maximise(sets, np.zeros(len(terms)), held=None)
    return tuple(_term(sets, best, at, name, tail) for at, name in enumerate(terms))


def _term(sets: Sequence[_RiskSet], best: _Point | None, at: int, name: str, tail: float) -> HazardTerm:
    if best is None:
        return HazardTerm(name, None, None, None, None, None)
    from scipy.stats import chi2

    error = math.sqrt(float(np.linalg.inv(best.information)[at, at]))
    coefficient = float(best.beta[at])

    def drop(held_at: float) -> float:
        start = best.beta.copy()
        start[at] = held_at
        held = _maximise(sets, start, held=at)
        return math.nan if held is None else 2.0 * (best.value - held.value)

    critical = float(chi2.isf(2.0 * tail, 1))
    at_zero = drop(0.0)
    return HazardTerm(
        name=name,
        coefficient=coefficient,
        standard_error=error,
        lower=profile_limit(drop, coefficient, step=-error, critical=critical),
        upper=profile_limit(drop, coefficient, step=error, critical=critical),
        p_value=float(chi2.sf(max(0.0, at_zero), 1)) if math.isfinite(at_zero) else None,
    )


def _maximise(sets: Sequence[_RiskSet], start: Floats, *, held: int | None) -> _Point | None:
    """Newton steps, halved until the penalised likelihood rises; None when it does not settle."""
    free = [at for at in range(len(start)) if at != held]
    here = _penalised(sets, start)
    for _ in range(MAXIMUM_ROUNDS):
        if not math.isfinite(here.value):
            return None
        if not free or float(np.abs(here.score[free]).max()) < SCORE_TOLERANCE:
            return here
        step = np.linalg.solve(here.information[np.ix_(free, free)], here.score[free])
        step *= min(1.0, MAXIMUM_STEP / max(float(np.abs(step).max()), 1e-300))
        moved = _shortened(sets, here, free, np.asarray(step, dtype=np.float64))
        if moved is None:
            settled = float(np.abs(here.score[free]).max()) < 1e3 * SCORE_TOLERANCE
            return here if settled else None
        here = moved
    return None


def _shortened(sets: Sequence[_RiskSet], here: _Point, free: Sequence[int], step: Floats) -> _Point | None:
    for halving in range(40):
        beta = here.beta.copy()
        beta[list(free)] += step / 2.0**halving
        there = _penalised(sets, beta)
        if there.value >= here.value - 1e-13 * abs(here.value):
            return there
    return None


def _penalised(sets: Sequence[_RiskSet], beta: Floats) -> _Point:
    """Penalised log partial likelihood, its score and the information at ``beta``."""
    terms, size = [], len(beta)
    score, information = np.zeros(size), np.zeros((size, size))
    third = np.zeros((size, size, size))
    for at_time in sets:
        linear = at_time.rows @ beta
        top = float(linear.max())
        weight = np.exp(linear - top)
        weight /= (total := math.fsum(weight.tolist()))
        mean = weight @ at_time.rows
        apart = at_time.rows - mean
        terms.append(float(at_time.total @ beta) - at_time.events * (top + math.log(total)))
        score += at_time.total - at_time.events * mean
        information += at_time.events * np.einsum("i,ij,ik->jk", weight, apart, apart)
        third += at_time.events * np.einsum("i,ij,ik,il->jkl", weight, apart, apart, apart)
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0 or not math.isfinite(float(log_determinant)):
        return _Point(beta, -math.inf, score, information)
    penalty = 0.5 * np.einsum("jk,kjl->l", np.linalg.inv(information), third)
    return _Point(beta, math.fsum(terms) + 0.5 * float(log_determinant), score + penalty, information)


def _risk_sets(spans: pd.DataFrame, terms: Sequence[str]) -> list[_RiskSet]:
    start, stop = spans["start"].to_numpy(dtype=float), spans["stop"].to_numpy(dtype=float)
    events = spans["event"].to_numpy(dtype=int) == 1
    rows = spans[list(terms)].to_numpy(dtype=float)
    sets = []
    for moment in sorted(set(stop[events].tolist())):
        happened = events & (stop == moment)
        sets.append(
            _RiskSet(rows[(start < moment) & (stop >= moment)], int(happened.sum()), rows[happened].sum(axis=0))
        )
    return sets
