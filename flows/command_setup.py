"""`nadir setup prefect`: pool, queue with limit 1 and deployments on a running Prefect server. Safe to repeat."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flows.command_config import tell
from flows.context import open_context
from flows.deployments import Planned, planned_deployments
from flows.errors import ServerAway
from flows.outcomes import DONE
from flows.settings import prepare_prefect
from flows.silent_runs import watch_for_silence

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

__all__ = ["DEFAULT_SERVER", "prefect"]

DEFAULT_SERVER = "http://127.0.0.1:4200/api"


def prefect(arguments: argparse.Namespace) -> int:
    """Make or renew everything that prefect.yaml says; what is there and equal stays as it is."""
    context = open_context(arguments.config)
    file = context.settings.file
    assert file is not None  # noqa: S101 - settings always come from a file
    prepare_prefect(context.settings.home)
    planned = planned_deployments(file, context.settings["time_zone"])
    url = deploy(planned)
    if arguments.json:
        names = [
            {"deployment": one.name, "entrypoint": one.entrypoint, "cron": [s.cron for s in one.schedules]}
            for one in planned
        ]
        tell(
            [json.dumps({"server": url, "pool": planned[0].pool, "config": str(file), "deployments": names}, indent=2)]
        )
    else:
        tell([*(sentence_of(one) for one in planned), next_step(planned[0], url)])
    return DONE


def deploy(planned: Sequence[Planned]) -> str:
    """Send pools, queues, deployments and the watch for silent runs to the server; returns its URL.

    Raises:
        ServerAway: no Prefect server answers. Nothing was changed.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    url = PREFECT_API_URL.value() or DEFAULT_SERVER
    with temporary_settings({PREFECT_API_URL: url}), get_client(sync_client=True) as client:
        if client.api_healthcheck() is not None:
            raise ServerAway(
                f"no Prefect server answers at {url}. Nothing was changed; start one with `prefect server start`, "
                "or name yours in PREFECT_API_URL, and run again"
            )
        for pool, queue in sorted({(one.pool, one.queue) for one in planned}):
            make_pool(client, pool, queue)
        for one in planned:
            make_deployment(client, one)
        watch_for_silence(client, planned[0].tags[0])
    return url


def make_pool(client: SyncPrefectClient, pool: str, queue: str) -> None:
    """A process pool whose queue runs one flow at a time: a second run waits there and not at our lock."""
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound
    from prefect.workers.process import ProcessWorker

    try:
        client.read_work_pool(pool)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=pool, type="process", base_job_template=template))
    found = client.read_work_queue_by_name(queue, work_pool_name=pool)
    client.update_work_queue(found.id, concurrency_limit=1)


def make_deployment(client: SyncPrefectClient, planned: Planned) -> None:
    """Create or replace one deployment; its schedules are replaced by slug, so that none is doubled."""
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.flows import Flow, load_flow_from_entrypoint
    from prefect.utilities.callables import parameter_schema

    flow: Flow[..., Any] = load_flow_from_entrypoint(planned.entrypoint)
    client.create_deployment(
        flow_id=client.create_flow_from_name(flow.name),
        name=planned.name,
        entrypoint=planned.entrypoint,
        description=planned.description,
        tags=list(planned.tags),
        parameters=dict(planned.parameters),
        parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
        enforce_parameter_schema=True,
        work_pool_name=planned.pool,
        work_queue_name=planned.queue,
        job_variables=dict(planned.job_variables),
        concurrency_limit=planned.limit,
        concurrency_options=ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy(planned.collision_strategy)),
        schedules=[
            DeploymentScheduleCreate(
                schedule=CronSchedule(cron=one.cron, timezone=one.time_zone), slug=one.slug, active=one.active
            )
            for one in planned.schedules
        ],
    )


def sentence_of(planned: Planned) -> str:
    """`weekly     flows.weekly.weekly   0 3 * * 1 Europe/Rome`."""
    when = ", ".join(f"{one.cron} {one.time_zone}" for one in planned.schedules) or "by hand"
    return f"{planned.name:<10} {planned.entrypoint:<24} {when}"


def next_step(planned: Planned, url: str) -> str:
    """How to start the worker."""
    return f"pool {planned.pool} at {url}; next: PREFECT_API_URL={url} prefect worker start --pool {planned.pool}"
