"""What can stop a command or a flow before any data are touched.

NadirError
├── SettingsRejected     the settings file or an environment variable cannot be used; mend it and run again
├── CommandRejected      the command line asks for something that does not exist; see --help
├── GateStopped          a check stopped the run: no week was issued, the index page says why
├── NothingLanded        no closed ingest exists yet: run `nadir run ingest` first
├── ServerAway           no Prefect server answers: start it or name it in PREFECT_API_URL
└── StepFailed           a step ended; its sentence is safe to log, whatever the cause said
"""

from __future__ import annotations

__all__ = [
    "CommandRejected",
    "GateStopped",
    "NadirError",
    "NothingLanded",
    "ServerAway",
    "SettingsRejected",
    "StepFailed",
]


class NadirError(Exception):
    """A failure that the reader can act on: where, what was expected, what was kept, what to do next."""


class SettingsRejected(NadirError):
    """Raised while settings are read. Nothing was changed; mend the named key and run again."""


class CommandRejected(NadirError):
    """Raised for a command line that cannot be carried out as written. Nothing was changed."""


class GateStopped(NadirError):
    """Raised when a check of severity `stop` failed. The archive keeps what was loaded; the week is not issued."""


class NothingLanded(NadirError):
    """Raised when a build is asked for and no ingest has been closed."""


class ServerAway(NadirError):
    """Raised when `nadir setup prefect` finds no Prefect server. Nothing was changed."""


class StepFailed(NadirError):
    """Raised in place of whatever ended a step, with a sentence of our own: Prefect keeps what it is given."""
