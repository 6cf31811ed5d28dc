"""Cause-specific Cox regression on spans ``(start, stop]``, so that a covariate may change with time.

statsmodels' ``PHReg`` with Efron ties equals R's ``coxph`` once every start is moved by 1e-6: it takes a person as at
risk at its own start, R does not. Its cluster standard errors are wrong and not used (statistics.md 3.4, 10).
A likelihood without a maximum (no event among the exposed) is :mod:`metrics.firth_cox`'s business.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from metrics.errors import ModelRejected
from metrics.requirements import require_level

METHOD = "Cox, Efron ties, Wald limits"
ENTRY_SHIFT = 1e-6
FLAT = 1e-6
WIDE = 50.0


@dataclass(frozen=True)
class HazardTerm:
    """A log hazard ratio with standard error, limits and p; None what did not converge."""

    name: str
    coefficient: float | None
    standard_error: float | None
    lower: float | None
    upper: float | None
    p_value: float | None


def cox_regression(
    spans: pd.DataFrame, terms: Sequence[str], *, level: float = 0.95, start: Sequence[float] | None = None
) -> tuple[HazardTerm, ...]:
    """Log hazard ratios of ``terms``, columns of ``spans`` beside start, stop and event (0 or 1).

    ``start`` are coefficients to begin with: from 0 the library may overshoot a large hazard ratio. None where
    no maximum was found.

    Raises:
        ModelRejected: no rows, no events, a row that does not end after its start, missing values.
        LevelRejected: level is outside (0, 1).

    >>> spans = pd.DataFrame({"start": [0] * 6, "stop": [1, 2, 3, 4, 5, 6], "event": [1, 1, 0, 1, 1, 0],
    ...                       "exposed": [1, 0, 1, 0, 1, 0]})
    >>> round(cox_regression(spans, ["exposed"])[0].coefficient, 4)
    0.2739
    """
    require_spans(spans, terms)
    tail = require_level(level) / 2
    import numpy as np
    from scipy.stats import norm
    from statsmodels.duration.hazard_regression import PHReg

    model = PHReg(
        spans["stop"].to_numpy(dtype=float),
        spans[list(terms)].to_numpy(dtype=float),
        status=spans["event"].to_numpy(dtype=int),
        entry=spans["start"].to_numpy(dtype=float) + ENTRY_SHIFT,
        ties="efron",
    )
    nothing = tuple(HazardTerm(name, None, None, None, None, None) for name in terms)
    try:
        fitted = model.fit(disp=False, start_params=None if start is None else np.asarray(start, dtype=float))
        score = max(abs(float(value)) for value in model.score(fitted.params))
        errors = [float(error) for error in fitted.bse]
    except np.linalg.LinAlgError:
        return nothing
    if not math.isfinite(score) or score > FLAT or not all(math.isfinite(error) and error < WIDE for error in errors):
        return nothing
    reach = float(norm.isf(tail))
    return tuple(
        HazardTerm(name, float(value), error, float(value) - reach * error, float(value) + reach * error,
                   float(2.0 * norm.sf(abs(float(value)) / error)))
        for name, value, error in zip(terms, fitted.params, errors, strict=True)
    )  # fmt: skip


def require_spans(spans: pd.DataFrame, terms: Sequence[str]) -> None:
    """Refuse spans that no hazard can be read from.

    Raises:
        ModelRejected: says what is wrong.
    """
    if not len(spans) or not int(spans["event"].sum()):
        raise ModelRejected("spans: expected at least one row with an event")
    if not (spans["start"] < spans["stop"]).all():
        raise ModelRejected("spans: expected every row to end after its start")
    if spans[list(terms)].isna().any().any():
        raise ModelRejected("terms: expected no missing value; leave patients with unknown exposure out")
