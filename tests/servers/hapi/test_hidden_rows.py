"""Searches that HAPI answers from memory for a minute: what they hide comes with a later pull."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.flows.conftest import TOKEN
from tests.servers.hapi import hapi_server
from tests.servers.hapi.conftest import LoadedHapi
from tests.servers.hapi.pulls import landed, ledger, observation, person_of, plan_of, put, run
from tests.servers.hapi.token_gate import gate

pytestmark = pytest.mark.hapi
REUSED_SECONDS = int(hapi_server.REAL["reuseSearchMillis"]) / 1000


def test_a_row_hidden_by_a_reused_search_is_not_passed_by_the_watermark(real_hapi: LoadedHapi, tmp_path: Path) -> None:
    """A gateway drops our `Cache-Control: no-cache`; meanwhile newer rows of a newcomer come and are known."""
    put(real_hapi.base, person_of("quiet"), observation("quiet", 1))
    hidden = ("Observation", "of-quiet-0002")
    with gate(real_hapi.base, TOKEN, dropped=frozenset({"cache-control"})) as url:
        alone = plan_of(tmp_path, url, ["quiet"])
        run(alone, tmp_path)
        run(alone, tmp_path)
        asked_at = time.monotonic()
        put(real_hapi.base, observation("quiet", 2))
        # Instants of watermarks are whole seconds: the newest that is seen must be later than that.
        time.sleep(2)
        put(real_hapi.base, person_of("newcomer"), observation("newcomer", 1))
        together = plan_of(tmp_path, url, ["newcomer", "quiet"])
        blind = run(together, tmp_path)
        assert time.monotonic() < asked_at + REUSED_SECONDS, "the machine was too slow to be answered from memory"
        assert hidden not in landed(tmp_path, blind), "this server does hide what was written a moment ago"
        assert ("Observation", "of-newcomer-0001") in landed(tmp_path, blind)
        time.sleep(max(0.0, asked_at + REUSED_SECONDS + 1 - time.monotonic()))
        seeing = run(together, tmp_path)
    assert hidden in landed(tmp_path, seeing)
    assert ledger(tmp_path, seeing)["Observation", "quiet"]["status"] == "complete"


def test_a_row_is_there_at_once_where_our_headers_arrive(real_hapi: LoadedHapi, tmp_path: Path) -> None:
    put(real_hapi.base, person_of("seen"), observation("seen", 1))
    plan = plan_of(tmp_path, real_hapi.base, ["seen"])
    run(plan, tmp_path)
    run(plan, tmp_path)
    put(real_hapi.base, observation("seen", 2))
    assert ("Observation", "of-seen-0002") in landed(tmp_path, run(plan, tmp_path))
