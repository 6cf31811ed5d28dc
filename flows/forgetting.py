"""Forget a patient: landing, issued rows, verdicts, pages, store. A count and a hash stay, figures are not rewritten.

What is to be done stands in `landing/forgetting.json` until it is done, so that a killed process is no end: the next
command that writes goes on with it first. Every step may be repeated.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ehr.forget import Person, find_person, forget_person
from ehr.forgotten import ForgottenPatient, hash_of, read_forgotten, write_forgotten
from flows.building import STATIONS, build_station, run_key
from flows.checking import SAMPLE_FOLDER
from flows.context import RunContext, now
from flows.errors import CommandRejected
from flows.weeks import newest_run
from reports.redaction import Redactor, redact_weeks
from warehouse import publish_reader, rebuild
from warehouse.ingests import closed_ingests, open_lines, read_json_lines
from warehouse.issued import PUBLISHED, VERDICTS
from warehouse.published import write_rows
from warehouse.store import archive_before_path, reader_path, remove_builds, remove_database

__all__ = ["Forgotten", "finish_forgetting", "forget"]

INTENT = "forgetting.json"
log = logging.getLogger("nadir.steps")


@dataclass(frozen=True)
class Forgotten:
    """What was done, as counts: landed lines over all ingests, issued rows and verdicts, files of issued weeks."""

    lines: int
    issued_rows: int
    verdicts: int
    files: int


def forget(context: RunContext, patient_id: str) -> Forgotten:
    """Forget one patient (and the Patients merged with it). The caller holds the store's lock.

    Raises:
        CommandRejected: nothing in landing/ is about this patient.
        LandingFailed, StoreError, ReportError: the disk refuses; the same command goes on from there.
    """
    finish_forgetting(context)
    landing = context.settings.landing
    person = find_person(landing, patient_id)
    if not person.lines:
        raise CommandRejected("no line of landing/ is about this patient. Nothing was changed; --patient takes the "
                              "server's id of the Patient")  # fmt: skip
    entries = [entry_of(name) for name in sorted(person.ids, key=lambda name: (name != patient_id, name))]
    intent = {
        "ids": sorted(person.ids),
        "resources": sorted(person.resources),
        "local": sorted(local_numbers(landing, person)),
        "mark": entries[0].hash,
        "entries": [asdict(entry) for entry in entries],
    }
    write_rows(landing / INTENT, [{"intent": json.dumps(intent)}])
    done = finish_forgetting(context)
    assert done is not None  # noqa: S101  the intent was just written
    return done


def finish_forgetting(context: RunContext) -> Forgotten | None:
    """Carry out what `forgetting.json` asks for; None where nothing is asked."""
    settings = context.settings
    path = settings.landing / INTENT
    if not path.is_file():
        return None
    log.info("forget starts")
    intent = json.loads(read_json_lines(path)[0]["intent"])
    known = read_forgotten(settings.landing).entries
    new = [ForgottenPatient(**entry) for entry in intent["entries"]]
    listed = {entry.hash for entry in known}
    write_forgotten(settings.landing, [*known, *(entry for entry in new if entry.hash not in listed)])
    person = Person(set(intent["ids"]), {(kind, name) for kind, name in intent["resources"]})
    identifiers = [*person.ids, *(name for _, name in person.resources), *intent["local"]]
    lines = forget_person(settings.landing, person, mark=intent["mark"], step=lambda name: None)
    verdicts = drop_verdicts(settings.landing, person)
    rows = redact_issued(settings.landing, person)
    files = redact_weeks(settings.reports, identifiers)
    for left in settings.home.glob(f"{SAMPLE_FOLDER}*"):
        shutil.rmtree(left, ignore_errors=True)
    renew_store(context)
    entries = read_forgotten(settings.landing).entries
    write_forgotten(settings.landing, [counted(entry, intent["mark"], lines) for entry in entries])
    path.unlink()
    log.info("forget ends: %d lines, %d issued rows, %d verdicts, %d files", lines, rows, verdicts, files)
    return Forgotten(lines, rows, verdicts, files)


def entry_of(patient_id: str) -> ForgottenPatient:
    """The line that stays of a Patient."""
    salt = secrets.token_hex(16)
    return ForgottenPatient(salt, hash_of(salt, patient_id), now().strftime("%Y-%m-%dT%H:%M:%SZ"), 0)


def counted(entry: ForgottenPatient, mark: str, lines: int) -> ForgottenPatient:
    """The entry with its count, if it is the one of `mark`."""
    if entry.hash != mark:
        return entry
    return ForgottenPatient(entry.salt, entry.hash, entry.forgotten_at, lines)


def local_numbers(landing: Path, person: Person) -> set[str]:
    """Identifiers that the landed Patients of a person carry: a page may print one."""
    found: set[str] = set()
    for ingest in closed_ingests(landing):
        for file in ingest.files:
            if file.resource_type == "Patient":
                found |= {value for line in open_lines(file) if person.has(line) for value in identifier_values(line)}
    return found


def identifier_values(line: bytes) -> Iterator[str]:
    """Values of the identifiers of a landed Patient."""
    try:
        identifiers = json.loads(line).get("identifier")
    except ValueError:
        return
    for identifier in identifiers if isinstance(identifiers, list) else ():
        value = identifier.get("value") if isinstance(identifier, dict) else None
        if isinstance(value, str) and value:
            yield value


def drop_verdicts(landing: Path, person: Person) -> int:
    """Take verdicts on the person's episodes out of `landing/verdicts/`: their notes are free text."""
    episodes = {
        row["episode_id"]
        for path in (landing / PUBLISHED).glob("*/published.episodes.jsonl")
        for row in read_json_lines(path)
        if row["patient_id"] in person.ids
    }
    dropped = 0
    for path in sorted((landing / VERDICTS).glob("*.jsonl")):
        rows = read_json_lines(path)
        kept = [row for row in rows if row["episode_id"] not in episodes]
        if len(kept) < len(rows):
            dropped += len(rows) - len(kept)
            write_rows(path, kept)
    return dropped


def redact_issued(landing: Path, person: Person) -> int:
    """Put a word in the place of the person's identifiers in issued rows; how many rows had one."""
    redactor = Redactor([*person.ids, *(name for _, name in person.resources)])
    changed = 0
    for path in sorted((landing / PUBLISHED).glob("*/*.jsonl")):
        rows = read_json_lines(path)
        new = [{name: redacted(redactor, value) for name, value in row.items()} for row in rows]
        differing = sum(before != after for before, after in zip(rows, new, strict=True))
        if differing:
            changed += differing
            write_rows(path, new)
    return changed


def redacted(redactor: Redactor, value: Any) -> Any:  # noqa: ANN401  a cell of an issued row
    """A cell without the person; lists are text in these rows."""
    return redactor.text(value) if isinstance(value, str) else value


def renew_store(context: RunContext) -> None:
    """The archive again from landing/, the newest week's build again for readers, and nothing of before."""
    settings, store = context.settings, context.settings.store
    rebuild(store, settings.landing, threads=settings["store.threads"], memory=settings["store.memory"])
    remove_database(archive_before_path(store))
    remove_builds(store, keep=())
    newest = newest_run(settings.landing, context.protocol.name)
    run = None if newest is None else run_key(context, as_of=newest.as_of, data_date=newest.data_date)
    if newest is None or run is None or run.run_id != newest.run_id:
        # Made by another version or other definitions: readers wait for the next week.
        remove_database(reader_path(store))
        return
    for name in STATIONS:
        build_station(context, run, name)
    publish_reader(store, newest.run_id)
