"""The wire: one GET with time-outs, retries, verified TLS, and a token that never leaves its host."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlencode, urljoin

import requests

from ehr.access import ServerAccess, open_session, origin
from ehr.bundles import NotReadable
from ehr.errors import (
    AnswerUnusable,
    ConnectionLost,
    ForeignHost,
    RequestRefused,
    ServerUnreachable,
    TokenRefused,
    UnitFailed,
)
from ehr.pace import Pace
from ehr.retries import RETRIABLE, delay_seconds

Pairs = Sequence[tuple[str, str]]
Read = TypeVar("Read")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_REDIRECT_CHAIN = 5
UNAUTHORIZED = 401
HTTP_SUCCESS_END = 300
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `with_token` False: ours is not sent (a file behind an address that is its own key)."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    stream: bool = False
    with_token: bool = True


@dataclass(slots=True)
class Client:
    """Requests to one FHIR server. Safe to use from several threads.

    `jitter` gives a number from 0 to 1; `date_header` keeps the server's own clock as of the first answer;
    `manners` the way of asking that it was found to understand, by type.
    """

    access: ServerAccess
    jitter: Callable[[], float] = field(default_factory=lambda: random.SystemRandom().random)
    date_header: str | None = None
    manners: dict[str, int] = field(default_factory=dict)
    session: requests.Session = field(init=False)
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        self.session = open_session(self.access)
        self.pace = Pace(self.access.requests_per_minute, self.access.seconds, self.access.sleep)

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def search_url(self, resource_type: str, pairs: Pairs) -> str:
        """The address of a search; commas and bars stay as they are, which every server reads and logs show."""
        return f"{self.access.base}/{resource_type}?{urlencode(list(pairs), safe=',|:')}"

    def get(self, url: str, read: Callable[[bytes], Read], *, attempts: int | None = None, form: bool = False) -> Read:
        """GET an address until `read` accepts the answer; with `form`, POST the address's query to its `_search`.

        Raises:
            ForeignHost: the address, or a redirect, is on a host that is neither ours nor allowed.
            RequestRefused: an answer 4xx that is not worth repeating.
            TokenRefused: 401, also with a fresh token.
            AnswerUnusable: every attempt brought an error or unreadable text.
            ConnectionLost: every attempt ended without an answer.
        """
        ask = replace(_as_form(url) if form else Ask(url), stream=True)
        limit = attempts or self.access.patience.attempts
        failure: UnitFailed = ConnectionLost("no attempt was made")
        for attempt in range(1, limit + 1):
            headers: Mapping[str, str] = {}
            try:
                response = self.exchange(ask)
                headers = response.headers
                # In large pieces: what `response.content` does by itself costs a third of all that a page costs.
                body = b"".join(response.iter_content(CHUNK_BYTES))
                if response.status_code in RETRIABLE:
                    failure = AnswerUnusable(f"the server answered {response.status_code}, {attempt} times")
                elif response.status_code >= HTTP_SUCCESS_END:
                    raise RequestRefused(f"the server answered {response.status_code}", response.status_code)
                else:
                    return read(body)
            except NotReadable as error:
                failure = AnswerUnusable(f"{error}, {attempt} times")
            except requests.RequestException as error:
                failure = ConnectionLost(f"no answer ({type(error).__name__}), {attempt} times")
            if attempt < limit:
                self.pause(attempt, headers)
        raise failure

    def pause(self, attempt: int, headers: Mapping[str, str]) -> None:
        """Wait before asking again after attempt number `attempt`, as long as the answer asks for, within reason."""
        self.access.sleep(delay_seconds(attempt, headers, self.access.patience, self.jitter()))

    def confirm_alive(self) -> None:
        """Make sure that a lost connection was about one request and not about the server.

        Raises:
            ServerUnreachable: the server's metadata cannot be reached either.
        """
        try:
            self.get(f"{self.access.base}/metadata", bytes, attempts=2)
        except ConnectionLost as error:
            raise ServerUnreachable(
                f"the server at {self.access.host} does not answer any more. The pull was not closed and does not "
                "count; start it again when the server is back."
            ) from error
        except UnitFailed:
            return

    def exchange(self, ask: Ask) -> requests.Response:
        """Send one request, follow its redirects, and give the answer whatever its status.

        Raises:
            ForeignHost, TokenRefused: see `get`.
            RequestRefused: redirects in a circle.
            requests.RequestException: no answer.
        """
        for _ in range(LONGEST_REDIRECT_CHAIN):
            response = self._send_once(ask)
            self.date_header = self.date_header or response.headers.get("Date")
            if response.status_code not in REDIRECTS or "Location" not in response.headers:
                return response
            response.close()
            ask = replace(ask, url=urljoin(ask.url, response.headers["Location"]))
        raise RequestRefused("the server redirects in a circle", response.status_code)

    def _send_once(self, ask: Ask) -> requests.Response:
        at_home = origin(ask.url) == origin(self.access.base)
        if not at_home and origin(ask.url) not in self.access.allowed_origins:
            raise ForeignHost("a link leads to another host; it was not followed")
        if not at_home or not ask.with_token or self.access.token is None:
            response = self._request(ask, None)
        else:
            response = self._request(ask, self.access.token())
            # A token may have run out on the way: ask for a fresh one, once.
            if response.status_code == UNAUTHORIZED:
                response.close()
                response = self._request(ask, (self.access.renew_token or self.access.token)())
        if response.status_code == UNAUTHORIZED and at_home and ask.with_token:
            raise TokenRefused(
                f"the server at {self.access.host} refused our token (401). Nothing was landed; "
                "check server.auth and the token."
            )
        return response

    def _request(self, ask: Ask, token: str | None) -> requests.Response:
        headers = dict(ask.headers) | ({"Authorization": f"{self.access.scheme} {token}"} if token else {})
        patience = self.access.patience
        self.pace.wait()
        return self.session.request(
            ask.method,
            ask.url,
            headers=headers,
            data=ask.body,
            timeout=(patience.connect_seconds, patience.read_seconds),
            allow_redirects=False,
            stream=ask.stream,
        )


def _as_form(url: str) -> Ask:
    path, _, query = url.partition("?")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Ask(f"{path}/_search", method="POST", headers=headers, body=query.encode())
