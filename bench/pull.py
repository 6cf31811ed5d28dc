"""How fast the pull is beside a plain `requests` loop over the same server, in one run; prints a ratio.

Run: python bench/pull.py [--patients N]. The server is the practice server in a process of its own on loopback. Both
sides fetch the same types of the same patients; the plain loop pages one search per type and does nothing else: no
ledger, no count, no landing file. Machines are shared and noisy: only the ratio in one run means anything.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import requests

from ehr.access import ServerAccess
from ehr.plan import PullPlan
from ehr.practice.hospital_files import generate
from ehr.sources import pull

TYPES = ("Patient", "Condition", "Procedure", "Observation", "Encounter", "Specimen", "MedicationAdministration")
ROUNDS = 3


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The practice server in its own process, so that it does not share our interpreter."""
    command = [str(Path(sys.executable).with_name("nadir")), "practice", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield next(word.rstrip(";") for word in process.stdout.readline().split() if word.startswith("http"))
    finally:
        process.terminate()
        process.wait()


def plain_loop(url: str) -> int:
    """Every page of every type with nothing but requests; returns the number of resources."""
    session = requests.Session()
    received = 0
    for name in TYPES:
        page = session.get(f"{url}/{name}", params={"_count": "500"}, timeout=60).json()
        while True:
            received += len(page.get("entry", []))
            following = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
            if following is None:
                break
            page = session.get(following, timeout=60).json()
    return received


def our_pull(url: str, landing: Path) -> int:
    """The same by roster `all`, with ledger and landing files."""
    plan = PullPlan(access=ServerAccess(url=url), roster="all", types=dict.fromkeys(TYPES))
    return pull(plan, landing, clock=lambda: datetime.now(UTC), report=lambda event: None).resources


def main() -> None:
    """Alternate both sides and print resources per second and the ratio of each round."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        hospital = Path(folder) / "hospital"
        generate(hospital)
        with server(hospital) as url:
            for number in range(ROUNDS):
                began = time.perf_counter()
                plain = plain_loop(url)
                middle = time.perf_counter()
                ours = our_pull(url, Path(folder) / f"landing-{number}")
                ended = time.perf_counter()
                rates = plain / (middle - began), ours / (ended - middle)
                print(f"plain {rates[0]:8.0f}/s  nadir {rates[1]:8.0f}/s  ratio {rates[1] / rates[0]:.2f}")


if __name__ == "__main__":
    main()
