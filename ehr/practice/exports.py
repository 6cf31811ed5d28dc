"""Bulk export of the practice server: kick-off at three levels, polling, manifest, files, and letting go.

As the specification wants it and servers do it: the kick-off must ask for an asynchronous answer, the job is not done
at the first poll, files are cut after so many lines, deletions come in a file of their own when `_since` is given.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from .answers import FHIR_JSON, Refused
from .capability import RESOURCE_TYPES
from .dates import read_span
from .hospital import Hospital, Record
from .search import Query, find, read_query

NDJSON = "application/fhir+ndjson"
LINES_A_FILE = 1_000
POLLS_BEFORE_DONE = 1
_FILTER_COMMA = re.compile(r",(?=[A-Z][A-Za-z]*\?)")


@dataclass(slots=True)
class Job:
    """One export: its files by number, as (section, type, lines)."""

    request_url: str
    began: datetime
    files: list[tuple[str, str, list[bytes]]] = field(default_factory=list)
    polls: int = 0


@dataclass(slots=True)
class ExportApi:
    """The endpoints of bulk export. `hospital` gives it as it stands now, `admit` turns strangers away."""

    hospital: Callable[[], Hospital]
    admit: Callable[[Request], None]
    secured: bool
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    lines_a_file: int = LINES_A_FILE
    jobs: dict[str, Job] = field(default_factory=dict)
    begun: int = 0

    def routes(self, base: str) -> list[BaseRoute]:
        """Routes that must stand before those of searches and reads."""
        return [
            Route(f"{base}/$export", self.kick_off),
            Route(f"{base}/Patient/$export", self.kick_off),
            Route(f"{base}/Group/{{group_id}}/$export", self.kick_off),
            Route(f"{base}/$export-status/{{job}}", self.poll, methods=["GET", "DELETE"]),
            Route(f"{base}/$export-file/{{job}}/{{number}}", self.file),
        ]

    async def kick_off(self, request: Request) -> Response:
        """Take an order; 202 with the address of its state."""
        self.admit(request)
        if request.headers.get("accept") != FHIR_JSON or "respond-async" not in request.headers.get("prefer", ""):
            raise Refused(400, "invalid", "an export needs Accept application/fhir+json and Prefer respond-async")
        self.begun += 1
        job = Job(str(request.url), self.now())
        job.files = list(self._files(request))
        self.jobs[str(self.begun)] = job
        location = f"{request.url.scheme}://{request.url.netloc}{_root(request)}/$export-status/{self.begun}"
        return Response(status_code=202, headers={"Content-Location": location})

    async def poll(self, request: Request) -> Response:
        """How far a job is; its manifest when it is done. DELETE lets it go."""
        self.admit(request)
        job = self._job(request)
        if request.method == "DELETE":
            del self.jobs[request.path_params["job"]]
            return Response(status_code=202)
        job.polls += 1
        if job.polls <= POLLS_BEFORE_DONE:
            return Response(status_code=202, headers={"Retry-After": "1", "X-Progress": "working"})
        where = f"{request.url.scheme}://{request.url.netloc}{_root(request)}/$export-file/{request.path_params['job']}"
        manifest: dict[str, object] = {
            "transactionTime": job.began.isoformat(timespec="seconds"),
            "request": job.request_url,
            "requiresAccessToken": self.secured,
            "output": [],
            "deleted": [],
            "error": [],
        }
        for number, (section, name, lines) in enumerate(job.files):
            listed = manifest[section]
            assert isinstance(listed, list)  # noqa: S101 - made above
            listed.append({"type": name, "url": f"{where}/{number}", "count": len(lines)})
        return Response(json.dumps(manifest), media_type="application/json")

    async def file(self, request: Request) -> Response:
        """One file of a job, compressed for whoever can read that."""
        self.admit(request)
        job = self._job(request)
        number = request.path_params["number"]
        if not number.isdigit() or int(number) >= len(job.files):
            raise Refused(404, "not-found", "no such file")
        body = b"".join(line + b"\n" for line in job.files[int(number)][2])
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(gzip.compress(body, mtime=0), media_type=NDJSON, headers={"Content-Encoding": "gzip"})
        return Response(body, media_type=NDJSON)

    def _job(self, request: Request) -> Job:
        job = self.jobs.get(request.path_params["job"])
        if job is None:
            raise Refused(404, "not-found", "no such export")
        return job

    def _files(self, request: Request) -> Iterator[tuple[str, str, list[bytes]]]:
        asked = dict(parse_qsl(request.url.query))
        types = asked["_type"].split(",") if "_type" in asked else list(RESOURCE_TYPES)
        if unknown := sorted(set(types) - set(RESOURCE_TYPES)):
            raise Refused(400, "not-supported", f"{unknown[0]} is no type of this server")
        since = read_span(asked["_since"]) if "_since" in asked else None
        hospital = self.hospital()
        filters = read_filters(parse_qsl(request.url.query))
        members = self._members(request, hospital)
        for name in types:
            records = [
                record
                for record in filtered(hospital, name, filters)
                if _is_new(record, since) and _is_of(record, members)
            ]
            for start in range(0, len(records), self.lines_a_file):
                yield "output", name, [record.body for record in records[start : start + self.lines_a_file]]
        if since is not None and (gone := _deleted_since(hospital, types, since[0])):
            yield "deleted", "Bundle", [gone]

    def _members(self, request: Request, hospital: Hospital) -> frozenset[str] | None:
        """Whose data; None for the whole hospital."""
        if "group_id" not in request.path_params:
            everyone = {record.resource_id or "" for record in hospital.by_type.get("Patient", ())}
            return frozenset(everyone) if request.url.path.endswith("/Patient/$export") else None
        group = hospital.current.get(("Group", request.path_params["group_id"]))
        if group is None:
            raise Refused(404, "not-found", "no such Group")
        listed = json.loads(group.body).get("member", [])
        return frozenset(member["entity"]["reference"].rpartition("/")[2] for member in listed)


def read_filters(pairs: Iterable[tuple[str, str]]) -> dict[str, list[Query]]:
    """The searches of `_typeFilter` by type; it may come several times, and each may be a list with commas.

    Raises:
        Refused: a filter that is no search of this server.
    """
    found: dict[str, list[Query]] = {}
    for name, value in pairs:
        for text in _FILTER_COMMA.split(value) if name == "_typeFilter" else ():
            resource_type, _, query = text.partition("?")
            found.setdefault(resource_type, []).append(read_query(resource_type, parse_qsl(query), "generic"))
    return found


def filtered(hospital: Hospital, name: str, filters: Mapping[str, Sequence[Query]]) -> Sequence[Record]:
    """The records of a type that any of its filters finds; all of them where it has none."""
    records = hospital.by_type.get(name, ())
    if name not in filters:
        return records
    kept = {id(record) for query in filters[name] for record in find(hospital, query)}
    return [record for record in records if id(record) in kept]


def _root(request: Request) -> str:
    return "/" + request.url.path.split("/")[1]


def _is_new(record: Record, since: tuple[float, float] | None) -> bool:
    return since is None or record.updated is None or record.updated[0] >= since[0]


def _is_of(record: Record, members: frozenset[str] | None) -> bool:
    if members is None:
        return True
    if record.resource_type == "Patient":
        return record.resource_id in members
    return not members.isdisjoint(record.patient_ids)


def _deleted_since(hospital: Hospital, types: Sequence[str], since: float) -> bytes | None:
    entries = [
        {"request": {"method": "DELETE", "url": f"{key[0]}/{key[1]}"}}
        for key, deleted_at in hospital.deleted.items()
        if key[0] in types and (span := read_span(deleted_at)) is not None and span[0] >= since
    ]
    if not entries:
        return None
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
