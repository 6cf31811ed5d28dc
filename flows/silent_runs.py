"""Runs that end without a word: after a power loss or a `kill -9` of worker and run, nobody is left to report them.

Prefect keeps such a run as Running for ever, and it holds the one place of its queue. An automation on the server sets
it to Crashed when its heartbeats stay away, and the next run begins. A run that was only cut off from the server is
still safe: our lock is the one that counts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.automations import AutomationCore
    from prefect.client.orchestration import SyncPrefectClient

__all__ = ["ENDS", "SILENCE", "SILENT_RUNS", "watch_for_silence"]

SILENT_RUNS = "nadir: a run that fell silent has crashed"
SILENCE = timedelta(minutes=3)
HEARTBEAT = "prefect.flow-run.heartbeat"
# Names of the states that our flows end in; contracts 3 adds Incomplete to Prefect's own.
ENDS = ("Completed", "Incomplete", "Failed", "Crashed", "Cancelled")
MESSAGE = (
    "No sign of life for three minutes: the process of the run is gone (power loss, out of memory, killed). What was "
    "landed and issued before is kept; the next run goes on from there."
)


def watch_for_silence(client: SyncPrefectClient, tag: str) -> None:
    """Make or renew the automation for the runs of our deployments, which bear `tag`; other runs are left alone."""
    wanted = automation(tag)
    found = client.read_automations_by_name(SILENT_RUNS)
    if not found:
        client.create_automation(wanted)
    for one in found[:1]:
        client.update_automation(one.id, wanted)
    for one in found[1:]:
        client.delete_automation(one.id)


def automation(tag: str) -> AutomationCore:
    """After a heartbeat another one, or an end, is expected within `SILENCE`."""
    from prefect.automations import AutomationCore, EventTrigger, Posture
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState

    return AutomationCore(
        name=SILENT_RUNS,
        description="Frees the queue of a run whose process is gone.",
        trigger=EventTrigger(
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"},
            for_each={"prefect.resource.id"},
            after={HEARTBEAT},
            expect={HEARTBEAT, *(f"prefect.flow-run.{name}" for name in ENDS)},
            posture=Posture.Proactive,
            within=SILENCE,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=MESSAGE)],
    )
