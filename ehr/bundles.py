"""Bundles as text: entries keep the very characters that the server sent.

A parsed and re-written number loses its trailing zeros (6.310 is not 6.31 to a laboratory), so each resource is cut out
of the page as text and only looked at beside it.

Cutting is a guess that is proved: the seams between entries are found by their usual form, each piece is parsed for
itself, and what is left of the page, with a mark in the place of each piece, must parse to a Bundle whose entries hold
exactly these marks. Where the guess does not hold, `ehr.bundle_scan` reads the page character by character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from ehr.bundle_scan import scan_bundle

Resource = dict[str, Any]

BOM = b"\xef\xbb\xbf"
NO_REQUEST: dict[str, Any] = {}
_ERRORS = frozenset({"error", "fatal"})
_MARK = "cut \x7f "
_MARK_BYTES = _MARK.encode()
_OPEN = rb'"resource"\s*:\s*(?=\{)'
_SEARCH = rb'(?:,\s*"(?:search|request|response)"\s*:\s*\{[^{}]*\}\s*)*\}'
_FIRST = re.compile(rb'\[\s*\{\s*(?:"fullUrl"\s*:\s*"[^"\\]*"\s*,\s*)?' + _OPEN)
_SEAM = re.compile(rb"\}(\s*" + _SEARCH + rb'\s*,\s*\{\s*(?:"fullUrl"\s*:\s*"[^"\\]*"\s*,\s*)?' + _OPEN + rb")")
_LAST = re.compile(rb"\}(\s*" + _SEARCH + rb"\s*\])")


class NotReadable(ValueError):
    """Raised when the text of an answer is not what it must be: empty, HTML, truncated. Worth asking again."""


@dataclass(slots=True)
class Entry:
    """One entry of a Bundle: the resource, parsed and as received (one line); or a deletion."""

    resource: Resource
    line: bytes
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
    may_have_outcomes: bool = True

    def issue_codes(self, *, errors: bool) -> list[str]:
        """Issue codes of OperationOutcome entries, errors or warnings. Codes only: the texts may name people."""
        if not self.may_have_outcomes:
            return []
        return [
            str(issue.get("code", "unknown"))
            for entry in self.entries
            if entry.resource_type == "OperationOutcome"
            for issue in entry.resource.get("issue") or ()
            if isinstance(issue, dict) and (issue.get("severity") in _ERRORS) == errors
        ]


def read_page(body: bytes) -> Page:
    """Read one page of a search or a history.

    Raises:
        NotReadable: the body is no complete JSON Bundle.
    """
    body = body.removeprefix(BOM)
    members, entries = _cut(body) or _scan(body)
    if members.get("resourceType") != "Bundle":
        raise NotReadable("the answer is no Bundle")
    total = members.get("total")
    known_total = total if isinstance(total, int) else None
    return Page(entries, _next_url(members.get("link")), known_total, b"OperationOutcome" in body)


def read_resource(body: bytes) -> Resource:
    """Read an answer that is one resource.

    Raises:
        NotReadable: the body is no complete JSON object with a resourceType.
    """
    try:
        resource = orjson.loads(body.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise NotReadable("the answer is no complete JSON") from error
    if not isinstance(resource, dict) or not resource.get("resourceType"):
        raise NotReadable("the answer is no FHIR resource")
    return resource


def one_line(body: bytes) -> bytes:
    """JSON text on one line. Line breaks stand only between tokens: inside strings JSON writes them as escapes."""
    return body.replace(b"\r", b" ").replace(b"\n", b" ") if b"\n" in body or b"\r" in body else body


def _cut(body: bytes) -> tuple[dict[str, Any], list[Entry]] | None:
    """Members and entries of a page of the usual form; None where the form is another or the proof fails."""
    spans = _guess_spans(body)
    if not spans:
        return None
    pieces = [body[start:end] for start, end in spans]
    try:
        resources = list(map(orjson.loads, pieces))
        members = orjson.loads(_skeleton(body, spans))
    except orjson.JSONDecodeError:
        return None
    listed = members.pop("entry", None) if isinstance(members, dict) else None
    if not isinstance(listed, list) or len(listed) != len(spans):
        return None
    for number, entry in enumerate(listed):
        if not isinstance(entry, dict) or entry.get("resource") != f"{_MARK}{number}":
            return None
    lines = list(map(one_line, pieces)) if b"\n" in body or b"\r" in body else pieces
    # Only a history has requests, and looking for one in each entry of a long search costs as much as hashing it.
    asked = list(map(_request, listed)) if b'"request"' in body else [NO_REQUEST] * len(lines)
    return members, list(map(Entry, resources, lines, asked))


def _guess_spans(body: bytes) -> list[tuple[int, int]]:
    first = _FIRST.search(body)
    if first is None:
        return []
    spans = []
    start = first.end()
    for seam in _SEAM.finditer(body, start):
        spans.append((start, seam.start() + 1))
        start = seam.end()
    last = None
    for last in _LAST.finditer(body, start):  # noqa: B007 - the last one is wanted, and there is seldom another
        pass
    return [*spans, (start, last.start() + 1)] if last else []


def _skeleton(body: bytes, spans: Sequence[tuple[int, int]]) -> bytes:
    parts = []
    at = 0
    for number, (start, end) in enumerate(spans):
        parts.append(body[at:start])
        parts.append(b'"%s%d"' % (_MARK_BYTES, number))
        at = end
    parts.append(body[at:])
    return b"".join(parts)


def _scan(body: bytes) -> tuple[dict[str, Any], list[Entry]]:
    try:
        text = body.decode()
        bundle = scan_bundle(text)
    except UnicodeDecodeError as error:
        raise NotReadable("the answer is not UTF-8") from error
    except ValueError as error:
        raise NotReadable("the answer is no complete JSON") from error
    return bundle.members, [
        Entry(
            resource if isinstance(resource := entry.members.get("resource"), dict) else {},
            one_line(text[entry.start : entry.end].encode()),
            _request(entry.members),
        )
        for entry in bundle.entries
    ]


def _request(entry: dict[str, Any]) -> dict[str, Any]:
    request = entry.get("request")
    return request if isinstance(request, dict) else {}


def _next_url(links: object) -> str | None:
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            url: str = link["url"]
            return url
    return None
