"""prefect.yaml: every deployment loads from the installed package, takes its parameters and has a schedule."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import load_flow_from_entrypoint

from flows.silent_runs import ENDS

PREFECT_YAML = Path(__file__).resolve().parents[2] / "prefect.yaml"
DEPLOYMENTS = yaml.safe_load(PREFECT_YAML.read_text(encoding="utf-8"))["deployments"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_a_deployment_loads_and_takes_its_parameters(deployment: dict[str, Any]) -> None:
    flow = load_flow_from_entrypoint(deployment["entrypoint"])
    flow.validate_parameters(deployment.get("parameters") or {})
    for schedule in deployment["schedules"]:
        CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"])
        flow.validate_parameters({**(deployment.get("parameters") or {}), **(schedule.get("parameters") or {})})
    assert ":" not in deployment["entrypoint"], "named by file path: the flow's folder would come first on the path"


def test_a_misspelt_parameter_would_be_found() -> None:
    flow = load_flow_from_entrypoint("flows.weekly.weekly")
    with pytest.raises(Exception, match="trough"):
        flow.validate_parameters({"trough": "2018-07-29"})


def test_the_two_bounds_that_break_prefect_hold() -> None:
    """fastapi from 0.151 on breaks Prefect 3.8 at import; sqlalchemy 2.1 keeps schedules from ever firing."""
    assert tuple(int(part) for part in version("fastapi").split(".")[:2]) < (0, 151)
    assert tuple(int(part) for part in version("sqlalchemy").split(".")[:2]) < (2, 1)


def test_every_state_that_our_flows_end_in_ends_the_watch_for_silence() -> None:
    """An end that the watch does not know would be called a crash three minutes later."""
    flows = Path(__file__).resolve().parents[2] / "flows"
    named = {
        name
        for path in flows.glob("*.py")
        for ending in re.findall(r"\b(?:Completed|Failed|Cancelled)\([^\n]*", path.read_text(encoding="utf-8"))
        for name in re.findall(r'"([A-Z]\w+)"', ending)
    }
    assert {"Completed", "Incomplete"} <= named <= set(ENDS)
