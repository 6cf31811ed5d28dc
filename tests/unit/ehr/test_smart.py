"""SMART Backend Services: signed assertions, short tokens, and a token that no other host ever sees."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ehr.access import ServerAccess
from ehr.errors import ServerUnreachable, TokenRefused
from ehr.practice.faults import Fault
from ehr.practice.server import running
from ehr.practice.tokens import TokenDoor
from ehr.smart import SmartClient, SmartTokens

CLIENT = "nadir-backend"


@pytest.fixture(scope="module")
def keys():
    return {"RS384": rsa.generate_private_key(65537, 2048), "ES384": ec.generate_private_key(ec.SECP384R1())}


def public(key):
    encoded = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode()


def write_pem(path, key):
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def write_jwks(path, key, algorithm):
    entry = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key)) | {"kid": "the-key", "alg": algorithm}
    other = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key())) | {"kid": "not-this-one"}
    path.write_text(json.dumps({"keys": [other, entry]}))
    return path


class Ticking:
    """A clock that the test moves; the server's door counts the same seconds."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return datetime.now(UTC) + timedelta(seconds=self.seconds)

    def count(self):
        return self.seconds


@pytest.fixture
def smart(site, keys, tmp_path):
    """Makes tokens for a server: `smart(url, key_file, clock)`."""

    def make(url, key_file=None, clock=None, **client):
        access = ServerAccess(url, sleep=site.sleeper)
        path = key_file or write_pem(tmp_path / "key.pem", keys["ES384"])
        return SmartTokens(access, SmartClient(CLIENT, path.read_text, **client), clock or Ticking())

    return make


def pull(site, url, tokens, allowed=(), connections=5, **changes):
    changes = {"roster": "all"} | changes
    plan = site.plan(url, **changes)
    access = ServerAccess(
        url,
        token=tokens.current,
        renew_token=tokens.renewed,
        sleep=site.sleeper,
        page_size=2,
        allowed_hosts=allowed,
        connections=connections,
    )
    from dataclasses import replace

    from ehr import pull as carry_out

    return carry_out(replace(plan, access=access), site.root, clock=site.clock)


@pytest.mark.parametrize("form", ["pem", "jwks"])
@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
def test_a_signed_assertion_opens_the_server(site, hospital, keys, smart, tmp_path, algorithm, form):
    key = keys[algorithm]
    path = tmp_path / "signing"
    path = write_pem(path, key) if form == "pem" else write_jwks(path, key, algorithm)
    door = TokenDoor({CLIENT: public(key)})
    with running(hospital(), token=door) as url:
        assert pull(site, url, smart(url, path)).is_complete
    assert door.assertions == 1


def test_a_token_is_renewed_before_its_300_seconds_are_over(site, hospital, keys, smart):
    clock = Ticking()
    door = TokenDoor({CLIENT: public(keys["ES384"])}, seconds=300, clock=clock.count)
    with running(hospital(), token=door) as url:
        tokens = smart(url, clock=clock)
        first = tokens.current()
        clock.seconds = 200
        assert tokens.current() == first
        clock.seconds = 250
        assert tokens.current() != first


def test_a_long_pull_outlives_its_tokens_and_is_never_refused(site, hospital, keys, smart):
    clock = Ticking()

    def count():
        # Each request takes twenty seconds of the server's time.
        clock.seconds += 20
        return clock.seconds

    door = TokenDoor({CLIENT: public(keys["ES384"])}, seconds=300, clock=count)
    with running(hospital(), token=door) as url:
        assert pull(site, url, smart(url, clock=clock), roster="patients", connections=1).is_complete
    assert clock.seconds > 600
    assert (door.assertions >= 3, door.refused) == (True, 0)


def test_a_token_that_the_server_forgot_is_renewed_once(site, hospital, keys, smart):
    door = TokenDoor({CLIENT: public(keys["ES384"])})
    clock = Ticking()
    with running(hospital(), token=door) as url:
        tokens = smart(url, clock=clock)
        tokens.current()
        door.tokens.clear()
        clock.seconds = 10
        assert pull(site, url, tokens).is_complete
    assert door.assertions == 2


def test_a_server_that_refuses_every_token_ends_the_pull(site, hospital, keys, smart):
    door = TokenDoor({CLIENT: public(keys["ES384"])}, seconds=0)
    with running(hospital(), token=door) as url, pytest.raises(TokenRefused, match="401"):
        pull(site, url, smart(url))


