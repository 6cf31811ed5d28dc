"""The FHIR R4 interface of a practice hospital, as a FastAPI application."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from .answers import Refused, answer, outcome
from .capability import RESOURCE_TYPES, capability_statement
from .clock import HospitalClock
from .exports import ExportApi
from .groups import add_group
from .hospital import Hospital, hospital_at
from .pages import History, Pages
from .search import read_count, read_query
from .tokens import ALGORITHMS, OneToken, TokenDenied, TokenDoor

Profile = Literal["generic", "us-core"]
Endpoint = Callable[[Request], Awaitable[Response]]
Door = OneToken | TokenDoor
BASE_PATH = "/fhir"
TOKEN_PATH = "/auth/token"  # noqa: S105 - an address


@dataclass(slots=True)
class PracticeApi:
    """The endpoints over one hospital, as it stands at its clock; without a clock, as it ended."""

    archive: Hospital
    door: Door
    profile: Profile
    clock: HospitalClock | None = None
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    roster: Sequence[str] = ()
    seen_at: datetime | None = None
    seen: Pages | None = None

    @property
    def pages(self) -> Pages:
        """The pages of the hospital at this instant; made anew when its clock was moved, with the same link key."""
        now = self.clock.now if self.clock else None
        if self.seen is None or now != self.seen_at:
            hospital = hospital_at(self.archive, now) if now else self.archive
            self.seen, self.seen_at = Pages(add_group(hospital, self.roster), self.key), now
        return self.seen

    @property
    def clock_now(self) -> datetime:
        """The hospital's time, or the machine's where it has no clock of its own."""
        return self.clock.now if self.clock else datetime.now(UTC)

    @property
    def hospital(self) -> Hospital:
        """What the hospital knows at this instant."""
        return self.pages.hospital

    async def metadata(self, request: Request) -> Response:
        """CapabilityStatement; open to everyone, so that a client can learn how to log in."""
        return answer(json.dumps(capability_statement(self.profile, secured=self.secured)).encode())

    async def page(self, request: Request) -> Response:
        """The page behind a `next` link."""
        self.admit(request)
        seal = request.query_params.get("_page")
        if seal is None:
            raise Refused(404, "not-found", "nothing stands at this address")
        longest = request.scope.get("longest_search")
        return answer(self.pages.next_page(seal, base=_base(request), self_url=str(request.url), longest=longest))

    async def search(self, request: Request) -> Response:
        """Search a type, by GET or by POST `_search` with a form in the body."""
        self.admit(request)
        pairs = parse_qsl(request.url.query, keep_blank_values=True)
        if request.method == "POST":
            pairs += parse_qsl((await request.body()).decode(), keep_blank_values=True)
        query = read_query(_resource_type(request), pairs, self.profile)
        longest = request.scope.get("longest_search")
        return answer(self.pages.search_page(query, base=_base(request), self_url=str(request.url), longest=longest))

    async def read(self, request: Request) -> Response:
        """The current version of one resource; 410 when it was deleted."""
        self.admit(request)
        key = (_resource_type(request), request.path_params["resource_id"])
        if key in self.hospital.deleted:
            raise Refused(410, "deleted", f"this {key[0]} was deleted")
        record = self.hospital.current.get(key)
        if record is None:
            raise Refused(404, "not-found", f"no such {key[0]}")
        return answer(record.body, headers={"ETag": f'W/"{record.version_id}"'})

    async def vread(self, request: Request) -> Response:
        """One version of one resource."""
        self.admit(request)
        key = (_resource_type(request), request.path_params["resource_id"])
        for version in self.hospital.versions.get(key, ()):
            if version.version_id == request.path_params["version_id"]:
                return answer(version.body, headers={"ETag": f'W/"{version.version_id}"'})
        raise Refused(404, "not-found", f"no such version of this {key[0]}")

    async def instance_history(self, request: Request) -> Response:
        """All versions of one resource, newest first."""
        self.admit(request)
        key = (_resource_type(request), request.path_params["resource_id"])
        if key not in self.hospital.versions:
            raise Refused(404, "not-found", f"no such {key[0]}")
        versions = self.hospital.versions[key]
        return answer(self.pages.instance_history(versions, base=_base(request), self_url=str(request.url)))

    async def type_history(self, request: Request) -> Response:
        """What happened to a type since an instant, deletions among it; not offered by the us-core profile."""
        self.admit(request)
        resource_type = _resource_type(request)
        if self.profile == "us-core":
            raise Refused(400, "not-supported", "this server keeps no history of a type")
        history = History(resource_type, request.query_params.get("_since"), read_count(dict(request.query_params)))
        return answer(self.pages.history_page(history, base=_base(request), self_url=str(request.url)))

    async def smart_configuration(self, request: Request) -> Response:
        """Where tokens are to be had; open to everyone, 404 where none are given out."""
        if not isinstance(self.door, TokenDoor):
            raise Refused(404, "not-found", "this server gives out no tokens")
        content = {
            "token_endpoint": _token_url(request),
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
            "scopes_supported": ["system/*.rs", "system/*.read"],
            "capabilities": ["client-confidential-asymmetric"],
        }
        return Response(json.dumps(content), media_type="application/json")

    async def token(self, request: Request) -> Response:
        """A token for a good assertion."""
        if not isinstance(self.door, TokenDoor):
            raise Refused(404, "not-found", "this server gives out no tokens")
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        try:
            content = self.door.grant(form, _token_url(request))
        except TokenDenied as denied:
            content = {"error": denied.code, "error_description": denied.text}
            return Response(json.dumps(content), status_code=400, media_type="application/json")
        return Response(json.dumps(content), media_type="application/json", headers={"Cache-Control": "no-store"})

    @property
    def secured(self) -> bool:
        """Whether anyone is turned away."""
        return not self.door.admits("")

    def admit(self, request: Request) -> None:
        """Turn away who has no good token.

        Raises:
            Refused: 401.
        """
        if not self.door.admits(request.headers.get("authorization", "")):
            challenge = {"WWW-Authenticate": 'Bearer realm="practice hospital"'}
            raise Refused(401, "login", "this server needs a bearer token", challenge)


def make_app(
    hospital: Hospital, *, door: Door, profile: Profile, clock: HospitalClock | None, roster: Sequence[str] = ()
) -> FastAPI:
    """The application that serves a hospital under ``/fhir``, at the time of its clock; `roster` becomes a Group."""
    api = PracticeApi(hospital, door, profile, clock, roster=roster)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, routes=_routes(api))
    app.add_exception_handler(Refused, _refuse)
    return app


def _routes(api: PracticeApi) -> list[BaseRoute]:
    export = ExportApi(lambda: api.hospital, api.admit, api.secured, lambda: api.clock_now)
    return [
        Route(f"{BASE_PATH}/metadata", api.metadata),
        Route(f"{BASE_PATH}/.well-known/smart-configuration", api.smart_configuration),
        Route(TOKEN_PATH, api.token, methods=["POST"]),
        *export.routes(BASE_PATH),
        Route(BASE_PATH, api.page),
        Route(f"{BASE_PATH}/{{resource_type}}/_search", api.search, methods=["POST"]),
        Route(f"{BASE_PATH}/{{resource_type}}/_history", api.type_history),
        Route(f"{BASE_PATH}/{{resource_type}}/{{resource_id}}/_history/{{version_id}}", api.vread),
        Route(f"{BASE_PATH}/{{resource_type}}/{{resource_id}}/_history", api.instance_history),
        Route(f"{BASE_PATH}/{{resource_type}}/{{resource_id}}", api.read),
        Route(f"{BASE_PATH}/{{resource_type}}", api.search),
        Route("/{anything:path}", _nothing_here),
    ]


async def _nothing_here(request: Request) -> Response:
    raise Refused(404, "not-found", "nothing stands at this address")


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for this class only
    return answer(outcome(error.code, error.text), error.status, error.headers)


def _token_url(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{TOKEN_PATH}"


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{BASE_PATH}"


def _resource_type(request: Request) -> str:
    resource_type: str = request.path_params["resource_type"]
    if resource_type not in RESOURCE_TYPES:
        raise Refused(404, "not-supported", "no such resource type on this server")
    return resource_type
