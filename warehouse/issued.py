"""What was issued and decided, from `landing/` into the archive: figures, runs, checks, verdicts, protocols.

These files cannot be computed again, so each is landed before the store has it, and the store is made equal to them.
"""

import json
from pathlib import Path
from typing import Any

from warehouse.connection import Connection, append_rows
from warehouse.ingests import read_json_lines

PUBLISHED = "published"
VERDICTS = "verdicts"
PROTOCOLS = "protocols"
ISSUED_RELATIONS = (
    "published.estimates",
    "published.curves",
    "published.two_by_two",
    "published.table_one",
    "published.effects",
    "published.changes",
    "published.episodes",
    "published.episode_evidence",
    "ops.runs",
    "ops.checks",
)


def issued_file(landing: Path, run_id: str, relation: str) -> Path:
    """Where the rows of one relation of one run are landed."""
    return landing / PUBLISHED / run_id / f"{relation}.jsonl"


def load_issued(archive: Connection, landing: Path) -> None:
    """Make the archive's figures, verdicts and past protocols equal to the landed files; the caller commits.

    Raises:
        LandingDamaged: a line of such a file is no JSON object.
    """
    for relation in ISSUED_RELATIONS:
        paths = sorted((landing / PUBLISHED).glob(f"*/{relation}.jsonl"))
        _replace_rows(archive, relation, [row for path in paths for row in read_json_lines(path)])
    verdicts = [row for path in sorted((landing / VERDICTS).glob("*.jsonl")) for row in read_json_lines(path)]
    _replace_rows(archive, "ops.verdicts", verdicts)
    definitions = [row for path in sorted((landing / PROTOCOLS).glob("*.jsonl")) for row in read_json_lines(path)]
    _replace_rows(archive, "ref.protocols", [row for row in definitions if "protocol_hash" in row])
    _replace_rows(archive, "ref.value_set_releases", [row for row in definitions if "valueset_hash" in row])


def _replace_rows(archive: Connection, relation: str, rows: list[dict[str, Any]]) -> None:
    columns = archive.table(relation).columns
    archive.execute(f"truncate {relation}")
    append_rows(archive, relation, [tuple(_scalar(row.get(name)) for name in columns) for row in rows])


def _scalar(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
