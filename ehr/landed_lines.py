"""What a killed pull had landed of a type: taken up by the next pull of the same plan, which asks on from there.

Searches come in the order of last update. Where the landed lines are in that order, all up to their last instant has
come, and only what was written since must be asked for; whether that is so, the server's count decides, as always.
Compression that was never ended is read as far as it goes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from ehr.bundles import NO_REQUEST, Entry
from ehr.watermarks import instant_of

CHUNK_BYTES = 256 * 1024
LINES_A_BATCH = 500


@dataclass(slots=True)
class Leftover:
    """The landed lines of one type, in the order in which they came.

    Once all are read, `last` is the instant of the last update among them as the server wrote it, None where they are
    not in order or one of them says none; `at_last` are hashes of the lines of that instant, which the server gives
    once more.
    """

    resource_type: str
    files: tuple[Path, ...]
    last: str | None = None
    at_last: list[int] = field(default_factory=list)

    def batches(self) -> Iterator[list[Entry]]:
        """The lines as entries, some at a time; no further than to one that is not in order."""
        newest: datetime | None = None
        batch: list[Entry] = []
        for line in _lines(self.files):
            resource = _parsed(line)
            text, instant = _updated(resource)
            if resource.get("resourceType") != self.resource_type or instant is None or (newest and instant < newest):
                self.last, self.at_last = None, []
                break
            if instant != newest:
                self.at_last = []
            self.at_last.append(hash(line))
            newest, self.last = instant, text
            batch.append(Entry(resource, line, NO_REQUEST))
            if len(batch) == LINES_A_BATCH:
                yield batch
                batch = []
        yield batch


def _lines(files: tuple[Path, ...]) -> Iterator[bytes]:
    """Whole lines of compressed files that may lack their end."""
    for path in files:
        inflater, held = zlib.decompressobj(wbits=31), b""
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                try:
                    held += inflater.decompress(chunk)
                except zlib.error:
                    return
                *whole, held = held.split(b"\n")
                yield from whole


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        resource = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return resource if isinstance(resource, dict) else {}


def _updated(resource: dict[str, Any]) -> tuple[str | None, datetime | None]:
    meta = resource.get("meta")
    text = meta.get("lastUpdated") if isinstance(meta, dict) else None
    return (text, instant_of(text)) if isinstance(text, str) else (None, None)
