"""How fast landed lines become an archive, beside fhir.resources alone on the same lines, in one run; prints a ratio.

Run: python bench/load.py. The lines are those of the practice hospital. `fhir.resources` alone validates each line
once; ours parses, rejects, judges, stores and accounts for each line, and then makes every view of `stage`. What counts
is processor time over all threads, which other programs on the machine disturb less; only the ratio in one run means
anything.
"""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import orjson
from pydantic import ValidationError

from ehr.plan import PullPlan
from ehr.practice.hospital_files import generate
from ehr.sources import pull
from warehouse import load_landing
from warehouse.connection import attach_archive, opened
from warehouse.relations import run_sql
from warehouse.stage_views import store_stage
from warehouse.store import archive_path

ROUNDS = 3


def judge_alone(folder: Path) -> int:
    """Validate each line with the R4B model of its type; returns the number of lines."""
    lines = 0
    for file in sorted(folder.glob("[A-Z]*.ndjson")):
        model = getattr(import_module(f"fhir.resources.R4B.{file.stem.lower()}"), file.stem)
        for line in file.read_bytes().splitlines():
            lines += 1
            try:
                model.model_validate(orjson.loads(line))
            except ValidationError:
                continue
    return lines


def flatten(store: Path) -> None:
    """Make the relations of `stage` from all that the archive has."""
    with opened() as connection:
        attach_archive(connection, archive_path(store))
        for schema in ("ref", "stage"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table ref.run as select max(known_from) as as_of from archive.raw.resource_versions")
        run_sql(connection, "stage.resources")
        store_stage(connection)


def main() -> None:
    """Alternate both sides and print lines per second of processor time, the ratios, and the peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        hospital = Path(folder) / "hospital"
        generate(hospital)
        for number in range(ROUNDS):
            home = Path(folder) / str(number)
            plan = PullPlan(source="folder", folder=hospital)
            pull(plan, home / "landing", clock=lambda: datetime.now(UTC), report=lambda event: None)
            began = time.process_time()
            alone = judge_alone(hospital)
            middle = time.process_time()
            ours = load_landing(home / "store", home / "landing").lines.lines
            loaded = time.process_time()
            flatten(home / "store")
            ended = time.process_time()
            rates = alone / (middle - began), ours / (loaded - middle), ours / (ended - middle)
            print(
                f"fhir.resources {rates[0]:7.0f}/s  load {rates[1]:7.0f}/s ({rates[1] / rates[0]:.2f} times)  "
                f"load and flatten {rates[2]:7.0f}/s ({rates[2] / rates[0]:.2f} times)"
            )
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
