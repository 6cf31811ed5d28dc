"""How fast the pull is beside a plain `requests` loop over the same server, in one run, and what memory it takes.

Run: python bench/pull.py [--rows 100000 1000000] [--rounds 3]. Both sides run in processes of their own against a
server in a third one on loopback (bench/pages_server.py). The plain loop pages one search and parses each page; it
keeps no ledger, asks for no count and lands nothing. Machines are shared and noisy: only the ratio in one run means
anything. `--patients` also counts the requests of a pull patient by patient against the practice hospital.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import requests

from ehr.access import ServerAccess
from ehr.client import Client
from ehr.plan import PullPlan
from ehr.practice.hospital_files import generate
from ehr.practice.server import running
from ehr.sources import pull

HERE = Path(__file__).resolve()
PAGE = 500
SIDES = ("plain", "nadir")
TYPES = ("Patient", "Condition", "Procedure", "Observation", "Encounter", "Specimen", "MedicationAdministration")


@contextmanager
def server(rows: int) -> Iterator[str]:
    """The server of pages in its own process."""
    command = [sys.executable, str(HERE.with_name("pages_server.py")), str(rows)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def plain(url: str, folder: Path) -> int:
    """Every page with nothing but requests; returns the number of resources."""
    session = requests.Session()
    received = 0
    following: str | None = f"{url}/Observation?_count={PAGE}"
    while following is not None:
        page = session.get(following, timeout=60).json()
        received += len(page.get("entry", []))
        following = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
    return received


def ours(url: str, folder: Path) -> int:
    """The same by roster `all`, with ledger, count and landing files."""
    plan = PullPlan(access=ServerAccess(url=url, page_size=PAGE), roster="all", types={"Observation": None})
    return pull(plan, folder, clock=lambda: datetime.now(UTC), report=lambda event: None).resources


def measured(side: str, url: str) -> dict[str, float]:
    """One side in a process of its own: resources a second, and its greatest memory in MB."""
    out = subprocess.run([sys.executable, str(HERE), "--side", side, url], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(out.stdout)
    return found


def one_side(side: str, url: str) -> None:
    """Run one side here and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        began, worked = time.perf_counter(), time.process_time()
        received = {"plain": plain, "nadir": ours}[side](url, Path(folder) / "landing")
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"rows": received, "per_second": received / seconds, "cpu_seconds": cpu_seconds, "memory_mb": memory}
    print(json.dumps(found))


def count_requests() -> None:
    """Requests of a pull patient by patient, beside those of one search per type."""
    asked = [0]
    exchange = Client.exchange

    def counted(self: Client, ask: object) -> requests.Response:
        asked[0] += 1
        return exchange(self, ask)  # type: ignore[arg-type]

    Client.exchange = counted  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        hospital = Path(folder) / "hospital"
        generate(hospital)
        with running(hospital) as url:
            for roster in ("patients", "all"):
                asked[0] = 0
                plan = PullPlan(
                    access=ServerAccess(url=url),
                    roster=roster,
                    roster_file=hospital / "roster.txt",
                    types=dict.fromkeys(TYPES),
                )
                receipt = pull(plan, Path(folder) / roster, clock=lambda: datetime.now(UTC))
                each = "" if receipt.patients is None else f", {asked[0] / receipt.patients:.1f} a patient"
                print(f"roster {roster:<9} {asked[0]:6} requests for {receipt.resources} resources{each}")


def one_round(url: str, rows: int, first: str) -> float:
    """Both sides once, told; the ratio of their speeds. Who goes first alternates, because machines slow down."""
    order = sorted(SIDES, key=lambda side: side != first)
    found = {side: measured(side, url) for side in order}
    assert {side["rows"] for side in found.values()} == {rows}
    ratio = found["nadir"]["per_second"] / found["plain"]["per_second"]
    told = ", ".join(
        f"{side} {found[side]['per_second']:7.0f}/s {found[side]['cpu_seconds']:6.2f} s CPU "
        f"{found[side]['memory_mb']:4.0f} MB"
        for side in SIDES
    )
    print(f"{rows:9} rows: {told}, ratio {ratio:.2f}", flush=True)
    return ratio


def main() -> None:
    """Alternate both sides and print resources per second, CPU time, memory and the ratio of each round."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rows", type=int, nargs="+", default=[100_000])
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--patients", action="store_true")
    words.add_argument("--side", nargs=2)
    arguments = words.parse_args()
    if arguments.side:
        one_side(*arguments.side)
        return
    for rows in arguments.rows:
        with server(rows) as url:
            ratios = [one_round(url, rows, first) for first in islice(cycle(SIDES), arguments.rounds)]
        print(f"{rows:9} rows: median ratio {median(ratios):.2f}", flush=True)
    if arguments.patients:
        count_requests()


if __name__ == "__main__":
    main()
