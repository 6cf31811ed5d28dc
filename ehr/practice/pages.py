"""Bundles of the practice server: search pages with opaque, signed `next` links, and histories."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .answers import Refused
from .dates import read_span
from .hospital import Hospital, Record
from .search import Query, find

CACHED_SEARCHES = 256
SIGNATURE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class History:
    """One asked history: of which type, since when (None: ever), how many entries a page."""

    resource_type: str
    since: str | None
    count: int


@dataclass(slots=True)
class Pages:
    """Builds the pages of one server: its records, the key of its links, and the last searches."""

    hospital: Hospital
    key: bytes
    searches: OrderedDict[Query, list[Record]] = field(default_factory=OrderedDict)

    def search_page(
        self, query: Query, *, base: str, self_url: str, offset: int = 0, longest: int | None = None
    ) -> bytes:
        """One page of a search as Bundle bytes; `longest` ends it early, as some servers do, with a total that agrees.

        Raises:
            Refused: the query has a parameter this server does not know.
        """
        found = self._find(query)
        if query.only_count:
            return _bundle("searchset", [_link("self", self_url)], [], total=len(found))
        found, total = found[:longest], len(found) if query.exact_total and not offset else len(found[:longest])
        links = [_link("self", self_url)]
        if offset + query.count < len(found):
            state = {
                "kind": "search",
                "type": query.resource_type,
                "parameters": query.parameters,
                "count": query.count,
                "ids_only": query.ids_only,
            }
            links.append(_link("next", f"{base}?_page={self._seal(state | {'offset': offset + query.count})}"))
        entries = [
            b"".join((_full_url(base, record), _body(record, query), b',"search":{"mode":"match"}}'))
            for record in found[offset : offset + query.count]
        ]
        return _bundle("searchset", links, entries, total=total)

    def next_page(self, seal: str, *, base: str, self_url: str, longest: int | None = None) -> bytes:
        """The page behind a `next` link.

        Raises:
            Refused: the link was not made by this server.
        """
        state = self._unseal(seal)
        if state["kind"] == "history":
            history = History(state["type"], state["since"], state["count"])
            return self.history_page(history, base=base, self_url=self_url, offset=state["offset"])
        parameters = tuple((name, value) for name, value in state["parameters"])
        query = Query(state["type"], parameters, state["count"], only_count=False, ids_only=state["ids_only"])
        return self.search_page(query, base=base, self_url=self_url, offset=state["offset"], longest=longest)

    def history_page(self, history: History, *, base: str, self_url: str, offset: int = 0) -> bytes:
        """The history of a type, newest first; a deletion is an entry without resource, as HAPI sends it.

        Raises:
            Refused: `since` is not a date.
        """
        rows = sorted(self._events(history), key=lambda row: (-row[0], row[1]))
        links = [_link("self", self_url)]
        if offset + history.count < len(rows):
            state = {"kind": "history", "type": history.resource_type, "since": history.since, "count": history.count}
            links.append(_link("next", f"{base}?_page={self._seal(state | {'offset': offset + history.count})}"))
        entries = [
            _history_entry(base, event) if isinstance(event, Record) else _deletion(base, *event)
            for _, _, event in rows[offset : offset + history.count]
        ]
        return _bundle("history", links, entries, total=len(rows))

    def _events(self, history: History) -> Iterator[tuple[float, str, Record | tuple[str, str]]]:
        since = read_span(history.since) if history.since else (float("-inf"), 0.0)
        if since is None:
            raise Refused(400, "invalid", "the value of _since is not a date")
        for key, deleted_at in self.hospital.deletions:
            moment = read_span(deleted_at)
            if key[0] == history.resource_type and moment and moment[0] >= since[0]:
                yield moment[0], key[1], key
        for key, versions in self.hospital.versions.items():
            if key[0] == history.resource_type:
                for version in versions:
                    if version.updated and version.updated[0] >= since[0]:
                        yield version.updated[0], key[1], version

    def instance_history(self, versions: list[Record], *, base: str, self_url: str) -> bytes:
        """All versions of one resource, newest first."""
        entries = [_history_entry(base, version) for version in reversed(versions)]
        return _bundle("history", [_link("self", self_url)], entries, total=len(entries))

    def _find(self, query: Query) -> list[Record]:
        if query in self.searches:
            self.searches.move_to_end(query)
            return self.searches[query]
        found = self.searches[query] = find(self.hospital, query)
        if len(self.searches) > CACHED_SEARCHES:
            self.searches.popitem(last=False)
        return found

    def _seal(self, state: dict[str, Any]) -> str:
        body = json.dumps(state).encode()
        signature = hmac.digest(self.key, body, hashlib.sha256)[:SIGNATURE_LENGTH]
        return base64.urlsafe_b64encode(signature + body).decode().rstrip("=")

    def _unseal(self, seal: str) -> dict[str, Any]:
        try:
            raw = base64.urlsafe_b64decode(seal + "=" * (-len(seal) % 4))
        except ValueError:
            raw = b""
        signature, body = raw[:SIGNATURE_LENGTH], raw[SIGNATURE_LENGTH:]
        if not hmac.compare_digest(signature, hmac.digest(self.key, body, hashlib.sha256)[:SIGNATURE_LENGTH]):
            raise Refused(400, "invalid", "this page link was not made by this server")
        state: dict[str, Any] = json.loads(body)
        return state


def _body(record: Record, query: Query) -> bytes:
    if not query.ids_only:
        return record.body
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
    content = {"resourceType": record.resource_type, "meta": {"tag": [tag]}}
    return json.dumps(content if record.resource_id is None else content | {"id": record.resource_id}).encode()


def _bundle(kind: str, links: list[dict[str, str]], entries: list[bytes], *, total: int) -> bytes:
    head = json.dumps({"resourceType": "Bundle", "type": kind, "total": total, "link": links}).encode()
    if not entries:
        return head
    return b"".join((head[:-1], b',"entry":[', b",".join(entries), b"]}"))


def _link(relation: str, url: str) -> dict[str, str]:
    return {"relation": relation, "url": url}


def _full_url(base: str, record: Record) -> bytes:
    if record.resource_id is None:
        return b'{"resource":'
    return f'{{"fullUrl":{json.dumps(f"{base}/{record.resource_type}/{record.resource_id}")},"resource":'.encode()


def _history_entry(base: str, version: Record) -> bytes:
    request = json.dumps({"method": "PUT", "url": f"{version.resource_type}/{version.resource_id}"})
    return b"".join((_full_url(base, version), version.body, f',"request":{request}}}'.encode()))


def _deletion(base: str, resource_type: str, resource_id: str) -> bytes:
    request = {"method": "DELETE", "url": f"{resource_type}/{resource_id}"}
    entry = {"fullUrl": f"{base}/{resource_type}/{resource_id}", "request": request, "response": {"status": "204"}}
    return json.dumps(entry).encode()
