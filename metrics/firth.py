"""Firth's penalised logistic regression: finite answers with few events and under separation.

The log-likelihood plus half the log-determinant of the information; limits by profile, p by the penalised
likelihood ratio, both with the penalty of the full design (as R's ``logistf``). Wald limits are not given: under
separation they mean nothing. For a dated analysis, not for a weekly page (statistics.md 4).
Source: statistics.md 3.5; Firth, Biometrika 1993;80:27; Heinze and Schemper, Stat Med 2002;21:2409.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.errors import ModelRejected
from metrics.profiles import profile_limit
from metrics.requirements import require_level

Floats = npt.NDArray[np.float64]
INTERCEPT = "(Intercept)"
METHOD = "Firth logistic, profile penalised likelihood"
SCORE_TOLERANCE = 1e-10
MAXIMUM_STEP = 5.0
MAXIMUM_ROUNDS = 2000


@dataclass(frozen=True)
class FirthTerm:
    """A log odds ratio with its standard error, profile limits and penalised likelihood-ratio p.

    A number that did not converge is None.
    """

    name: str
    coefficient: float | None
    standard_error: float | None
    lower: float | None
    upper: float | None
    p_value: float | None


@dataclass(frozen=True)
class FirthFit:
    """The terms in the order of the design, intercept first, and what the fit rests on.

    ``null_log_likelihood`` holds every term but the intercept at 0, under the same penalty.
    """

    terms: tuple[FirthTerm, ...]
    log_likelihood: float | None
    null_log_likelihood: float | None
    patients: int
    events: int
    level: float
    method: str
    note: str = ""


@dataclass(frozen=True)
class _Maximum:
    beta: Floats
    value: float
    converged: bool


def firth_logistic(outcome: Sequence[int], design: pd.DataFrame, *, level: float = 0.95) -> FirthFit:
    """Fit ``outcome`` (0 or 1 per patient) on the columns of ``design``; an intercept is added.

    Raises:
        ModelRejected: another outcome than 0/1, missing values, no rows, or columns that depend on each other.
        LevelRejected: level is outside (0, 1).

    >>> fit = firth_logistic([0] * 20 + [1] + [0] * 14, pd.DataFrame({"bridged": [0] * 20 + [1] * 15}))
    >>> round(fit.terms[1].coefficient, 4), round(fit.terms[1].p_value, 4)
    (1.4449, 0.3484)
    """
    tail = require_level(level)
    events, rows = _arrays(outcome, design)
    names = (INTERCEPT, *[str(name) for name in design.columns])
    best = _maximise(events, rows, np.zeros(rows.shape[1]), held=None)
    null = _maximise(events, rows, np.zeros(rows.shape[1]), held=frozenset(range(1, rows.shape[1])))
    terms = tuple(_term(events, rows, best, at, name, tail) for at, name in enumerate(names))
    return FirthFit(
        terms=terms,
        log_likelihood=best.value if best.converged else None,
        null_log_likelihood=null.value if null.converged else None,
        patients=len(events),
        events=int(events.sum()),
        level=level,
        method=METHOD,
        note="" if best.converged else "did not converge",
    )


def _term(events: Floats, rows: Floats, best: _Maximum, at: int, name: str, tail: float) -> FirthTerm:
    if not best.converged:
        return FirthTerm(name, None, None, None, None, None)
    from scipy.stats import chi2

    error = math.sqrt(float(_covariance(rows, best.beta)[at, at]))

    def drop(coefficient: float) -> float:
        """Twice the loss of penalised likelihood when the term is held at ``coefficient``."""
        start = best.beta.copy()
        start[at] = coefficient
        held = _maximise(events, rows, start, held=frozenset({at}))
        return 2.0 * (best.value - held.value) if held.converged else math.nan

    at_zero = drop(0.0)
    critical = float(chi2.isf(tail, 1))
    coefficient = float(best.beta[at])
    return FirthTerm(
        name=name,
        coefficient=coefficient,
        standard_error=error,
        lower=profile_limit(drop, coefficient, step=-error, critical=critical),
        upper=profile_limit(drop, coefficient, step=error, critical=critical),
        p_value=float(chi2.sf(max(0.0, at_zero), 1)) if math.isfinite(at_zero) else None,
    )


def _maximise(events: Floats, rows: Floats, start: Floats, held: frozenset[int] | None) -> _Maximum:
    """Scoring with halved steps over the terms that are not held; converged when the score is."""
    free = np.array([at for at in range(rows.shape[1]) if at not in (held or frozenset())], dtype=np.intp)
    beta = start.copy()
    value, score, information = _penalised(events, rows, beta)
    for _ in range(MAXIMUM_ROUNDS):
        if not math.isfinite(value):
            break
        if not len(free) or float(np.abs(score[free]).max()) < SCORE_TOLERANCE:
            return _Maximum(beta, value, True)
        step = np.asarray(np.linalg.solve(information[np.ix_(free, free)], score[free]), dtype=np.float64)
        step *= min(1.0, MAXIMUM_STEP / max(float(np.abs(step).max()), 1e-300))
        moved = _shorten(events, rows, beta, free, step, value)
        if moved is None:
            break
        beta = moved
        value, score, information = _penalised(events, rows, beta)
    settled = len(free) > 0 and math.isfinite(value) and float(np.abs(score[free]).max()) < 1e3 * SCORE_TOLERANCE
    return _Maximum(beta, value, settled)


def _shorten(
    events: Floats, rows: Floats, beta: Floats, free: npt.NDArray[np.intp], step: Floats, value: float
) -> Floats | None:
    """The first of the halved steps that does not lower the penalised likelihood; None when none is left."""
    for halving in range(40):
        moved = beta.copy()
        moved[free] += step / 2.0**halving
        if _penalised(events, rows, moved)[0] >= value - 1e-13 * abs(value):
            return moved
    return None


def _covariance(rows: Floats, beta: Floats) -> Floats:
    """Inverse information of the data with their penalty's pseudo-observations, weights w (1 + h): ``logistf``'s."""
    weight = np.exp(-np.logaddexp(0.0, rows @ beta) - np.logaddexp(0.0, -(rows @ beta)))
    inverse = np.linalg.inv(rows.T @ (rows * weight[:, None]))
    leverage = weight * np.einsum("ij,jk,ik->i", rows, inverse, rows)
    return np.linalg.inv(rows.T @ (rows * (weight * (1.0 + leverage))[:, None]))


def _penalised(events: Floats, rows: Floats, beta: Floats) -> tuple[float, Floats, Floats]:
    """Penalised log-likelihood, its score and the Fisher information at ``beta``."""
    linear = rows @ beta
    log_one = -np.logaddexp(0.0, -linear)
    log_zero = -np.logaddexp(0.0, linear)
    risk = np.exp(log_one)
    weight = np.exp(log_one + log_zero)
    information = cast("Floats", rows.T @ (rows * weight[:, None]))
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0 or not math.isfinite(float(log_determinant)):
        return -math.inf, np.full(len(beta), np.nan), information
    leverage = weight * np.einsum("ij,ji->i", rows, np.linalg.solve(information, rows.T))
    score = rows.T @ (events - risk + leverage * (0.5 - risk))
    likelihood = math.fsum((events * log_one + (1.0 - events) * log_zero).tolist())
    return likelihood + 0.5 * float(log_determinant), score, information


def _arrays(outcome: Sequence[int], design: pd.DataFrame) -> tuple[Floats, Floats]:
    events = np.asarray(outcome, dtype=np.float64)
    if len(events) != len(design) or not len(events):
        raise ModelRejected("outcome and design: expected the same number of rows, at least one")
    if not np.isin(events, (0.0, 1.0)).all():
        raise ModelRejected("outcome: expected 0 or 1 in every row")
    rows = np.column_stack([np.ones(len(events)), design.to_numpy(dtype=np.float64)])
    if not np.isfinite(rows).all():
        raise ModelRejected("design: expected finite numbers; leave patients with unknown exposure out")
    if np.linalg.matrix_rank(rows) < rows.shape[1]:
        raise ModelRejected("design: columns depend on each other or on the intercept; drop one")
    return events, rows
