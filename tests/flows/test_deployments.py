"""prefect.yaml: every deployment loads from the installed package, takes its parameters and has a schedule."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import load_flow_from_entrypoint

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
