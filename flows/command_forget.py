"""`nadir forget`: take a patient out of everything that is kept."""

from __future__ import annotations

import argparse
import dataclasses
import json

from flows.command_config import tell
from flows.context import open_context
from flows.forgetting import forget as forget_patient
from flows.outcomes import DONE
from flows.steps import writing

__all__ = ["forget"]


def forget(arguments: argparse.Namespace) -> int:
    """Forget one patient; prints counts, never who it was."""
    config = None if arguments.config is None else str(arguments.config)
    context = open_context(config)
    with writing(config, "forget"):
        done = forget_patient(context, arguments.patient)
    if arguments.json:
        tell([json.dumps(dataclasses.asdict(done), indent=2)])
    else:
        tell(
            [
                f"{done.lines} landed lines and {done.verdicts} verdicts are gone, the store was made anew without",
                f"{done.issued_rows} issued rows and {done.files} files of issued weeks no longer say who it was; "
                "their figures are as issued",
                "the patient will not be pulled again; forget the backups too",
            ]
        )
    return DONE
