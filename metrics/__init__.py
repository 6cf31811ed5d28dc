"""Statistics: counts or person rows in, Estimate, Curve, TwoByTwo, Signal out. No input, no output, no clock."""

from metrics.errors import CountsRejected, LevelRejected, MetricsError, ModelRejected, TimesRejected
from metrics.results import Curve, CurvePoint, Estimate, Interval, RateRatio, Signal, TwoByTwo

__all__ = [
    "CountsRejected",
    "Curve",
    "CurvePoint",
    "Estimate",
    "Interval",
    "LevelRejected",
    "MetricsError",
    "ModelRejected",
    "RateRatio",
    "Signal",
    "TimesRejected",
    "TwoByTwo",
]
