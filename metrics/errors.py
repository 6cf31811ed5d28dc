"""Errors of the statistics package.

    MetricsError
    |-- CountsRejected     a count, a person-time or a table cannot be what it claims to be
    |-- LevelRejected      a confidence level is not strictly between 0 and 1
    |-- TimesRejected      times and causes of a time-to-event question do not fit each other
    `-- ModelRejected      a regression cannot be fitted from this design or outcome

All mean the same to a caller: the input is wrong, not the statistics. A figure that is merely undefined
(no patients, no person-days) raises nothing; it comes back with ``None`` values and a note.
Messages name the argument and its rule, and never list the rows.
"""


class MetricsError(ValueError):
    """Any refusal of this package; catch it where figures are put together."""


class CountsRejected(MetricsError):
    """Raised for a negative count, more events than patients, or negative person-time. Look at ``counts.*``."""


class LevelRejected(MetricsError):
    """Raised for a confidence level outside (0, 1). Write 0.95, not 95."""


class TimesRejected(MetricsError):
    """Raised for negative times, unknown causes or columns of unequal length. Look at ``counts.person_*``."""


class ModelRejected(MetricsError):
    """Raised for an outcome that is not 0/1 or a design whose columns depend on each other. Drop a column."""
