"""Figures as issued: first a file in `landing/`, which is the backup, then the archive."""

import json
import math
import os
from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pandas

from warehouse.connection import disk_errors, transaction
from warehouse.errors import RelationUnknown, StoreUnreadable
from warehouse.issued import ISSUED_RELATIONS, PROTOCOLS, PUBLISHED, issued_file, load_issued
from warehouse.run_key import RunKey
from warehouse.schema import open_archive
from warehouse.store import archive_path, replace_file

Json = str | int | float | bool | None

_SIGNIFICANT_DIGITS = 12


def append_published(store: Path, landing: Path, run_id: str, frames: Mapping[str, pandas.DataFrame]) -> dict[str, int]:
    """Land the rows of a run by relation (`published.estimates`, `ops.checks`, ...), then make the archive have them.

    Returns the number of rows per relation. A column `run_id` is added; floats are landed with 12 significant digits.
    Idempotent: the same run again replaces its own rows. The caller holds the lock.

    Raises:
        RelationUnknown: a relation that is not issued, or a column that the relation does not have.
        StoreUnreadable: the disk refuses.
    """
    unknown = sorted(set(frames) - set(ISSUED_RELATIONS))
    if unknown:
        raise RelationUnknown(f"{', '.join(unknown)} cannot be issued; expected {', '.join(ISSUED_RELATIONS)}.")
    path = archive_path(store)
    with disk_errors(path, "What was issued before is kept."), closing(open_archive(path)) as archive:
        for relation, frame in frames.items():
            _check_columns(relation, list(frame.columns), archive.table(relation).columns)
            write_rows(issued_file(landing, run_id, relation), _rows(frame, run_id))
        with transaction(archive):
            load_issued(archive, landing)
    return {relation: len(frame) for relation, frame in frames.items()}


def replace_issued(store: Path, landing: Path, run_id: str, files: Mapping[str, bytes]) -> None:
    """Put landed files of a run back as they were issued, and make the archive have them. The caller holds the lock.

    Raises:
        StoreUnreadable: the disk refuses.
    """
    path = archive_path(store)
    with disk_errors(path, "What was issued before is kept."), closing(open_archive(path)) as archive:
        for name, content in files.items():
            target = landing / PUBLISHED / run_id / name
            temporary = target.with_name(name + ".tmp")
            with open(temporary, "wb", opener=_owner_only) as file:
                file.write(content)
            replace_file(temporary, target)
        with transaction(archive):
            load_issued(archive, landing)


def land_definitions(landing: Path, run: RunKey) -> None:
    """Land the protocol and the value sets of a run by their hashes, so that a past run can be read and built again."""
    protocol: dict[str, Json] = {
        "protocol_hash": run.protocol.hash,
        "protocol": run.protocol.name,
        "content": json.dumps(run.protocol.model_dump(mode="json"), sort_keys=True, ensure_ascii=False),
    }
    write_rows(landing / PROTOCOLS / f"protocol-{run.protocol.hash}.jsonl", [protocol])
    tables: list[dict[str, Json]] = [
        {
            "valueset_hash": run.value_sets.hash,
            "table_name": name,
            "content": json.dumps(table.records(), default=str, ensure_ascii=False),
        }
        for name, table in sorted(run.value_sets.tables.items())
    ]
    write_rows(landing / PROTOCOLS / f"valuesets-{run.value_sets.hash}.jsonl", tables)


def write_rows(path: Path, rows: list[dict[str, Json]]) -> None:
    """Write JSON lines as a whole, owner only; the file of before stays until the new one is on the disk.

    Raises:
        StoreUnreadable: the disk refuses; the message has the path.
    """
    text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    temporary = path.with_name(path.name + ".tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(temporary, "w", encoding="utf-8", opener=_owner_only) as file:
            file.write(text)
        replace_file(temporary, path)
    except OSError as error:
        raise StoreUnreadable(
            f"{path} cannot be written ({error.strerror}). What was issued before is kept."
        ) from error


def plain(value: object) -> Json:
    """A cell as JSON: NaN, NaT and NA are null, floats have 12 significant digits, dates and decimals are text.

    >>> plain(2 / 7), plain(float("nan")), plain(date(2020, 1, 5))
    (0.285714285714, None, '2020-01-05')
    """
    item = value.item() if hasattr(value, "item") else value
    if item is None or item is pandas.NaT or item is pandas.NA:
        return None
    if isinstance(item, float):
        return float(f"{item:.{_SIGNIFICANT_DIGITS}g}") if math.isfinite(item) else None
    if isinstance(item, datetime | date):
        return item.isoformat()
    return item if isinstance(item, str | int | bool) else str(item)


def _rows(frame: pandas.DataFrame, run_id: str) -> list[dict[str, Json]]:
    columns = [str(name) for name in frame.columns]
    return [
        {**dict(zip(columns, (plain(value) for value in row), strict=True)), "run_id": run_id}
        for row in frame.astype("object").itertuples(index=False, name=None)
    ]


def _check_columns(relation: str, found: list[str], expected: list[str]) -> None:
    unknown = sorted(set(found) - set(expected))
    if unknown:
        raise RelationUnknown(f"{relation} has no column {', '.join(unknown)}; it has {', '.join(expected)}.")


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
