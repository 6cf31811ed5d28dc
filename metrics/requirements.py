"""What every function here asks of its numbers before it computes."""

import math

from metrics.errors import CountsRejected, LevelRejected


def require_level(level: float) -> float:
    """Return ``1 - level``, the probability outside a two-sided interval.

    Raises:
        LevelRejected: level is not strictly between 0 and 1.

    >>> round(require_level(0.95), 12)
    0.05
    """
    if not 0.0 < level < 1.0:
        raise LevelRejected("level: expected a number strictly between 0 and 1, as 0.95")
    return 1.0 - level


def require_counts(**counts: float) -> None:
    """Refuse a count that is negative or not a whole number.

    Raises:
        CountsRejected: names the argument.

    >>> require_counts(events=3, total=10)
    """
    for name, count in counts.items():
        if not math.isfinite(count) or count < 0 or count != math.floor(count):
            raise CountsRejected(f"{name}: expected a whole number of at least 0")


def require_share(events: int, total: int) -> None:
    """Refuse more events than patients.

    Raises:
        CountsRejected: a count is negative, or events exceed the total.

    >>> require_share(16, 56)
    """
    require_counts(events=events, total=total)
    if events > total:
        raise CountsRejected("events: expected at most the total they are counted in")


def require_time(**times: float) -> None:
    """Refuse a person-time that is negative or not finite.

    Raises:
        CountsRejected: names the argument.

    >>> require_time(person_time=1700.0)
    """
    for name, time in times.items():
        if not math.isfinite(time) or time < 0:
            raise CountsRejected(f"{name}: expected a finite time of at least 0")
