"""The forms of every flow and task of ours: nothing that a run returns is stored or reused, and every end is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from prefect import Flow, Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.receipts import RunReceipt
from flows.run_ends import note_end

__all__ = ["completed", "noted_flow", "thin_task"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


def noted_flow(name: str) -> Callable[[Callable[Given, Result]], Flow[Given, Result]]:
    """Make a flow whose end goes to status.json, the alert and the log, whichever way it ends."""
    return flow(
        name=name,
        persist_result=False,
        validate_parameters=True,
        on_completion=[note_end],
        on_failure=[note_end],
        on_crashed=[note_end],
        on_cancellation=[note_end],
    )


def thin_task(name: str, run_name: str | None = None) -> Callable[[Callable[Given, Result]], Task[Given, Result]]:
    """Make a task that runs each time it is called; `run_name` is a template of its arguments."""
    return task(name=name, task_run_name=run_name, cache_policy=NO_CACHE, persist_result=False)


def completed(receipt: RunReceipt) -> State[RunReceipt]:
    """The state that a flow ends in: `Incomplete` is a completed run whose data are not."""
    return Completed(data=receipt, name="Completed" if receipt.is_complete else "Incomplete")
