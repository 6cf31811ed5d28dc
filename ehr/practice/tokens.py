"""SMART Backend Services in the practice server: who is registered, which assertion is good, which token lives."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

ALGORITHMS = ["RS384", "ES384"]
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 300


class TokenDenied(Exception):
    """A request for a token that is turned down; the OAuth error code and a sentence."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(slots=True)
class TokenDoor:
    """Lets in who holds a token of its own making. `clients` maps client ids to public keys (PEM).

    `granted` None grants the scopes that are asked for. `seconds` is how long a token lives by `clock`, which counts
    seconds from anywhere; `refused` counts who came with a token that does not live.
    """

    clients: Mapping[str, str]
    seconds: int = 300
    granted: str | None = None
    clock: Callable[[], float] = time.monotonic
    tokens: dict[str, float] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    assertions: int = 0
    refused: int = 0

    def admits(self, authorization: str) -> bool:
        """Whether an Authorization header holds a living token."""
        scheme, _, token = authorization.partition(" ")
        lives = scheme.lower() == "bearer" and self.tokens.get(token, float("-inf")) > self.clock()
        self.refused += bool(token) and not lives
        return lives

    def grant(self, form: Mapping[str, str], token_url: str) -> dict[str, Any]:
        """The answer of the token endpoint.

        Raises:
            TokenDenied: the form or the assertion is not what the specification asks for.
        """
        if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != ASSERTION_TYPE:
            raise TokenDenied("invalid_request", "client credentials with a JWT assertion are wanted")
        if not form.get("scope"):
            raise TokenDenied("invalid_scope", "a scope is wanted")
        self._judge(form.get("client_assertion", ""), token_url)
        self.assertions += 1
        token = secrets.token_urlsafe(24)
        self.tokens[token] = self.clock() + self.seconds
        scope = form["scope"] if self.granted is None else self.granted
        return {"access_token": token, "token_type": "bearer", "expires_in": self.seconds, "scope": scope}

    def _judge(self, assertion: str, token_url: str) -> None:
        try:
            header = jwt.get_unverified_header(assertion)
            client_id = jwt.decode(assertion, options={"verify_signature": False}).get("iss", "")
            key = self.clients.get(client_id)
            if key is None or header.get("typ") != "JWT" or not header.get("kid"):
                raise TokenDenied("invalid_client", "this client is not registered, or the header lacks typ or kid")
            wanted = ["exp", "iss", "sub", "aud", "jti"]
            claims = jwt.decode(assertion, key, algorithms=ALGORITHMS, audience=token_url, options={"require": wanted})
        except jwt.PyJWTError as error:
            raise TokenDenied("invalid_client", type(error).__name__) from error
        if not hmac.compare_digest(str(claims["sub"]), str(client_id)) or claims["jti"] in self.used:
            raise TokenDenied("invalid_client", "issuer and subject differ, or the assertion was used before")
        self.used.add(claims["jti"])


@dataclass(frozen=True, slots=True)
class OneToken:
    """Lets in who holds one given token; None opens the door to everyone on this machine.

    With the scheme `Basic` the token is user and password, as HTTP puts them.
    """

    token: str | None
    scheme: str = "Bearer"

    def admits(self, authorization: str) -> bool:
        """Whether an Authorization header holds the token."""
        return self.token is None or hmac.compare_digest(authorization, f"{self.scheme} {self.token}")
