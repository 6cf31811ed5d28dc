"""What a source has given and not taken back: ids by type and patient, as its landed files say.

A server that tells nothing of its deletions is compared with this. Each pull from such a server leaves the ids beside
its manifest, so that the next one need not read everything that was ever landed.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from ehr.forgotten import owner_of
from ehr.manifest import HELD, MANIFEST, closed_manifests

SEPARATOR = "\n"
LEVEL = 1
Unit = tuple[str, str | None]
"""A type and the patient its resources are about; None: they name nobody."""


@dataclass(slots=True)
class Held:
    """Ids by type and patient. They lie as one text each: sets of a million short texts take ten times the room."""

    texts: dict[Unit, str] = field(default_factory=dict)

    def ids(self, resource_type: str, patient_id: str | None) -> set[str]:
        """What is held of one patient and type; empty where nothing is."""
        text = self.texts.get((resource_type, patient_id))
        return set(text.split(SEPARATOR)) if text else set()

    def put(self, resource_type: str, patient_id: str | None, ids: Iterable[str]) -> None:
        """Say anew what is held of one patient and type."""
        text = SEPARATOR.join(sorted(ids))
        if text:
            self.texts[resource_type, patient_id] = text
        else:
            self.texts.pop((resource_type, patient_id), None)

    def drop(self, resource_type: str, patient_id: str | None, ids: set[str]) -> None:
        """Hold these no longer."""
        held = self.ids(resource_type, patient_id)
        if held & ids:
            self.put(resource_type, patient_id, held - ids)

    def of_all(self, resource_type: str) -> set[str]:
        """All ids of a type, whoever they are about."""
        return set().union(*(self.ids(resource_type, owner) for owner in self.owners(resource_type)))

    def owner(self, resource_type: str, resource_id: str) -> str | None:
        """Whom a resource is about; None where nobody is named."""
        owners = self.owners(resource_type)
        return next((owner for owner in owners if resource_id in self.ids(resource_type, owner)), None)

    def owners(self, resource_type: str) -> list[str | None]:
        """Whose resources of a type are held."""
        return sorted((owner for name, owner in self.texts if name == resource_type), key=str)

    def types(self) -> list[str]:
        """The types of which anything is held."""
        return sorted({name for name, _ in self.texts})

    def as_bytes(self) -> bytes:
        """The file of an ingest: a line for each patient and type."""
        rows = sorted(self.texts.items(), key=lambda item: (item[0][0], str(item[0][1])))
        lines = [orjson.dumps({"type": name, "patient": owner, "ids": text}) for (name, owner), text in rows]
        return gzip.compress(b"\n".join(lines), LEVEL, mtime=0)


def read_held(landing_root: Path, server: str | None) -> Held:
    """What is held from a server: what its newest ingest left, and what ingests since then landed and took back."""
    later: list[Path] = []
    held = Held()
    for manifest in reversed(closed_manifests(landing_root)):
        state = manifest.state()
        if server is None or state is None or state.get("server") != server:
            continue
        if (manifest.folder / HELD).is_file():
            held = read_file(manifest.folder / HELD)
            break
        later.append(manifest.folder)
    contents = [(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8"))) for folder in reversed(later)]
    for name in sorted({str(entry["resource_type"]) for _, content in contents for entry in content["files"]}):
        _go_on(held, name, contents)
    return held


def read_file(path: Path) -> Held:
    """One file of held ids."""
    rows = map(orjson.loads, filter(None, gzip.decompress(path.read_bytes()).split(b"\n")))
    return Held({(row["type"], row["patient"]): row["ids"] for row in rows})


def _go_on(held: Held, resource_type: str, contents: list[tuple[Path, dict[str, Any]]]) -> None:
    """Bring the ids of one type up to date; who is named last is whom a resource is about."""
    before = held.owners(resource_type)
    owners = {name: owner for owner in before for name in held.ids(resource_type, owner)}
    for folder, content in contents:
        for entry in content["files"]:
            if entry["resource_type"] == resource_type:
                owners.update(_landed(folder / entry["name"], resource_type))
        for row in content["deletions"]:
            if row["resource_type"] == resource_type:
                owners.pop(row["resource_id"], None)
    grouped: dict[str | None, list[str]] = {owner: [] for owner in before}
    for name, owner in owners.items():
        grouped.setdefault(owner, []).append(name)
    for owner, names in grouped.items():
        held.put(resource_type, owner, names)


def _landed(path: Path, resource_type: str) -> Iterator[tuple[str, str | None]]:
    with gzip.open(path, "rb") as lines:
        for line in lines:
            try:
                resource = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            name = resource.get("id") if isinstance(resource, dict) else None
            if isinstance(name, str) and resource.get("resourceType") == resource_type:
                yield name, owner_of(resource)
