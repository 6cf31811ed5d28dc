"""The application in front of the practice server that commits the faults of a plan."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .faults import Fault
from .spoiling import Headers, spoil_body, spoil_wire

QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer as the application gave it."""

    status: int
    headers: Headers
    body: bytes


@dataclass(slots=True)
class FaultyApp:
    """An ASGI application in front of another; `first` and `last` keep what fitting requests were answered."""

    app: ASGIApp
    faults: Sequence[Fault]
    seen: dict[int, int] = field(default_factory=dict)
    first: dict[int, Answer] = field(default_factory=dict)
    last: dict[int, Answer] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, faultily when the plan says so."""
        fitting = self._fitting(scope) if scope["type"] == "http" else None
        if fitting is None:
            await self.app(scope, receive, send)
            return
        number, due = fitting
        fault = self.faults[number]
        if not due:
            await self._answer_rightly(number, scope, receive, send)
            return
        await asyncio.sleep(fault.delay_seconds)
        if fault.reset:
            _cut_line(send)
        elif fault.status is not None:
            headers = [(name.lower().encode(), value.encode()) for name, value in fault.headers]
            await _send_whole(Answer(fault.status, headers, fault.body), send)
        else:
            await self._answer_wrongly(number, scope, receive, send)

    def _fitting(self, scope: Scope) -> tuple[int, bool] | None:
        """The first fault whose time it is; else the first that must remember the answer; else None."""
        query = scope["query_string"].decode("latin-1")
        request = unquote_plus(f"{scope['method']} {scope['path']}" + (f"?{query}" if query else ""))
        remembering = None
        with self.lock:
            for number, fault in enumerate(self.faults):
                if not re.search(fault.pattern, request):
                    continue
                count = self.seen[number] = self.seen.get(number, 0) + 1
                if count >= fault.nth and (fault.times is None or count < fault.nth + fault.times):
                    return number, True
                if (fault.stale or fault.repeat_page) and remembering is None:
                    remembering = number, False
        return remembering

    async def _answer_rightly(self, number: int, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._ask(scope, receive)
        self.first.setdefault(number, answer)
        self.last[number] = answer
        await _send_whole(answer, send)

    async def _answer_wrongly(self, number: int, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.faults[number]
        # What is spoilt is the text; whether it is compressed afterwards, the fault says.
        headers = [pair for pair in scope["headers"] if pair[0].lower() != b"accept-encoding"]
        scope = {**scope, "headers": headers}
        if fault.cut is not None:
            scope = {**scope, "longest_search": fault.cut}
        if fault.ignore is not None:
            pairs = [pair for pair in parse_qsl(scope["query_string"].decode()) if pair[0] != fault.ignore]
            scope = {**scope, "query_string": urlencode(pairs).encode()}
        answer = await self._ask(scope, receive)
        if fault.stale:
            answer = self.first.get(number, answer)
        if fault.repeat_page:
            answer = self.last.get(number, answer)
        headers, body = spoil_wire(fault, answer.headers, spoil_body(fault, answer.body))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        kept = body if fault.keep_share is None else body[: int(len(body) * fault.keep_share)]
        await _send_pieces(fault, kept, send, whole=fault.keep_share is None)

    async def _ask(self, scope: Scope, receive: Receive) -> Answer:
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], list(sent[0]["headers"]), body)


async def _send_whole(answer: Answer, send: Send) -> None:
    headers = [pair for pair in answer.headers if pair[0].lower() != b"content-length"]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _send_pieces(fault: Fault, body: bytes, send: Send, *, whole: bool) -> None:
    step = max(1, -(-len(body) // (QUARTERS if fault.trickle_seconds else 1)))
    for start in range(0, max(1, len(body)), step):
        if start:
            await asyncio.sleep(fault.trickle_seconds)
        more = not whole or start + step < len(body)
        await send({"type": "http.response.body", "body": body[start : start + step], "more_body": more})
    if not whole:
        _cut_line(send, politely=True)


def _cut_line(send: Send, *, politely: bool = False) -> None:
    # ASGI has no word for "hang up"; uvicorn's `send` is a method of the request cycle, which holds the socket.
    transport = send.__self__.transport  # type: ignore[attr-defined]
    if politely:
        transport.close()
    else:
        transport.abort()
