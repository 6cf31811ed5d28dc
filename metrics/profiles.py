"""Profile limits: where the likelihood, maximised over everything else, has dropped by a given amount."""

import math
from collections.abc import Callable


def profile_limit(drop: Callable[[float], float], centre: float, *, step: float, critical: float) -> float | None:
    """The coefficient on the side of ``step`` at which ``drop`` reaches ``critical``; None when it cannot be found.

    ``drop`` gives twice the loss of log-likelihood when the term is held at a value, NaN when that fit fails.

    >>> round(profile_limit(lambda at: at**2, 0.0, step=0.5, critical=3.0), 6)
    1.732051
    """
    from scipy.optimize import brentq

    inside, outside = centre, centre + 2.0 * step
    for _ in range(60):
        loss = drop(outside)
        if not math.isfinite(loss):
            return None
        if loss > critical:
            return float(brentq(lambda at: drop(at) - critical, inside, outside, xtol=1e-11, rtol=1e-12))
        inside, outside = outside, outside + 2.0 * step
    return None
