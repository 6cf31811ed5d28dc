"""Certificates are verified: by the usual authorities, or by the file that the settings name."""

from __future__ import annotations

import http.server
import shutil
import ssl
import subprocess
import threading

import pytest

from ehr.access import Patience, ServerAccess
from ehr.capability import read_capability
from ehr.client import Client
from ehr.errors import ServerUnreachable

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")


class Metadata(http.server.BaseHTTPRequestHandler):
    """Answers everything with a CapabilityStatement."""

    def do_GET(self) -> None:
        body = b'{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server calls with
        pass


@pytest.fixture
def secure(tmp_path):
    """An https server with a certificate that only its own file vouches for: (url, certificate)."""
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*make, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    server = http.server.HTTPServer(("127.0.0.1", 0), Metadata)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}/fhir", certificate
    server.shutdown()
    thread.join()
    server.server_close()


def connect(url, ca_file):
    access = ServerAccess(url, ca_file=ca_file, patience=Patience(attempts=1), sleep=lambda seconds: None)
    client = Client(access)
    try:
        return read_capability(client)
    finally:
        client.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(secure):
    with pytest.raises(ServerUnreachable, match="SSLError"):
        connect(secure[0], None)


def test_the_settings_may_name_the_authority(secure):
    assert connect(*secure).types is None
