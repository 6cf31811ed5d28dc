"""A cap on requests a minute holds for all connections together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ehr import pull
from ehr.pace import Pace
from ehr.practice.server import running


@pytest.mark.parametrize("connections", [1, 5])
def test_requests_are_spaced_over_the_minute_whatever_the_connections(site, hospital, connections):
    sent = []

    def token():
        sent.append("a request")
        return "unused"

    with running(hospital()) as url:
        plan = site.plan(url)
        # The clock stands still, so each request waits for all before it.
        access = replace(
            plan.access, token=token, requests_per_minute=120, connections=connections, seconds=lambda: 100.0
        )
        receipt = pull(replace(plan, access=access), site.root, clock=site.clock)
    assert receipt.is_complete
    assert sorted(site.sleeper.seconds) == pytest.approx([0.5 * number for number in range(1, len(sent))])


def test_who_comes_late_does_not_make_up_for_it():
    waits, now = [], [0.0]
    pace = Pace(60, lambda: now[0], waits.append)
    pace.wait()
    now[0] = 30.0
    for _ in range(3):
        pace.wait()
    assert waits == [1.0, 2.0]


def test_without_a_cap_nobody_waits():
    pace = Pace(None, lambda: 0.0, pytest.fail)
    for _ in range(100):
        pace.wait()
