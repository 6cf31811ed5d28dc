"""Every command on every failing path: exit code 2, one sentence, nothing changed."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ehr.practice.server import running
from flows.commands import parser
from flows.outcomes import ending
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import make_ward, tree, ward_home
from warehouse.connection import opened
from warehouse.store import archive_path

READING = (
    ("status",), ("report", "list"), ("report", "show"), ("cases", "list"), ("config", "check", "--offline"),
    ("store", "verify"),
)  # fmt: skip
WRITING = (
    ("store", "rebuild"), ("forget", "--patient", "nobody"), ("run", "ingest"), ("run", "weekly"), ("run", "backfill"),
    ("run", "rebuild"),
)  # fmt: skip
LOCKED = WRITING[:2]


@pytest.fixture(scope="module")
def issued_home(hospital, shared) -> Path:
    ward = shared("ward", lambda folder: make_ward(hospital, folder))

    def issue(folder: Path) -> None:
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    return shared("ward-issued", issue)


@pytest.fixture(scope="module")
def home(issued_home, tmp_path_factory) -> Path:
    """One copy for all: what fails changes nothing, and each test proves that."""
    return shutil.copytree(issued_home, tmp_path_factory.mktemp("failing") / "home")


def run(words: tuple[str, ...], config: str) -> int:
    """A command in this process, as the shell would run it."""
    arguments = parser().parse_args([*words, "--config", config])
    return ending(lambda: arguments.run(arguments))


def demand_one_sentence(capsys, *expected: str) -> None:
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1, told.err
    assert told.err.startswith("nadir: ")
    assert all(words in told.err for words in expected), told.err


@contextmanager
def nothing_changes(home: Path) -> Iterator[None]:
    """Landing, reports and store are byte by byte what they were; a lock file may have been touched."""
    before = {name: digest for name, digest in tree(home / "nadir-data").items() if not name.endswith("work.lock")}
    yield
    after = {name: digest for name, digest in tree(home / "nadir-data").items() if not name.endswith("work.lock")}
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} <= {"logs/nadir.log"}


def broken_settings(folder: Path, home: Path) -> tuple[str, str]:
    config = ward_home(folder, "http://127.0.0.1:9", home=str(home / "nadir-data"))
    Path(config).write_text("time_zone = ", encoding="utf-8")
    return config, "TOML"


def broken_protocol(folder: Path, home: Path) -> tuple[str, str]:
    (folder / "ours.toml").write_text("name = [", encoding="utf-8")
    chosen = {"home": str(home / "nadir-data"), "protocol": str(folder / "ours.toml")}
    return ward_home(folder, "http://127.0.0.1:9", **chosen), "ours.toml"


def unknown_list(folder: Path, home: Path) -> tuple[str, str]:
    lists = folder / "lists"
    lists.mkdir()
    (lists / "our_own_codes.csv").write_text("system,code\nurn:a,b\n", encoding="utf-8")
    chosen = {"home": str(home / "nadir-data"), "site.valuesets": str(lists)}
    return ward_home(folder, "http://127.0.0.1:9", **chosen), "there is no table of this name"


@pytest.mark.parametrize("words", [*READING, *WRITING], ids=" ".join)
@pytest.mark.parametrize("spoil", [broken_settings, broken_protocol, unknown_list], ids=lambda spoil: spoil.__name__)
def test_what_cannot_be_read_is_named_by_every_command(
    spoil: Callable[[Path, Path], tuple[str, str]], words: tuple[str, ...], home: Path, tmp_path: Path, capsys
) -> None:
    config, expected = spoil(tmp_path, home)
    with nothing_changes(home):
        assert run(words, config) == 2
    demand_one_sentence(capsys, expected)


@pytest.mark.parametrize("words", LOCKED, ids=" ".join)
def test_a_store_that_another_writes_is_left_alone(words: tuple[str, ...], home: Path, capsys) -> None:
    lock = home / "nadir-data" / "store" / "work.lock"
    lock.write_text(json.dumps({"process_id": 4711, "flow_run": "weekly", "started_at": "2026-01-01T00:00:00Z"}))
    with lock.open() as held, nothing_changes(home):
        fcntl.flock(held, fcntl.LOCK_EX)
        assert run(words, str(home / "nadir.toml")) == 2
    demand_one_sentence(capsys, "is held by process 4711")


def test_a_store_of_a_newer_version_is_left_alone(home: Path, tmp_path: Path, capsys) -> None:
    copy = shutil.copytree(home, tmp_path / "home")
    with opened(archive_path(copy / "nadir-data" / "store")) as archive:
        archive.execute("update ops.store_layout set layout = layout + 1")
    source = tmp_path / "empty"
    source.mkdir()
    (source / "Patient.ndjson").write_text('{"resourceType":"Patient","id":"p1"}\n', encoding="utf-8")
    config = ward_home(copy, "", **{"server.source": "folder", "server.folder": str(source)})
    before = archive_path(copy / "nadir-data" / "store").read_bytes()
    assert plain_week(config) == 2
    assert "made by a newer Nadir" in capsys.readouterr().err
    assert archive_path(copy / "nadir-data" / "store").read_bytes() == before


class NoFhirHere(BaseHTTPRequestHandler):
    """Knows no address."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        return


@contextmanager
def tls_server(folder: Path) -> Iterator[str]:
    """An https server whose certificate no authority of this machine has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    server = HTTPServer(("127.0.0.1", 0), NoFhirHere)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/fhir"
    finally:
        server.shutdown()
        server.server_close()


def test_a_certificate_that_nobody_signed_is_refused_and_with_its_authority_it_is_not(
    home: Path, tmp_path: Path, capsys
) -> None:
    with tls_server(tmp_path) as url, nothing_changes(home):
        chosen = {"home": str(home / "nadir-data")}
        assert run(("config", "check"), ward_home(tmp_path, url, **chosen)) == 2
        demand_one_sentence(capsys, "no server answers", "SSLError", "certificates")
        assert run(("config", "check"), ward_home(tmp_path, url, **chosen, **{"server.ca_file": "ca.pem"})) == 2
        demand_one_sentence(capsys, "no FHIR metadata at this address")


def test_a_proxy_that_is_not_there_is_named(home: Path, tmp_path: Path, capsys) -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
    chosen = {"home": str(home / "nadir-data"), "server.proxy": f"http://127.0.0.1:{port}"}
    with nothing_changes(home):
        assert run(("config", "check"), ward_home(tmp_path, "http://fhir.example.org/r4", **chosen)) == 2
    demand_one_sentence(capsys, "no server answers", "ProxyError", "proxy")
