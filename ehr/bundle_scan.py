"""Bundles read character by character: slower than `ehr.bundles`, and content with what strict parsers refuse.

Python's own decoder takes lone surrogates, numbers like NaN and doubled keys. A page with one such resource is landed
all the same; whoever loads the line says what is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\r\n]*")


@dataclass(slots=True)
class ScannedEntry:
    """The members of one entry, and where in the text its resource stands (0, 0: it has none)."""

    members: dict[str, Any] = field(default_factory=dict)
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class ScannedBundle:
    """The members of a Bundle without its entries, and the entries."""

    members: dict[str, Any] = field(default_factory=dict)
    entries: list[ScannedEntry] = field(default_factory=list)


def scan_bundle(text: str) -> ScannedBundle:
    """Read the text of a Bundle.

    Raises:
        ValueError: it is no complete JSON object.
    """
    bundle = ScannedBundle()

    def visit(name: str, start: int) -> int:
        if name == "entry" and text[start : start + 1] == "[":
            return _visit_items(text, start, lambda at: _scan_entry(text, at, bundle))
        bundle.members[name], end = _DECODER.raw_decode(text, start)
        return end

    try:
        end = _visit_members(text, _skip(text, 0), visit)
    except (IndexError, RecursionError) as error:
        raise ValueError("not complete") from error
    if _skip(text, end) != len(text):
        raise ValueError("goes on after its end")
    return bundle


def _scan_entry(text: str, start: int, bundle: ScannedBundle) -> int:
    entry = ScannedEntry()

    def visit(name: str, at: int) -> int:
        value, end = _DECODER.raw_decode(text, at)
        if name == "resource":
            entry.start, entry.end = at, end
        entry.members[name] = value
        return end

    end = _visit_members(text, start, visit)
    bundle.entries.append(entry)
    return end


def _visit_members(text: str, start: int, visit: Callable[[str, int], int]) -> int:
    """Call `visit` with the name and the start of the value of each member; it answers the value's end."""
    if text[start] != "{":
        raise ValueError("not an object")
    at = _skip(text, start + 1)
    if text[at] == "}":
        return at + 1
    while True:
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] != ":":
            raise ValueError("no colon")
        at = _skip(text, visit(name, _skip(text, at + 1)))
        if text[at] == "}":
            return at + 1
        if text[at] != ",":
            raise ValueError("no comma")
        at = _skip(text, at + 1)


def _visit_items(text: str, start: int, visit: Callable[[int], int]) -> int:
    at = _skip(text, start + 1)
    if text[at] == "]":
        return at + 1
    while True:
        at = _skip(text, visit(at))
        if text[at] == "]":
            return at + 1
        if text[at] != ",":
            raise ValueError("no comma")
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at
