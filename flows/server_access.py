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
        page_size=profile.page_size,
        exact_totals=profile.exact_totals,
        allowed_hosts=tuple((settings["server.allowed_hosts"] or "").replace(",", " ").split()),
        patience=Patience(least_poll_seconds=profile.least_poll_seconds, longest_poll_seconds=longest),
    )
    return LOGINS[settings["server.auth"]](access, settings)


def _open(access: ServerAccess, settings: Settings) -> ServerAccess:
    return access


def _bearer(access: ServerAccess, settings: Settings) -> ServerAccess:
    if settings.token() is None:
        raise SettingsRejected('server.auth = "bearer" needs NADIR_SERVER_TOKEN or server.token_file')
    return replace(access, token=partial(_token, settings))


def _token(settings: Settings) -> str:
    return settings.token() or ""


def _basic(access: ServerAccess, settings: Settings) -> ServerAccess:
    if settings.password() is None:
        raise SettingsRejected('server.auth = "basic" needs NADIR_SERVER_PASSWORD or server.password_file')
    return replace(access, token=partial(_user_and_password, settings), scheme="Basic")


def _user_and_password(settings: Settings) -> str:
    return base64.b64encode(f"{settings['server.user']}:{settings.password() or ''}".encode()).decode()


def _smart(access: ServerAccess, settings: Settings) -> ServerAccess:
    client = SmartClient(
        client_id=settings["server.client_id"],
        key_file=settings["server.key_file"],
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
