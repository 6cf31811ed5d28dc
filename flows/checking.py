"""What `nadir config check` finds out: the server's answers, how far the code lists reach, how fast landing/ grows."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ehr.errors import PullStopped
from ehr.plan import PullPlan
from ehr.probe import ServerProbe, probe_server
from ehr.sources import pull
from flows.building import run_key
from flows.context import RunContext, iso_week, now
from flows.pulling import plan_pull
from flows.settings import Settings
from mappings.site_lines import site_line
from warehouse import Vocabulary, vocabulary_of_landing, vocabulary_of_readers
from warehouse.ingests import closed_ingests

__all__ = ["MOST_CODES", "growth", "server_facts", "unknown_systems", "vocabulary_facts", "vocabulary_now"]

MOST_CODES = 20
WEEKS_SHOWN = 4
SAMPLE_FOLDER = ".check-"


def server_facts(context: RunContext, *, sample: int) -> tuple[dict[str, Any], Vocabulary | None]:
    """What the server answers, and how far the code lists reach over some of its patients; nothing is kept of them.

    The second is None where there is no patient to look at.

    Raises:
        PullStopped: nobody answers, the token is refused, the roster file cannot be read.
    """
    plan = plan_pull(context, full=True)
    probe = probe_server(plan, sample=sample)
    facts: dict[str, Any] = {
        "host": probe.host,
        "fhir_version": probe.fhir_version,
        "software": probe.software,
        "roster": context.settings["server.roster"],
        "roster_patients": probe.roster,
        "roster_faults": list(probe.roster_faults),
        "types": [asdict(row) for row in probe.types],
        "is_sound": probe.is_sound,
        "sampled_patients": len(probe.sample),
    }
    if not probe.sample:
        return facts, None
    try:
        return facts, sampled(context, plan, probe)
    except PullStopped as stop:
        # A server that only exports is no fault, and what it said of itself is worth printing.
        facts["sample_refusal"] = str(stop)
        return facts, None


def sampled(context: RunContext, plan: PullPlan, probe: ServerProbe) -> Vocabulary:
    """Pull a few patients as a run would, into a folder that is gone afterwards, and look at their codes."""
    with passing_folder(context.settings.home) as folder:
        names = folder / "roster.txt"
        names.write_text("\n".join(probe.sample) + "\n", encoding="utf-8")
        few = replace(plan, source="search", roster="patients", roster_file=names)
        got = pull(few, folder / "landing", clock=now, report=lambda event: None)
        run = run_key(context, as_of=got.landed_at, data_date=got.landed_at.astimezone(context.settings.zone).date())
        return vocabulary_of_landing(folder / "store", folder / "landing", run)


@contextmanager
def passing_folder(home: Path) -> Iterator[Path]:
    """A folder inside the home, its owner's only, that is gone afterwards; what a killed check left goes first."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in home.glob(f"{SAMPLE_FOLDER}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=SAMPLE_FOLDER, dir=home) as name:
        yield Path(name)


def vocabulary_now(context: RunContext) -> Vocabulary | None:
    """How far the code lists reach over the newest issued week's data; None before the first week."""
    return vocabulary_of_readers(context.settings.store)


def vocabulary_facts(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """By type and element: share known, and the commonest unknown codes with the line that a site would add."""
    return [
        {
            "resource_type": row.resource_type,
            "element": row.element,
            "resources": row.resources,
            "known": row.known,
            "unknown_codes": [
                {
                    "system": code.system,
                    "code": code.code,
                    "resources": code.resources,
                    "site_line": None if line is None else asdict(line),
                }
                for code in unknown_of(vocabulary, row.resource_type, row.element)
                for line in [site_line(code.resource_type, code.element, code.system, code.code)]
            ],
        }
        for row in vocabulary.coverage
    ]


def unknown_of(vocabulary: Vocabulary, resource_type: str, element: str) -> list[Any]:
    """The commonest unknown codes of one place."""
    found = [code for code in vocabulary.unknown if (code.resource_type, code.element) == (resource_type, element)]
    return found[:MOST_CODES]


def unknown_systems(context: RunContext) -> list[dict[str, Any]]:
    """Code systems in the site's own tables that `code_systems` does not have: a misspelt one never matches."""
    folder = context.settings["site.valuesets"]
    if folder is None:
        return []
    systems = {str(row["system"]) for row in context.value_sets["code_systems"].records()}
    found = []
    for path in sorted(Path(folder).glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = Counter(row["system"] for row in csv.DictReader(lines) if row.get("system"))
        found += [
            {"file": path.name, "system": system, "rows": count}
            for system, count in sorted(rows.items())
            if system not in systems
        ]
    return found


def growth(settings: Settings) -> list[dict[str, Any]]:
    """Bytes that the newest weeks added to landing/, oldest first: week, ingests, bytes."""
    weeks: dict[str, list[int]] = {}
    for ingest in closed_ingests(settings.landing):
        week = iso_week(datetime.fromisoformat(ingest.landed_at).astimezone(settings.zone).date())
        weeks.setdefault(week, []).append(sum(path.stat().st_size for path in ingest.folder.iterdir()))
    rows = [{"week": week, "ingests": len(sizes), "bytes": sum(sizes)} for week, sizes in sorted(weeks.items())]
    return rows[-WEEKS_SHOWN:]
