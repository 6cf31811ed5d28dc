"""Faults that the practice server commits on purpose: which request, which time, what goes wrong.

A plan is a list of `Fault`; the first one that fits a request acts on it. Tests write them down as data.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `pattern` is searched in ``GET /fhir/Observation?patient=...`` (decoded). Of the requests that fit, the `nth` (1 is
    the first) and the `times` - 1 after it suffer; `times` None means all from then on. A fault may combine a
    delay with one of: a status (with headers and body), a reset, a body cut after a share of its bytes, or
    replacements of text in the body.
    """

    pattern: str
    nth: int = 1
    times: int | None = 1
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reset: bool = False
    keep_share: float | None = None
    replace: tuple[tuple[str, str], ...] = ()
    delay_seconds: float = 0.0


@dataclass(slots=True)
class FaultyApp:
    """An ASGI application in front of another, which commits the faults of a plan."""

    app: ASGIApp
    faults: Sequence[Fault]
    seen: dict[int, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, faultily when the plan says so."""
        fault = self._due(scope) if scope["type"] == "http" else None
        if fault is None:
            await self.app(scope, receive, send)
            return
        await asyncio.sleep(fault.delay_seconds)
        if fault.reset:
            _cut_line(send)
        elif fault.status is not None:
            await _send_status(fault, send)
        elif fault.keep_share is not None or fault.replace:
            await self._spoil_body(fault, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _due(self, scope: Scope) -> Fault | None:
        query = scope["query_string"].decode("latin-1")
        request = unquote_plus(f"{scope['method']} {scope['path']}" + (f"?{query}" if query else ""))
        with self.lock:
            for number, fault in enumerate(self.faults):
                if not re.search(fault.pattern, request):
                    continue
                count = self.seen[number] = self.seen.get(number, 0) + 1
                if count >= fault.nth and (fault.times is None or count < fault.nth + fault.times):
                    return fault
        return None

    async def _spoil_body(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, keep)
        start, body = sent[0], b"".join(message.get("body", b"") for message in sent[1:])
        for old, new in fault.replace:
            body = body.replace(old.encode(), new.encode())
        headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({**start, "headers": headers})
        if fault.keep_share is None:
            await send({"type": "http.response.body", "body": body})
        else:
            kept = body[: int(len(body) * fault.keep_share)]
            await send({"type": "http.response.body", "body": kept, "more_body": True})
            _cut_line(send, politely=True)


async def _send_status(fault: Fault, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in fault.headers]
    headers.append((b"content-length", str(len(fault.body)).encode()))
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    await send({"type": "http.response.body", "body": fault.body})


def _cut_line(send: Send, *, politely: bool = False) -> None:
    # ASGI has no word for "hang up"; uvicorn's `send` is a method of the request cycle, which holds the socket.
    transport = send.__self__.transport  # type: ignore[attr-defined]
    if politely:
        transport.close()
    else:
        transport.abort()
