"""How a command ends: exit code and one sentence. The only place that may catch everything.

0 done and complete · 1 done, but data are incomplete · 2 not done, nothing published · 64 wrong usage (contracts 3).
An error that we know prints its own sentence; one that we do not know prints its type and place, never its message,
because a message of somebody else's code may quote a patient.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import TypeVar

from checks.errors import ChecksError
from ehr.errors import EhrError
from flows.errors import NadirError, StepFailed
from mappings.errors import MappingError
from reports.errors import ReportError
from warehouse.errors import StoreError

__all__ = ["DONE", "INCOMPLETE", "NOT_DONE", "WRONG_USAGE", "contained", "ending", "sentence"]

Result = TypeVar("Result")

DONE = 0
INCOMPLETE = 1
NOT_DONE = 2
WRONG_USAGE = 64

OURS = (NadirError, EhrError, MappingError, StoreError, ChecksError, ReportError)


def sentence(error: BaseException) -> str:
    """What to tell the user of a failure: our own words, or the type and place of an error that is not ours."""
    if isinstance(error, OURS):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "stopped by the user. Nothing was published; the next run goes on where this one stopped"
    if isinstance(error, OSError) and error.strerror:
        return f"the system refused ({error.strerror}). Nothing was published; mend the cause and run again"
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown place"
    return f"unexpected {type(error).__name__} at {where}. Nothing was published; please report this place"


def contained(step: Callable[[], Result]) -> Result:
    """Run a step; whatever ends it leaves as one safe sentence, without the chain of causes.

    Prefect logs and stores an exception with its causes, and the cause may quote the value that it choked on.

    Raises:
        StepFailed: in place of every other exception.
    """
    try:
        return step()
    except Exception as error:  # noqa: BLE001  the one place where everything ends
        raise StepFailed(sentence(error)) from None


def ending(command: Callable[[], int]) -> int:
    """Run a command and turn whatever happens into an exit code; the sentence goes to stderr."""
    try:
        return command()
    except KeyboardInterrupt as error:
        sys.stderr.write(f"nadir: {sentence(error)}.\n")
    except Exception as error:  # noqa: BLE001  the one place where everything ends
        sys.stderr.write(f"nadir: {sentence(error).rstrip('.')}.\n")
    return NOT_DONE
