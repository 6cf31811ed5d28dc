"""Errors of the gates.

    ChecksError
    `-- StationUnknown     a gate was asked for a station that has none

A check that fails is no error: it is a row of the gate's result, and the flow decides. A check that cannot be
evaluated at all is a row too, and always a stop.
"""


class ChecksError(Exception):
    """Any refusal of this package."""


class StationUnknown(ChecksError):
    """Raised for a station other than raw, stage, cohort, counts. Correct the caller."""
