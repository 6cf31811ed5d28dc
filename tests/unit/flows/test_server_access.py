"""From settings to a login that a server really sees, and that no other server sees."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ehr.bundles import read_page
from ehr.client import Client
from ehr.errors import ForeignHost, RequestRefused, TokenRefused
from ehr.practice.faults import Fault
from ehr.practice.server import running
from ehr.practice.tokens import OneToken
from flows.context import RunContext, open_context
from flows.server_access import server_access

DOOR = OneToken(base64.b64encode("nadir:pass wörd:1".encode()).decode(), scheme="Basic")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "hospital"
    folder.mkdir()
    (folder / "Patient.ndjson").write_text(json.dumps({"resourceType": "Patient", "id": "p0"}) + "\n")
    return folder


def logged_in(tmp_path: Path, url: str, password: str) -> RunContext:
    (tmp_path / "password").write_text(f"{password}\n", encoding="utf-8")
    file = tmp_path / "nadir.toml"
    file.write_text(
        f'time_zone = "Europe/Rome"\n[server]\nurl = "{url}"\nauth = "basic"\nuser = "nadir"\n'
        'password_file = "password"\n'
    )
    return open_context(file)


def patients(client: Client) -> int | None:
    return client.get(f"{client.access.base}/Patient?_total=accurate", read_page).total


def test_a_server_with_basic_login_sees_user_and_password(folder: Path, tmp_path: Path) -> None:
    with running(folder, token=DOOR) as url:
        assert patients(Client(server_access(logged_in(tmp_path, url, "pass wörd:1")))) == 1


def test_a_wrong_password_is_one_sentence_without_it(folder: Path, tmp_path: Path) -> None:
    with running(folder, token=DOOR) as url, pytest.raises(TokenRefused, match="401") as refused:
        patients(Client(server_access(logged_in(tmp_path, url, "wrong-password"))))
    assert "wrong-password" not in str(refused.value)


@pytest.mark.parametrize(("allowed", "ends"), [(False, ForeignHost), (True, RequestRefused)])
def test_a_redirect_to_another_server_goes_without_the_password(
    folder: Path, tmp_path: Path, allowed: bool, ends: type[Exception]
) -> None:
    # The other one has the same door: it would open, were the password sent on.
    with running(folder, token=DOOR) as other:
        away = Fault("GET /fhir/Patient", times=None, status=307, headers=(("Location", f"{other}/Patient"),))
        with running(folder, token=DOOR, faults=[away]) as url:
            access = server_access(logged_in(tmp_path, url, "pass wörd:1"))
            with pytest.raises(ends):
                patients(Client(replace(access, allowed_hosts=(other,) if allowed else ())))
