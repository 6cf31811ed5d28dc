"""What is shown while a flow runs and kept after: progress, and a table of figures. Counts only."""

from __future__ import annotations

import sys
from collections.abc import Callable
from uuid import UUID

from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ehr.plan import ProgressEvent
from flows.context import open_context
from flows.receipts import RunReceipt
from warehouse import read

__all__ = ["figures_artifact", "progress_reporter"]

Report = Callable[[ProgressEvent], None]
PREFECT_STEP_PERCENT = 10.0


class TerminalProgress:
    """A bar per step on stderr; silent where stderr is no terminal."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.bar = Progress(
            *columns, console=Console(file=sys.stderr), transient=False, disable=not sys.stderr.isatty()
        )
        self.steps: dict[str, TaskID] = {}
        self.bar.start()

    def __call__(self, event: ProgressEvent) -> None:
        """Move the bar of the event's step; the last event of a step stops nothing, the process end does."""
        if event.step not in self.steps:
            self.steps[event.step] = self.bar.add_task(event.step, total=event.total)
        self.bar.update(self.steps[event.step], completed=event.done, total=event.total)


class PrefectProgress:
    """A progress artifact per step, moved in tenths: a server keeps each move."""

    def __init__(self) -> None:
        self.artifacts: dict[str, UUID] = {}
        self.shown: dict[str, float] = {}

    def __call__(self, event: ProgressEvent) -> None:
        """Create the step's artifact at its first event, then update it every tenth."""
        percent = 100.0 * event.done / event.total if event.total else 0.0
        if event.step not in self.artifacts:
            made = create_progress_artifact(
                progress=percent, key=event.step.lower().replace(" ", "-"), description=event.step
            )
            if isinstance(made, UUID):
                self.artifacts[event.step] = made
                self.shown[event.step] = percent
        elif percent - self.shown[event.step] >= PREFECT_STEP_PERCENT or percent >= 100.0 > self.shown[event.step]:
            update_progress_artifact(self.artifacts[event.step], progress=min(percent, 100.0))
            self.shown[event.step] = percent


def progress_reporter() -> Report:
    """Progress to the terminal and to Prefect; call it inside a task run."""
    terminal, server = TerminalProgress(), PrefectProgress()

    def report(event: ProgressEvent) -> None:
        terminal(event)
        server(event)

    return report


def figures_artifact(config: str | None, receipt: RunReceipt) -> None:
    """The week's counts and estimates as a table artifact; nothing of a single patient is in it."""
    estimates = read(open_context(config).settings.store, "published.estimates", run_id=receipt.run_id)
    shown = estimates[(estimates["infection_class"] == "all") | estimates["infection_class"].isna()]
    columns = ["measure", "stratum", "window_name", "numerator", "denominator", "value", "lower", "upper", "status"]
    rows = [
        {name: None if value is None or value != value else str(value) for name, value in row.items()}
        for row in shown[columns].astype("object").to_dict("records")
    ]
    create_table_artifact(table=rows, key="weekly-figures", description=f"{receipt.week}: {receipt.outcome}")
