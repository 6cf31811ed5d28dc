"""The ingest flow: pull what is new into landing/ and load it. What a daily schedule runs."""

from __future__ import annotations

from prefect.client.schemas.objects import State

from flows import steps
from flows.flow_forms import completed, noted_flow
from flows.receipts import RunReceipt
from flows.weekly import load_task, pull_task

__all__ = ["ingest"]


@noted_flow(name="ingest")
def ingest(config: str | None = None, full: bool = False, only: tuple[str, ...] = ()) -> State[RunReceipt]:
    """Pull and load. config: settings file. full: fetch everything again, not only what changed. only: parts, such as
    type=Observation, that are fetched again without moving a watermark."""
    clock = steps.Clock()
    with steps.writing(config, "ingest"):
        pulled = clock.time("pull", lambda: pull_task(config, full, only=only))
        loaded = clock.time("load", lambda: load_task(config))
    receipt = steps.ingest_receipt(pulled, loaded, clock.seconds)
    return completed(receipt)
