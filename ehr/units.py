"""One unit of work: a search, paged to its end, compared with the server's own count, asked for in parts if need be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ehr.client import Client
from ehr.errors import ConnectionLost, RequestRefused, UnitFailed
from ehr.landed_lines import Leftover
from ehr.ledger import Status, UnitRow
from ehr.paging import PageRepeated
from ehr.unit_fetch import Keep, SearchUnit, Tally, TooMany, UnitFetch
from ehr.windows import fetch_in_parts

__all__ = ["SearchUnit", "TooMany", "fetch_unit"]

GONE = 410
NO_COUNT = "the server gives no count to compare with"
TRIES = 2
Cure = Literal["again", "parts"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one try came to, and what may still help (None: nothing)."""

    status: Status
    reason: str | None = None
    cure: Cure | None = None


def fetch_unit(
    client: Client,
    unit: SearchUnit,
    keep: Keep,
    *,
    ingest_id: str = "",
    is_over: Callable[[], bool] = lambda: False,
    leftover: Leftover | None = None,
) -> UnitRow:
    """Make one search and hand its entries, page by page, to `keep`; first what a killed pull had landed of it.

    Fewer resources than the server counts, a page that came before, a page refused in the middle: the search is made
    in parts, each small enough to come whole. A paging state lost by the server, or more than it counts: the search is
    made once more. What is still missing makes the unit `incomplete`; a unit that brought nothing and failed is
    `failed`.

    Raises:
        TooMany: the server counts more than `unit.most`.
        TokenRefused: see `Client.get`.
        ServerUnreachable: the server answers nothing at all any more.
    """
    fetch = UnitFetch(client, unit, keep, is_over, leftover)
    verdict = Verdict("pending", cure="again")
    for attempt in range(1, TRIES + 1):
        verdict = _try(fetch, attempt)
        if verdict.cure == "parts" and fetch_in_parts(fetch):
            verdict = Verdict("complete", "asked for in parts: the server does not give it as a whole")
        if verdict.cure is None:
            break
    return _row(fetch, attempt, verdict, ingest_id)


def _try(fetch: UnitFetch, attempt: int) -> Verdict:
    tally = fetch.tally
    tally.errors.clear()
    try:
        fetch.walk(fetch.unit.pairs, most=fetch.unit.most)
    except UnitFailed as error:
        if isinstance(error, ConnectionLost):
            fetch.client.confirm_alive()
        return Verdict("incomplete" if tally.received else "failed", str(error), _cure(error, tally, attempt))
    return _judge(tally)


def _cure(error: UnitFailed, tally: Tally, attempt: int) -> Cure | None:
    if isinstance(error, RequestRefused) and error.status == GONE and attempt < TRIES:
        return "again"
    if isinstance(error, RequestRefused | PageRepeated) and tally.received:
        return "parts"
    return None


def _judge(tally: Tally) -> Verdict:
    came = tally.ids.count()
    if tally.errors:
        said = ", ".join(sorted(set(tally.errors)))
        return Verdict("incomplete", f"the server says its answer is not whole: {said}")
    if tally.foreign:
        return Verdict("incomplete", f"{tally.foreign} that came are about other patients", "again")
    if tally.server_count is None:
        return Verdict("incomplete", NO_COUNT)
    if tally.server_count in (tally.ids.count_part(), came):
        warned = ", ".join(sorted(set(tally.warnings)))
        return Verdict("complete", f"the server warns: {warned}" if warned else None)
    reason = f"the server counts {tally.server_count}, {came} came"
    return Verdict("incomplete", reason, "parts" if came < tally.server_count else "again")


def _row(fetch: UnitFetch, attempts: int, verdict: Verdict, ingest_id: str) -> UnitRow:
    tally, unit = fetch.tally, fetch.unit
    taken_up = f"{tally.taken_up} landed by a pull that was killed" if tally.taken_up else None
    return UnitRow(
        ingest_id=ingest_id,
        unit=unit.name,
        resource_type=unit.resource_type,
        patient_id=unit.patient_id,
        asked=tally.pages,
        received=tally.received,
        distinct_received=tally.ids.count(),
        server_count=tally.server_count,
        attempts=attempts,
        status=verdict.status,
        reason="; ".join(filter(None, (verdict.reason, taken_up))) or None,
    )