def test_narrower_scopes_than_asked_for_are_taken(site, hospital, keys, smart):
    door = TokenDoor({CLIENT: public(keys["ES384"])}, granted="system/Patient.rs")
    with running(hospital(), token=door) as url:
        tokens = smart(url)
        tokens.current()
    assert tokens.granted == "system/Patient.rs"


@pytest.mark.parametrize("wrong", ["key", "client"])
def test_a_bad_assertion_is_one_sentence_without_secrets(hospital, keys, smart, wrong):
    known = public(keys["RS384" if wrong == "key" else "ES384"])
    door = TokenDoor({"somebody-else" if wrong == "client" else CLIENT: known})
    with running(hospital(), token=door) as url, pytest.raises(TokenRefused, match="invalid_client") as refused:
        smart(url).current()
    assert "BEGIN" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{}", b"-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n"])
def test_a_file_without_a_key_is_one_sentence(hospital, smart, tmp_path, content):
    path = tmp_path / "broken"
    path.write_bytes(content)
    with running(hospital(), token=TokenDoor({})) as url, pytest.raises(TokenRefused, match="key_file"):
        smart(url, path).current()


def test_a_silent_token_endpoint_is_one_sentence(hospital, smart):
    with running(hospital(), token=TokenDoor({}), faults=[Fault("auth/token", times=None, status=503)]) as url:
        with pytest.raises(ServerUnreachable, match="token endpoint"):
            smart(url).current()


def test_the_token_endpoint_may_stand_in_the_capability_statement(site, hospital, keys, smart):
    door = TokenDoor({CLIENT: public(keys["ES384"])})
    with running(hospital(), token=door) as plain:
        here = plain.replace("/fhir", "/auth/token")
        said = {"url": "token", "valueUri": here}
        uris = {"url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", "extension": [said]}
        body = json.dumps({"resourceType": "CapabilityStatement", "rest": [{"security": {"extension": [uris]}}]})
        faults = [
            Fault("smart-configuration", times=None, status=404),
            Fault("metadata", times=None, status=200, body=body.encode()),
        ]
        with running(hospital(), faults=faults) as url:
            assert smart(url).current() in door.tokens


def test_a_token_endpoint_without_tls_gets_nothing_from_a_server_with_it(smart):
    with pytest.raises(TokenRefused, match="without TLS"):
        smart("https://127.0.0.1:1/fhir", token_url="http://127.0.0.1:1/token", scopes="system/*.rs").current()


@contextmanager
def other_host():
    """A second host that notes the headers of who calls, and answers with an empty Bundle."""
    calls = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            calls.append(dict(self.headers))
            body = b'{"resourceType":"Bundle","type":"searchset"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls
    finally:
        server.shutdown()
        server.server_close()


def leading_away(there):
    """Each way in which a server can lead to another host."""
    return {
        "next link": [
            Fault(
                "Observation",
                times=None,
                replace=(('"relation": "next", "url": "http:', f'"relation": "next", "url": "{there}/http:'),),
            )
        ],
        "redirect": [Fault("GET /fhir/Condition", times=None, status=307, headers=(("Location", f"{there}/fhir/x"),))],
        "bulk file": [
            Fault(
                "export-status", times=None, replace=(('"url": "http:', f'"url": "{there}/http:'), ("Access-Token", ""))
            )
        ],
        "bulk state": [Fault(r"\$export\?", times=None, status=202, headers=(("Content-Location", f"{there}/state"),))],
    }


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("way", ["next link", "redirect", "bulk file", "bulk state"])
def test_a_token_never_reaches_another_host(site, hospital, keys, smart, way, allowed):
    door = TokenDoor({CLIENT: public(keys["ES384"])})
    source = {"source": "export"} if way.startswith("bulk") else {}
    with other_host() as (there, calls):
        with running(hospital(), token=door, faults=leading_away(there)[way]) as url:
            tokens = smart(url)
            receipt = pull(site, url, tokens, **source, allowed=(there,) if allowed else ())
    assert bool(calls) == allowed
    assert not any("Authorization" in headers for headers in calls)
    assert not any(token in json.dumps(calls) for token in door.tokens)
    if not allowed and way in ("next link", "redirect"):
        assert not receipt.is_complete
