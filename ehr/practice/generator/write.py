"""Put a hospital on disk: one file a resource type, versions oldest first, all at once or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .chart import Resource

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def write_hospital(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files into a new folder beside the target and swap it in.

    Raises:
        FileExistsError: the folder holds something that is not a practice hospital.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "truth.json").exists():
        raise FileExistsError(f"{folder} is not empty and holds no practice hospital: name another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    try:
        for name in sorted(files):
            _write(made / name, files[name])
        made.chmod(FOLDER_MODE)
        if folder.exists():
            folder.replace(old / folder.name)
        made.replace(folder)
    finally:
        # After a failure the hospital that was there comes back and the unfinished one goes.
        if (old / folder.name).exists() and not folder.exists():
            (old / folder.name).replace(folder)
        shutil.rmtree(made, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """NDJSON: one row a line, the text as it will be served."""
    return b"".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for row in rows)


def oldest_first(records: Iterable[Resource]) -> dict[str, list[Resource]]:
    """Resources by type, in the order in which the hospital recorded them."""
    by_type: dict[str, list[Resource]] = {}
    for record in sorted(records, key=_recorded):
        by_type.setdefault(record["resourceType"], []).append(record)
    return by_type


def _recorded(record: Resource) -> tuple[str, str, int]:
    return (record["meta"]["lastUpdated"], record.get("id", ""), int(record["meta"]["versionId"]))


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())
