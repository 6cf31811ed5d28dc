"""A proxy before HAPI that asks for a bearer token, as a hospital's gateway does: HAPI itself asks for none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import requests

HOP_HEADERS = frozenset({"connection", "content-encoding", "content-length", "date", "server", "transfer-encoding"})


@contextmanager
def gate(
    behind: str, token: str, *, change: Callable[[str], str] = str, dropped: frozenset[str] = frozenset()
) -> Iterator[str]:
    """The address of a proxy before the server `behind` that lets only this token through.

    `change` may put another path with query in the place of the one that is asked for; headers `dropped` (lower case)
    do not reach the server.
    """
    held_back = dropped | {"authorization"}

    class Gate(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.headers.get("Authorization") != f"Bearer {token}":
                self._answer(401, {"WWW-Authenticate": "Bearer"}, b"")
                return
            # The server makes its links from the Host header, so paging comes back through the gate.
            sent = {name: value for name, value in self.headers.items() if name.lower() not in held_back}
            parts = urlsplit(behind)
            got = requests.get(f"{parts.scheme}://{parts.netloc}{change(self.path)}", headers=sent, timeout=120)
            kept = {name: value for name, value in got.headers.items() if name.lower() not in HOP_HEADERS}
            self._answer(got.status_code, kept, got.content)

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{urlsplit(behind).path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
