"""From settings to a server: address, profile, and how we say who we are."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ehr.access import Patience, ServerAccess
from ehr.profiles import read_profile
from ehr.smart import SmartClient, SmartTokens
from flows.context import RunContext, now
from flows.errors import SettingsRejected
from flows.secret_blocks import KeptSecret, secret_of
from flows.settings import Settings

__all__ = ["server_access"]


def server_access(context: RunContext) -> ServerAccess:
    """How to reach the server. Secrets are read each time they are needed and stand in no receipt.

    Raises:
        SettingsRejected: what the kind of login needs is not given.
    """
    settings = context.settings
    profile = read_profile(settings["server.profile"])
    longest = profile.longest_poll_seconds or Patience().longest_poll_seconds
    access = ServerAccess(
        url=settings["server.url"],
        ca_file=settings["server.ca_file"],
        proxy=settings["server.proxy"],
        connections=max(1, min(settings["server.connections"], 32)),
        requests_per_minute=settings["server.requests_per_minute"],
        page_size=profile.page_size,
        exact_totals=profile.exact_totals,
        allowed_hosts=tuple((settings["server.allowed_hosts"] or "").replace(",", " ").split()),
        patience=Patience(least_poll_seconds=profile.least_poll_seconds, longest_poll_seconds=longest),
    )
    return LOGINS[settings["server.auth"]](access, settings)


def _open(access: ServerAccess, settings: Settings) -> ServerAccess:
    return access


def _bearer(access: ServerAccess, settings: Settings) -> ServerAccess:
    token = _demanded(settings, "token")
    return replace(access, token=token, renew_token=_again(token))


def _basic(access: ServerAccess, settings: Settings) -> ServerAccess:
    password = _demanded(settings, "password")
    told = partial(_user_and_password, settings["server.user"])
    again = _again(password)
    return replace(access, token=partial(told, password), renew_token=partial(told, again), scheme="Basic")


def _user_and_password(user: str, password: Callable[[], str]) -> str:
    return base64.b64encode(f"{user}:{password()}".encode()).decode()


def _demanded(settings: Settings, kind: str) -> Callable[[], str]:
    secret = secret_of(settings, kind)
    if secret is None:
        raise SettingsRejected(
            f'server.auth = "{settings["server.auth"]}" needs NADIR_SERVER_{kind.upper()}, server.{kind}_file or '
            f"server.{kind}_block"
        )
    return secret


def _again(secret: Callable[[], str]) -> Callable[[], str]:
    """How to read a secret anew after the server refused it."""
    return secret.again if isinstance(secret, KeptSecret) else secret


def _smart(access: ServerAccess, settings: Settings) -> ServerAccess:
    client = SmartClient(
        client_id=settings["server.client_id"],
        key=_demanded(settings, "key"),
        key_id=settings["server.key_id"],
        token_url=settings["server.token_url"],
        scopes=settings["server.scopes"],
    )
    tokens = SmartTokens(access, client, now)
    return replace(access, token=tokens.current, renew_token=tokens.renewed)


LOGINS: dict[str, Callable[[ServerAccess, Settings], ServerAccess]] = {
    "none": _open,
    "basic": _basic,
    "bearer": _bearer,
    "smart-backend": _smart,
}
