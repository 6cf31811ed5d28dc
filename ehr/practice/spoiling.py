"""How a whole answer is spoilt: entries lost or doubled, line ends, marks, compression."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

from .faults import Fault

Headers = list[tuple[bytes, bytes]]
BOM = b"\xef\xbb\xbf"


def spoil_body(fault: Fault, body: bytes) -> bytes:
    """The body as the fault leaves it, before compression and cutting."""
    if fault.drop_entry or fault.double_entry:
        body = _spoil_entries(fault, body)
    for old, new in fault.replace:
        body = body.replace(old.encode(), new.encode())
    lines = body.split(b"\n")
    if fault.half_line and fault.half_line <= len(lines):
        line = lines[fault.half_line - 1]
        lines[fault.half_line - 1] = line[: len(line) // 2] + b"\n" + line[len(line) // 2 :]
    if fault.blank_lines:
        lines = [part for line in lines for part in (b"", line, b"  ")]
    body = (b"\r\n" if fault.crlf else b"\n").join(lines)
    return BOM + body if fault.bom else body


def spoil_wire(fault: Fault, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Headers and bytes as they go over the wire: compression, clock, length."""
    kept = [pair for pair in headers if pair[0].lower() != b"content-length"]
    if fault.gzip:
        body = gzip.compress(body, mtime=0)
        if fault.gzip == "twice":
            body = gzip.compress(body, mtime=0)
        elif fault.gzip == "damaged":
            body = body[: len(body) // 2] + bytes(byte ^ 0xFF for byte in body[len(body) // 2 :])
        if fault.gzip != "unnamed":
            kept.append((b"content-encoding", b"gzip"))
    if fault.clock_skew_seconds:
        kept = list(_shifted(kept, fault.clock_skew_seconds))
    kept.append((b"content-length", str(len(body)).encode()))
    return kept, body


def _spoil_entries(fault: Fault, body: bytes) -> bytes:
    bundle = json.loads(body)
    entries = bundle.get("entry", [])
    if fault.double_entry and fault.double_entry <= len(entries):
        entries.append(entries[fault.double_entry - 1])
    if fault.drop_entry and fault.drop_entry <= len(entries):
        del entries[fault.drop_entry - 1]
    return json.dumps(bundle).encode()


def _shifted(headers: Headers, seconds: int) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers:
        if name.lower() == b"date":
            moment = parsedate_to_datetime(value.decode()) + timedelta(seconds=seconds)
            yield name, format_datetime(moment, usegmt=True).encode()
        else:
            yield name, value
