"""prefect.yaml, read: what `nadir setup prefect` makes. The file ships in the wheel beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Planned", "PlannedSchedule", "planned_deployments", "prefect_yaml"]


@dataclass(frozen=True)
class PlannedSchedule:
    """When a deployment runs: five-field cron in the hospital's time zone; `slug` names it across updates."""

    cron: str
    time_zone: str
    slug: str
    active: bool


@dataclass(frozen=True)
class Planned:
    """One deployment of prefect.yaml, with the site's settings file and time zone filled in."""

    name: str
    entrypoint: str
    description: str
    tags: tuple[str, ...]
    parameters: Mapping[str, Any]
    pool: str
    queue: str
    job_variables: Mapping[str, Any]
    limit: int
    collision_strategy: str
    schedules: tuple[PlannedSchedule, ...]


def prefect_yaml() -> Path:
    """The file in the installed package, or the one at the root of a checkout."""
    shipped = Path(__file__).with_name("prefect.yaml")
    return shipped if shipped.is_file() else Path(__file__).parents[1] / "prefect.yaml"


def planned_deployments(config: Path, time_zone: str) -> tuple[Planned, ...]:
    """Every deployment, its parameter `config` the absolute settings file, its schedules in the hospital's zone."""
    content = yaml.safe_load(prefect_yaml().read_text(encoding="utf-8"))
    return tuple(_planned(entry, config, time_zone) for entry in content["deployments"])


def _planned(entry: Mapping[str, Any], config: Path, time_zone: str) -> Planned:
    pool, limit = entry["work_pool"], entry["concurrency_limit"]
    return Planned(
        name=entry["name"],
        entrypoint=entry["entrypoint"],
        description=entry["description"],
        tags=tuple(entry["tags"]),
        parameters={**(entry["parameters"] or {}), "config": str(config.resolve())},
        pool=pool["name"],
        queue=pool["work_queue_name"],
        job_variables=pool["job_variables"],
        limit=limit["limit"],
        collision_strategy=limit["collision_strategy"],
        schedules=tuple(
            PlannedSchedule(schedule["cron"], time_zone, schedule["slug"], schedule["active"])
            for schedule in entry["schedules"]
        ),
    )
