"""Take one person out of `landing/`: every line about them, from every ingest, and who they were from the ledgers.

An ingest is changed by one rename: the files without the lines are written under new names, then the manifest that
names them replaces the old one, then the old files go. A process killed anywhere leaves each ingest as before or as
after, and what it left lying about goes when the same is asked again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ehr.forgotten import owner_of, parsed
from ehr.held import read_file
from ehr.landed_files import GZIP_LEVEL, open_private, replace_file, sync_and_close, sync_folder
from ehr.landing import UNFINISHED, writing
from ehr.manifest import HELD, LEDGER, MANIFEST, STATE, as_json, closed_manifests

__all__ = ["Person", "find_person", "forget_person"]

Key = tuple[str, str]
_REFERENCE = re.compile(rb'"reference"\s*:\s*"(?:[^"]*/)?([A-Za-z]+)/([A-Za-z0-9.-]+)')


@dataclass(slots=True)
class Person:
    """One person: the ids of their Patients (several after a merge) and the resources that are about them."""

    ids: set[str]
    resources: set[Key] = field(default_factory=set)
    lines: int = 0

    def has(self, line: bytes) -> bool:
        """Whether a landed line is about this person."""
        if not any(name.encode() in line for name in self.ids) and not self._points_here(line):
            return False
        resource = parsed(line)
        if resource is None:
            return any(name.encode() in line for name in self.ids)
        owner = owner_of(resource)
        return owner in self.ids if owner is not None else _key(resource) in self.resources

    def _points_here(self, line: bytes) -> bool:
        return any((kind.decode(), name.decode()) in self.resources for kind, name in _REFERENCE.findall(line))


def find_person(landing_root: Path, patient_id: str) -> Person:
    """Everything in the closed ingests that is about the person of a Patient; `lines` 0 when nothing is.

    A Patient that was merged into another, or from which another was merged, is the same person. What names no patient
    and points to one of their resources is theirs (an isolate of their specimen).

    Raises:
        LandingFailed: a manifest cannot be read.
    """
    person = Person({patient_id})
    while _add_links(landing_root, person):
        pass
    while True:
        known = len(person.resources)
        person.lines = 0
        for line in _all_lines(landing_root):
            _take(person, line)
        if len(person.resources) == known:
            return person


def forget_person(landing_root: Path, person: Person, *, mark: str, step: Callable[[str], None]) -> int:
    """Take a person out of every ingest; how many lines went over all tries. The caller holds the store's lock.

    `mark` is the hash under which the manifest counts the lines; `step` is told the name of each ingest that is done.

    Raises:
        LandingFailed: the disk refuses; what was done before is whole, asking again goes on.
    """
    with writing(landing_root):
        shutil.rmtree(landing_root / UNFINISHED, ignore_errors=True)
        gone = 0
        for manifest in closed_manifests(landing_root):
            gone += _forget_in(manifest.folder, person, mark)
            step(manifest.folder.name)
        _drop_open_ingests(landing_root)
        return gone


def _forget_in(folder: Path, person: Person, mark: str) -> int:
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    _rewrite_ledger(folder, person)
    _rewrite_state(folder, person)
    _rewrite_held(folder, person)
    files = [_rewritten(folder, entry, person) for entry in content["files"]]
    lines = sum(entry["lines"] for entry in content["files"]) - sum(entry["lines"] for entry in files)
    deletions = [
        row for row in content["deletions"] if (row["resource_type"], row["resource_id"]) not in person.resources
    ]
    if lines or len(deletions) < len(content["deletions"]):
        counted = content.get("forgotten", {})
        counted[mark] = counted.get(mark, 0) + lines
        files = [entry for entry in files if entry["lines"]]
        replace_file(
            folder / MANIFEST, as_json(content | {"files": files, "deletions": deletions, "forgotten": counted})
        )
        content["forgotten"] = counted
    named = {entry["name"] for entry in files}
    for path in folder.iterdir():
        if path.name not in named and (".ndjson.gz" in path.name or path.suffix in (".part", ".tmp")):
            path.unlink()
    sync_folder(folder)
    return int(content.get("forgotten", {}).get(mark, 0))


def _rewritten(folder: Path, entry: dict[str, Any], person: Person) -> dict[str, Any]:
    path = folder / entry["name"]
    if not any(person.has(line) for line in _lines(path)):
        return entry
    stem, _, number = entry["name"].removesuffix(".ndjson.gz").partition(".")
    name = f"{stem}.{int(number or 0) + 1}.ndjson.gz"
    kept = 0
    raw = open_private(folder / name)
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=GZIP_LEVEL, mtime=0) as zipped:
        for line in _lines(path):
            if not person.has(line):
                zipped.write(line + b"\n")
                kept += 1
    sync_and_close(raw)
    return entry | {"name": name, "lines": kept, "sha256": _sha256(folder / name)}


def _rewrite_ledger(folder: Path, person: Person) -> None:
    path = folder / LEDGER
    if not path.is_file():
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if json.loads(line).get("patient_id") not in person.ids]
    if len(kept) < len(lines):
        replace_file(path, "".join(f"{line}\n" for line in kept).encode())


def _rewrite_state(folder: Path, person: Person) -> None:
    path = folder / STATE
    state = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    if not isinstance(state, dict):
        return
    patients = {name: known for name, known in state.get("patients", {}).items() if name not in person.ids}
    unresolved = {
        kind: [name for name in names if (kind, name) not in person.resources]
        for kind, names in state.get("unresolved", {}).items()
    }
    left_open = [unit for unit in state.get("open", []) if unit[2] not in person.ids]
    merged = {name: others for name, others in state.get("merged", {}).items() if name not in person.ids}
    changed = {"patients": patients, "unresolved": unresolved, "open": left_open, "merged": merged}
    if any(changed[name] != state.get(name, type(changed[name])()) for name in changed):
        replace_file(path, as_json(state | changed))


def _rewrite_held(folder: Path, person: Person) -> None:
    path = folder / HELD
    if not path.is_file():
        return
    held = read_file(path)
    before = dict(held.texts)
    for name, owner in before:
        ids = {resource_id for kind, resource_id in person.resources if kind == name}
        held.put(name, owner, () if owner in person.ids else held.ids(name, owner) - ids)
    if held.texts != before:
        replace_file(path, held.as_bytes())


def _drop_open_ingests(landing_root: Path) -> None:
    """The leftovers of killed pulls: they never counted, and may hold anybody."""
    closed = {manifest.folder for manifest in closed_manifests(landing_root)}
    for manifest in landing_root.glob(f"*/{MANIFEST}"):
        if manifest.parent not in closed:
            shutil.rmtree(manifest.parent)


def _add_links(landing_root: Path, person: Person) -> bool:
    """Take in the Patients that are linked with those known; whether there was a new one."""
    before = len(person.ids)
    for line in _all_lines(landing_root, only="Patient"):
        resource = parsed(line)
        links = resource.get("link") if resource else None
        if resource is None or not isinstance(links, list):
            continue
        linked = {_linked(link) for link in links} - {None}
        if resource.get("id") in person.ids or linked & person.ids:
            person.ids |= {str(name) for name in (*linked, resource.get("id"))}
    return len(person.ids) > before


def _linked(link: object) -> str | None:
    other = link.get("other") if isinstance(link, dict) else None
    text = other.get("reference") if isinstance(other, dict) else None
    return text.partition("Patient/")[2].split("/")[0] if isinstance(text, str) and "Patient/" in text else None


def _take(person: Person, line: bytes) -> None:
    resource = parsed(line) if any(name.encode() in line for name in person.ids) or person._points_here(line) else None
    if resource is not None:
        owner = owner_of(resource)
        key = _key(resource)
        if key is not None and (owner in person.ids or (owner is None and person._points_here(line))):
            person.resources.add(key)
    person.lines += person.has(line)


def _all_lines(landing_root: Path, *, only: str | None = None) -> Iterator[bytes]:
    for manifest in closed_manifests(landing_root):
        content = json.loads((manifest.folder / MANIFEST).read_text(encoding="utf-8"))
        for entry in content["files"]:
            if only in (None, entry["resource_type"]):
                yield from _lines(manifest.folder / entry["name"])


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as lines:
        for line in lines:
            yield line.rstrip(b"\n")


def _key(resource: dict[str, Any]) -> Key | None:
    kind, name = resource.get("resourceType"), resource.get("id")
    return (kind, name) if isinstance(kind, str) and isinstance(name, str) else None


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
