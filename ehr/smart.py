"""SMART Backend Services: a signed assertion for a token that lives minutes, renewed before it dies and once on 401."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests

from ehr.access import Patience, ServerAccess, open_session
from ehr.errors import ServerUnreachable, TokenRefused
from ehr.retries import RETRIABLE, delay_seconds
from ehr.smart_keys import SigningKey, read_key

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Some servers give a token no longer life than its assertion has left, and none accepts more than five minutes.
ASSERTION_LIFE = timedelta(seconds=300)
DEFAULT_TOKEN_SECONDS = 300.0
# A token is renewed when less than this share of its life is left: a page must not outlive it.
RENEW_AT = 0.2
# After a 401 another thread may just have fetched a new token.
FRESH_SECONDS = 2.0
SCOPES = ("system/*.rs", "system/*.read")
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


@dataclass(frozen=True, slots=True)
class SmartClient:
    """Who we are to the server. `key` gives the private key as text, each time a token is fetched.

    `token_url` and `scopes` None: taken from what the server says of itself.
    """

    client_id: str
    key: Callable[[], str]
    key_id: str | None = None
    token_url: str | None = None
    scopes: str | None = None


@dataclass(slots=True)
class SmartTokens:
    """Tokens for one server, safe to use from several threads. `clock` gives aware instants."""

    access: ServerAccess
    client: SmartClient
    clock: Callable[[], datetime]
    token: str | None = None
    fetched_at: datetime | None = None
    seconds: float = DEFAULT_TOKEN_SECONDS
    granted: str | None = None
    endpoint: str | None = None
    offered: tuple[str, ...] = ()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> str:
        """A token that will live a while.

        Raises:
            TokenRefused: the server gives none, or the key cannot be read.
            ServerUnreachable: nobody answers where tokens are to be had.
        """
        with self.lock:
            if self.token is None or self._age() > self.seconds * (1 - RENEW_AT):
                self._fetch()
            return str(self.token)

    def renewed(self) -> str:
        """Another token, after the server refused the last one.

        Raises:
            As `current`.
        """
        with self.lock:
            if self.token is None or self._age() > FRESH_SECONDS:
                self._fetch()
            return str(self.token)

    def _age(self) -> float:
        return (self.clock() - self.fetched_at).total_seconds() if self.fetched_at else float("inf")

    def _fetch(self) -> None:
        key = read_key(self.client.key(), self.client.key_id)
        with open_session(self.access) as session:
            if self.endpoint is None:
                self._discover(session)
            now = self.clock()
            answer = self._ask(session, key, now)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise TokenRefused("the token endpoint answered without a token. Nothing was landed.")
        lives = answer.get("expires_in")
        self.token, self.fetched_at = token, now
        self.seconds = float(lives) if isinstance(lives, int | float) and lives > 0 else DEFAULT_TOKEN_SECONDS
        self.granted = answer["scope"] if isinstance(answer.get("scope"), str) else None

    def _ask(self, session: requests.Session, key: SigningKey, now: datetime) -> dict[str, Any]:
        patience = self.access.patience
        for attempt in range(1, patience.attempts + 1):
            response = _post(session, str(self.endpoint), self._form(key, now), patience)
            if response is not None and response.status_code not in RETRIABLE:
                return _granted(response)
            headers = {} if response is None else response.headers
            if attempt < patience.attempts:
                self.access.sleep(delay_seconds(attempt, headers, patience, 0.5))
        raise ServerUnreachable(
            f"the token endpoint at {urlsplit(str(self.endpoint)).hostname} does not answer. Nothing was landed; "
            "check server.token_url, proxy and certificates."
        )

    def _form(self, key: SigningKey, now: datetime) -> dict[str, str]:
        claims = {
            "iss": self.client.client_id,
            "sub": self.client.client_id,
            "aud": self.endpoint,
            "exp": int((now + ASSERTION_LIFE).timestamp()),
            "jti": secrets.token_urlsafe(24),
        }
        headers = {"kid": key.key_id, "typ": "JWT"}
        return {
            "grant_type": "client_credentials",
            "scope": self.client.scopes or next((name for name in SCOPES if name in self.offered), SCOPES[0]),
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": jwt.encode(claims, key.key, algorithm=key.algorithm, headers=headers),
        }

    def _discover(self, session: requests.Session) -> None:
        """Find the token endpoint: from settings, else from what the server publishes of itself."""
        found = self.client.token_url
        if found is None or self.client.scopes is None:
            said = _json(session, f"{self.access.base}/.well-known/smart-configuration", self.access.patience)
            listed = said.get("scopes_supported")
            self.offered = tuple(str(name) for name in listed) if isinstance(listed, list) else ()
            found = found or said.get("token_endpoint")
        if not isinstance(found, str):
            found = _from_capability(_json(session, f"{self.access.base}/metadata", self.access.patience))
        if found is None:
            raise TokenRefused("the server does not say where tokens are to be had; set server.token_url.")
        if urlsplit(self.access.url).scheme == "https" and urlsplit(found).scheme != "https":
            raise TokenRefused("the server names a token endpoint without TLS; nothing was sent there.")
        self.endpoint = found


def _granted(response: requests.Response) -> dict[str, Any]:
    answer = _object(response)
    if response.status_code == 200:
        return answer
    code = answer.get("error")
    said = f", {code[:40]}" if isinstance(code, str) and code.replace("_", "").isalpha() else ""
    raise TokenRefused(
        f"the token endpoint refused our assertion ({response.status_code}{said}). Nothing was landed; check "
        "server.client_id, key_file, key_id and scopes."
    )


def _post(session: requests.Session, url: str, form: dict[str, str], patience: Patience) -> requests.Response | None:
    timeout = (patience.connect_seconds, patience.read_seconds)
    headers = {"Accept": "application/json"}
    try:
        # A redirect is not followed: the assertion goes to the one address that it was made for.
        return session.post(url, data=form, headers=headers, timeout=timeout, allow_redirects=False)
    except requests.RequestException:
        return None


def _json(session: requests.Session, url: str, patience: Patience) -> dict[str, Any]:
    timeout = (patience.connect_seconds, patience.read_seconds)
    try:
        response = session.get(url, headers={"Accept": "application/json"}, timeout=timeout, allow_redirects=False)
    except requests.RequestException:
        return {}
    return _object(response) if response.status_code == 200 else {}


def _object(response: requests.Response) -> dict[str, Any]:
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _from_capability(statement: dict[str, Any]) -> str | None:
    for rest in statement.get("rest") or ():
        for extension in (rest.get("security") or {}).get("extension") or ():
            if extension.get("url") == OAUTH_URIS:
                for part in extension.get("extension") or ():
                    if part.get("url") == "token" and isinstance(part.get("valueUri"), str):
                        return str(part["valueUri"])
    return None
