"""After installation nothing reaches outside loopback: server, worker and a scheduled week where there is no route.

The demo is run without a route wherever it is tested (test_demo.py).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.flows.no_route import refusal, run_without_route

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(refusal() is not None, reason=str(refusal()))


@pytest.mark.nightly
@pytest.mark.prefect
def test_a_scheduled_week_reaches_nothing_outside_loopback(tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "tests/flows/test_scheduled.py",
        "-k",
        "setting_up or run_of_the_schedule",
    ]
    apart = [*words, "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "inside")]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    made, counts = run_without_route(apart, tmp_path / "counts.json", cwd=ROOT, env=environment)
    assert made.returncode == 0, made.stdout[-2000:]
    assert "skipped" not in made.stdout
    assert counts == dict.fromkeys(counts, 0)


@pytest.mark.parametrize(
    "attempt",
    [
        "import urllib.request as u; u.urlopen('http://192.0.2.1')",
        "import socket; socket.getaddrinfo('api.example.org', 443)",
    ],
)
def test_an_attempt_to_reach_outside_is_counted(attempt: str, tmp_path: Path) -> None:
    made, counts = run_without_route([sys.executable, "-c", attempt], tmp_path / "counts.json")
    assert made.returncode != 0
    assert sum(counts.values()) > 0
