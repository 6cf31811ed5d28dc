"""What is known of a kind of server, one TOML file each, with the source of every line (ehr/profiles/*.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ehr.errors import PlanRefused

FOLDER = "profiles"


@dataclass(frozen=True, slots=True)
class ServerProfile:
    """What is known of a server.

    `page_size` is asked for as `_count`. `exact_totals`: its total beside a page counts right. `by_last_updated`: it
    can be asked for what changed. `patient_only`: every search must name a patient. `versions` says what orders the
    versions of a resource: when the server updated them, or when they arrived here. Polls of an export wait at least
    `least_poll_seconds` and at most `longest_poll_seconds`, whatever the server asks for (None: five minutes).
    `since_by_type_filter` names levels of export (`system`, `Patient`, `Group`) at which it ignores `_since` and keeps
    a `_typeFilter` by `_lastUpdated`.
    """

    name: str
    page_size: int = 500
    exact_totals: bool = False
    by_last_updated: bool = True
    patient_only: bool = False
    versions: Literal["updated", "arrival"] = "updated"
    least_poll_seconds: float = 0.0
    longest_poll_seconds: float | None = None
    since_by_type_filter: Sequence[str] = ()


def profile_names() -> list[str]:
    """The profiles there are, in order."""
    folder = files("ehr").joinpath(FOLDER)
    return sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml"))


def profile_text(name: str) -> dict[str, dict[str, Any]]:
    """A profile as its file has it: each entry with `value` and `source`.

    Raises:
        PlanRefused: there is no such profile.
    """
    path = files("ehr").joinpath(FOLDER, f"{name}.toml")
    if name not in profile_names():
        raise PlanRefused(f"there is no server profile of this name; there are {', '.join(profile_names())}.")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def read_profile(name: str) -> ServerProfile:
    """What is known of a kind of server.

    Raises:
        PlanRefused: there is no such profile.

    >>> read_profile("medplum").page_size
    1000
    """
    entries = profile_text(name)
    known = {field.name for field in fields(ServerProfile)}
    return ServerProfile(name, **{key: entry["value"] for key, entry in entries.items() if key in known})
