"""The weekly run without Prefect around it: `python -m tests.flows.plain_week nadir.toml`. Ends as the command does."""

from __future__ import annotations

import sys

from flows import steps
from flows.outcomes import DONE, INCOMPLETE, contained, ending
from tests.flows.conftest import STUDY_ENDS_ON

__all__ = ["plain_week"]


def plain_week(config: str) -> int:
    """Pull, load, stations and issue under the lock; the exit code of contracts 3 and one sentence on stderr."""
    return ending(lambda: whole_week(config))


def whole_week(config: str) -> int:
    with steps.writing(config, "weekly"):
        pulled = contained(lambda: steps.pull(config, full=False, report=lambda event: None))
        contained(lambda: steps.load(config))
        plan = steps.plan_week(config, through=STUDY_ENDS_ON, as_of=pulled.landed_at)
        stations = [contained(lambda name=name: steps.station(config, plan, name)) for name in steps.STATIONS]
        issued = contained(lambda: steps.issue(config, plan, stations, flow="weekly"))
    if issued.missing:
        sys.stderr.write(f"nadir: data are incomplete: {'; '.join(issued.missing)}.\n")
    return INCOMPLETE if issued.missing else DONE


if __name__ == "__main__":
    sys.exit(plain_week(sys.argv[1]))
