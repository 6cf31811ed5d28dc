"""How to reach one FHIR server: address, token, certificates, proxy, patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often one request is tried; seconds, and a number of attempts."""

    attempts: int = 5
    connect_seconds: float = 10.0
    read_seconds: float = 120.0
    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 60.0
    # A server may ask for more with Retry-After, up to this; see ehr/retries.py.
    longest_retry_after_seconds: float = 300.0
    # Between two looks at an export: servers ask for two minutes after a second, or for a second over hours.
    least_poll_seconds: float = 0.0
    longest_poll_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class ServerAccess:
    """One FHIR server and how to talk to it.

    `token` gives what stands behind `scheme` in the Authorization header; None means no authentication. After a 401
    `renew_token`, when given, is asked for another one. Both are called from several threads. `allowed_hosts` are
    further addresses (scheme, host and port) that links and files may lead to; the token is never sent there.
    `ca_file` None means the usual authorities; certificates are always verified. `connections` is how many requests
    may be under way at once. `exact_totals`: the server counts right beside a page, no request of its own is needed.
    `requests_per_minute` caps all connections together (None: no cap). `sleep` is called with seconds between attempts
    and for the cap, which counts by `seconds`.
    """

    url: str
    token: Callable[[], str] | None = None
    renew_token: Callable[[], str] | None = None
    scheme: str = "Bearer"
    allowed_hosts: tuple[str, ...] = ()
    ca_file: Path | None = None
    proxy: str | None = None
    connections: int = 5
    page_size: int = 500
    exact_totals: bool = False
    patience: Patience = Patience()
    sleep: Callable[[float], None] = time.sleep
    requests_per_minute: int | None = None
    seconds: Callable[[], float] = time.monotonic

    @property
    def base(self) -> str:
        """The address without a closing slash."""
        return self.url.rstrip("/")

    @property
    def allowed_origins(self) -> frozenset[tuple[str, str, int | None]]:
        """The origins of `allowed_hosts`."""
        return frozenset(origin(url) for url in self.allowed_hosts)

    @property
    def host(self) -> str:
        """Host and port, for manifests and messages."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address: what a token belongs to.

    >>> origin("https://ehr.example.org/fhir") == origin("https://EHR.example.org:443/other")
    True
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme)


def open_session(access: ServerAccess) -> requests.Session:
    """Connections to one server: certificates always verified, nothing taken from the environment."""
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
