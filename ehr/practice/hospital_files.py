"""The files of the practice hospital: where the generator is called from, and what an export holds at an instant."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from .generator import HospitalReceipt, generate
from .groups import ROSTER
from .hospital import DELETIONS, hospital_at, load_hospital

__all__ = ["HospitalReceipt", "generate", "snapshot"]


def snapshot(folder: Path, to: Path, now: datetime) -> Path:
    """Write into a new folder what an export of the hospital would hold at an instant (with zone); returns it.

    Current versions only, one file a type, what was deleted by then in ``deletions.ndjson``, and on the roster whoever
    was registered by then. The answers stay behind.

    Raises:
        FileExistsError: the target is there already.
        FileNotFoundError: there is no hospital in the folder.
    """
    hospital = hospital_at(load_hospital(folder), now)
    to.mkdir(mode=0o700, parents=True)
    for resource_type, records in sorted(hospital.by_type.items()):
        _write(to / f"{resource_type}.ndjson", b"".join(record.body + b"\n" for record in records))
    rows = [
        {"resource_type": key[0], "resource_id": key[1], "deleted_at": deleted_at}
        for key, deleted_at in hospital.deleted.items()
    ]
    _write(to / DELETIONS, "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows).encode())
    if (folder / ROSTER).is_file():
        listed = (folder / ROSTER).read_text(encoding="utf-8").split()
        known = [patient_id for patient_id in listed if ("Patient", patient_id) in hospital.current]
        _write(to / ROSTER, "".join(f"{patient_id}\n" for patient_id in known).encode())
    return to


def _write(path: Path, body: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(body)
