"""Bundles as text: entries keep the very characters that the server sent.

A parsed and re-written number loses its trailing zeros (6.310 is not 6.31 to a laboratory), so each resource is cut out
of the page as text and only looked at beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Resource = dict[str, Any]

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\r\n]*")
_ERRORS = frozenset({"error", "fatal"})


class NotReadable(ValueError):
    """Raised when the text of an answer is not what it must be: empty, HTML, truncated. Worth asking again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a Bundle: the resource, parsed and as received (without line breaks); or a deletion."""

    resource: Resource
    text: str
    request: dict[str, Any]

    @property
    def resource_type(self) -> str:
        """The resource's type; empty when the entry holds none."""
        return str(self.resource.get("resourceType", ""))


@dataclass(slots=True)
class Page:
    """One page: its entries, the link to the next, the server's total (None when it gives none)."""

    entries: list[Entry] = field(default_factory=list)
    next_url: str | None = None
    total: int | None = None

    def issue_codes(self, *, errors: bool) -> list[str]:
        """Issue codes of OperationOutcome entries, errors or warnings. Codes only: the texts may name people."""
        return [
            str(issue.get("code", "unknown"))
            for entry in self.entries
            if entry.resource_type == "OperationOutcome"
            for issue in entry.resource.get("issue") or ()
            if isinstance(issue, dict) and (issue.get("severity") in _ERRORS) == errors
        ]


def read_page(text: str) -> Page:
    """Read one page of a search or a history.

    Raises:
        NotReadable: the text is no complete JSON Bundle.
    """
    page = Page()
    members: dict[str, Any] = {}

    def visit(name: str, start: int) -> int:
        if name == "entry" and text[start : start + 1] == "[":
            return _visit_items(text, start, lambda at: _read_entry(text, at, page))
        members[name], end = _DECODER.raw_decode(text, start)
        return end

    _guarded(text, visit)
    if members.get("resourceType") != "Bundle":
        raise NotReadable("the answer is no Bundle")
    total = members.get("total")
    page.total = total if isinstance(total, int) else None
    page.next_url = _next_url(members.get("link"))
    return page


def read_resource(text: str) -> Resource:
    """Read an answer that is one resource.

    Raises:
        NotReadable: the text is no complete JSON object with a resourceType.
    """
    try:
        resource = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotReadable("the answer is no complete JSON") from error
    if not isinstance(resource, dict) or not resource.get("resourceType"):
        raise NotReadable("the answer is no FHIR resource")
    return resource


def one_line(text: str) -> str:
    """JSON text on one line. Line breaks stand only between tokens: inside strings JSON writes them as escapes."""
    return text.replace("\r", " ").replace("\n", " ") if "\n" in text or "\r" in text else text


def _guarded(text: str, visit: Callable[[str, int], int]) -> None:
    try:
        end = _visit_members(text, _skip(text, 0), visit)
    except (ValueError, IndexError, RecursionError) as error:
        raise NotReadable("the answer is no complete JSON") from error
    if _skip(text, end) != len(text):
        raise NotReadable("the answer goes on after its end")


def _read_entry(text: str, start: int, page: Page) -> int:
    found: dict[str, Any] = {}
    span = [0, 0]

    def visit(name: str, at: int) -> int:
        value, end = _DECODER.raw_decode(text, at)
        if name == "resource":
            span[:] = [at, end]
        found[name] = value
        return end

    end = _visit_members(text, start, visit)
    resource, request = found.get("resource"), found.get("request")
    page.entries.append(
        Entry(
            resource if isinstance(resource, dict) else {},
            one_line(text[span[0] : span[1]]),
            request if isinstance(request, dict) else {},
        )
    )
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


def _next_url(links: object) -> str | None:
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            url: str = link["url"]
            return url
    return None
