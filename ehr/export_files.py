"""The files of an export: streamed line by line into the landing folder, whatever compression and line ends."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import orjson
import requests

from ehr.bundles import BOM
from ehr.client import Ask, Client
from ehr.errors import AnswerUnusable, ConnectionLost, RequestRefused, UnitFailed
from ehr.export_manifest import ExportFile
from ehr.retries import RETRIABLE

CHUNK_BYTES = 256 * 1024
LONGEST_LINE_BYTES = 64 * 1024 * 1024
LINES_A_BATCH = 1_000
REFUSED = frozenset({401, 403})
NDJSON = {"Accept": "application/fhir+ndjson"}
_GZIP = b"\x1f\x8b"
_NAMED_TYPE = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]{1,64})"')
Line = tuple[dict[str, Any] | None, bytes]


@dataclass(slots=True)
class FileTally:
    """What one file brought: lines of any kind, lines that are no JSON, and why it ended before its end."""

    lines: int = 0
    unreadable: int = 0
    broken: str | None = None
    gone: bool = False

    def fault(self, file: ExportFile) -> str | None:
        """What is wrong with the file, as a reason for the ledger; None when nothing is."""
        if self.broken:
            return self.broken
        if self.unreadable:
            return f"{self.unreadable} lines are no JSON"
        if file.count is not None and file.count > self.lines:
            return f"the server counts {file.count} lines, {self.lines} came"
        return None


@dataclass(slots=True)
class FileReader:
    """Reads the files of one export. Without `needs_token` it is asked without ours first, and with it when refused."""

    client: Client
    needs_token: bool | None
    take: Callable[[list[Line], ExportFile], None]

    def read(self, file: ExportFile) -> FileTally:
        """Read one file and hand its lines, batch by batch, to `take`; once more if anything is wrong with it.

        Raises:
            TokenRefused: see `Client.get`.
        """
        tally = FileTally()
        for attempt in (1, 2):
            tally = FileTally()
            try:
                self._read_once(file, tally)
            except RequestRefused as error:
                tally.broken = f"the file is not there ({error.status})"
                tally.gone = True
                break
            except UnitFailed as error:
                tally.broken = str(error)
            except requests.RequestException as error:
                tally.broken = f"the file breaks off ({type(error).__name__})"
            except zlib.error:
                tally.broken = "the file's compression is damaged"
            if tally.fault(file) is None:
                break
            if attempt == 1:
                self.client.pause(attempt, {})
        return tally

    def _read_once(self, file: ExportFile, tally: FileTally) -> None:
        batch: list[Line] = []
        with closing(self._open(file)) as response:
            for line in split_lines(inflated(response.iter_content(CHUNK_BYTES))):
                tally.lines += 1
                batch.append(_parsed(line, tally))
                if len(batch) >= LINES_A_BATCH:
                    self.take(batch, file)
                    batch = []
        self.take(batch, file)

    def _open(self, file: ExportFile) -> requests.Response:
        failure: UnitFailed = ConnectionLost("no attempt was made")
        for attempt in range(1, self.client.access.patience.attempts + 1):
            response = self._exchange(file)
            if response.status_code not in RETRIABLE:
                if response.status_code >= 300:
                    response.close()
                    raise RequestRefused(f"the server answered {response.status_code}", response.status_code)
                return response
            failure = AnswerUnusable(f"the server answered {response.status_code}, {attempt} times")
            response.close()
            self.client.pause(attempt, response.headers)
        raise failure

    def _exchange(self, file: ExportFile) -> requests.Response:
        ask = Ask(file.url, headers=NDJSON, stream=True, with_token=bool(self.needs_token))
        response = self.client.exchange(ask)
        # Some say that no token is needed, or say nothing, and need it; an address that is its own key refuses one.
        if response.status_code in REFUSED and not ask.with_token:
            response.close()
            response = self.client.exchange(replace(ask, with_token=True))
        return response


def inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of a file that may be gzip without saying so, and gzip within gzip.

    Raises:
        zlib.error: the compression is damaged or ends too early.
    """
    rest = iter(chunks)
    first = next(rest, b"")
    if not first.startswith(_GZIP):
        yield first
        yield from rest
        return
    inner = zlib.decompressobj(wbits=31)

    def opened() -> Iterator[bytes]:
        for chunk in chain((first,), rest):
            yield inner.decompress(chunk)
        if not inner.eof:
            raise zlib.error("ends too early")

    yield from inflated(opened())


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends; blank ones, a mark at the beginning and carriage returns are left out.

    Raises:
        AnswerUnusable: a line is longer than anything that a resource can be.
    """
    held = b""
    fresh = True
    for chunk in chunks:
        held += chunk
        if len(held) > LONGEST_LINE_BYTES and b"\n" not in chunk:
            raise AnswerUnusable("the file has a line without end")
        *whole, held = held.split(b"\n")
        for line in whole:
            if text := (line.removeprefix(BOM) if fresh else line).strip():
                yield text
            fresh = False
    if text := (held.removeprefix(BOM) if fresh else held).strip():
        yield text


def named_type(line: bytes) -> str | None:
    """The type that a line names which is no JSON; None when it names none."""
    found = _NAMED_TYPE.search(line)
    return found.group(1).decode() if found else None


def _parsed(line: bytes, tally: FileTally) -> Line:
    try:
        resource = orjson.loads(line)
    except orjson.JSONDecodeError:
        tally.unreadable += 1
        return None, line
    return (resource if isinstance(resource, dict) else None), line
