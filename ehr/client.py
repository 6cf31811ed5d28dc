"""The wire: one GET with time-outs, retries, verified TLS, and a token that never leaves its host."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode, urljoin

import requests
from requests.adapters import HTTPAdapter

from ehr.access import ServerAccess, origin
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
from ehr.retries import RETRIABLE, delay_seconds

Pairs = Sequence[tuple[str, str]]
Read = TypeVar("Read")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_REDIRECT_CHAIN = 5
UNAUTHORIZED = 401
HTTP_SUCCESS_END = 300


@dataclass(slots=True)
class Client:
    """Requests to one FHIR server. Safe to use from several threads.

    `jitter` gives a number from 0 to 1; `date_header` keeps the server's own clock as of the first answer;
    `unsortable` the types whose search it refused to sort.
    """

    access: ServerAccess
    jitter: Callable[[], float] = field(default_factory=lambda: random.SystemRandom().random)
    date_header: str | None = None
    unsortable: set[str] = field(default_factory=set)
    session: requests.Session = field(init=False)

    def __post_init__(self) -> None:
        self.session = _open_session(self.access)

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def search_url(self, resource_type: str, pairs: Pairs) -> str:
        """The address of a search; commas and bars stay as they are, which every server reads and logs show."""
        return f"{self.access.base}/{resource_type}?{urlencode(list(pairs), safe=',|:')}"

    def get(self, url: str, read: Callable[[str], Read], *, attempts: int | None = None) -> Read:
        """GET an address until `read` accepts the text of the answer.

        Raises:
            ForeignHost: the address, or a redirect, is not on our server.
            RequestRefused: an answer 4xx that is not worth repeating.
            TokenRefused: 401, also with a fresh token.
            AnswerUnusable: every attempt brought an error or unreadable text.
            ConnectionLost: every attempt ended without an answer.
        """
        limit = attempts or self.access.patience.attempts
        failure: UnitFailed = ConnectionLost("no attempt was made")
        for attempt in range(1, limit + 1):
            headers: Mapping[str, str] = {}
            try:
                response = self._send(url)
                headers = response.headers
                if response.status_code in RETRIABLE:
                    failure = AnswerUnusable(f"the server answered {response.status_code}, {attempt} times")
                else:
                    return read(_text(response))
            except NotReadable as error:
                failure = AnswerUnusable(f"{error}, {attempt} times")
            except requests.RequestException as error:
                failure = ConnectionLost(f"no answer ({type(error).__name__}), {attempt} times")
            if attempt < limit:
                self.access.sleep(delay_seconds(attempt, headers, self.access.patience, self.jitter()))
        raise failure

    def confirm_alive(self) -> None:
        """Make sure that a lost connection was about one request and not about the server.

        Raises:
            ServerUnreachable: the server's metadata cannot be reached either.
        """
        try:
            self.get(f"{self.access.base}/metadata", str, attempts=2)
        except ConnectionLost as error:
            raise ServerUnreachable(
                f"the server at {self.access.host} does not answer any more. The pull was not closed and does not "
                "count; start it again when the server is back."
            ) from error
        except UnitFailed:
            return

    def _send(self, url: str) -> requests.Response:
        for _ in range(LONGEST_REDIRECT_CHAIN):
            response = self._send_once(url)
            self.date_header = self.date_header or response.headers.get("Date")
            if response.status_code not in REDIRECTS or "Location" not in response.headers:
                return _demand_success(response)
            url = urljoin(url, response.headers["Location"])
        raise RequestRefused("the server redirects in a circle", response.status_code)

    def _send_once(self, url: str) -> requests.Response:
        if origin(url) != origin(self.access.base):
            raise ForeignHost("a link leads to another host; it was not followed")
        response = self._request(url)
        # A token may have run out on the way: ask for a fresh one, once.
        if response.status_code == UNAUTHORIZED and self.access.token is not None:
            response = self._request(url)
        if response.status_code == UNAUTHORIZED:
            raise TokenRefused(
                f"the server at {self.access.host} refused our token (401). Nothing was landed; "
                "check server.auth and the token."
            )
        return response

    def _request(self, url: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.access.token()}"} if self.access.token else {}
        patience = self.access.patience
        return self.session.get(
            url,
            headers=headers,
            timeout=(patience.connect_seconds, patience.read_seconds),
            allow_redirects=False,
        )


def _open_session(access: ServerAccess) -> requests.Session:
    session = requests.Session()
    # No proxy, certificate or password from the environment: settings are the only source.
    session.trust_env = False
    session.verify = str(access.ca_file) if access.ca_file else True
    if access.proxy:
        session.proxies = {"http": access.proxy, "https": access.proxy}
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=access.connections, pool_block=True)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers.update(
        {
            "Accept": "application/fhir+json",
            # Some servers answer a repeated search from memory for a minute.
            "Cache-Control": "no-cache",
            # A parameter the server does not know must be an error, not an unfiltered answer.
            "Prefer": "handling=strict",
        }
    )
    return session


def _demand_success(response: requests.Response) -> requests.Response:
    status = response.status_code
    if status in RETRIABLE or status < HTTP_SUCCESS_END:
        return response
    raise RequestRefused(f"the server answered {status}", status)


def _text(response: requests.Response) -> str:
    try:
        return response.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotReadable("the answer is not UTF-8") from error
