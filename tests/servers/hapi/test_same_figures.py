"""The study from a real HAPI: the same figures as from the practice server, and an account of what HAPI refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ehr.practice.server import running
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import figures, ward_home
from tests.servers.hapi.conftest import LoadedHapi
from tests.servers.hapi.hapi_load import Refusal, without, write_hospital
from tests.servers.hapi.pulls import put

pytestmark = pytest.mark.hapi
GROUP = "cell-therapy"


def hospital_of(hapi: LoadedHapi, folder: Path) -> Path:
    """What HAPI could carry, as a folder of the practice hospital."""
    folder.mkdir()
    write_hospital(without(hapi.records, hapi.account.refused), hapi.hospital / "deletions.ndjson", folder)
    return folder


def test_the_account_names_every_version_that_hapi_refused(hapi: LoadedHapi) -> None:
    sent = sum(len(versions) for versions in hapi.records.values())
    account = hapi.account
    assert (account.sent, account.taken + len(account.refused), account.deleted) == (sent, sent, len(hapi.deletions))
    digits_only = sorted(
        Refusal(kind, name, number, 400, "HAPI-0960")
        for (kind, name), versions in hapi.records.items()
        if name.isdigit()
        for number in range(len(versions))
    )
    assert account.refused == digits_only


@pytest.fixture(scope="module")
def on_the_practice_server(hapi: LoadedHapi, tmp_path_factory) -> Callable[[str], dict[str, list[str]]]:
    """The figures of a roster by search of the practice server, made once."""
    root = tmp_path_factory.mktemp("practice")
    same = hospital_of(hapi, root / "same")

    @cache
    def found(roster: str) -> dict[str, list[str]]:
        with running(same, token=TOKEN) as url:
            assert plain_week(ward_home(root / roster, url, **looked_at(hapi, root, roster))) == 0
        return figures(root / roster / "nadir-data")

    return found


def looked_at(hapi: LoadedHapi, folder: Path, roster: str) -> dict[str, Any]:
    """The settings of a roster; a list and a Group name everybody who is there."""
    listed = folder / "everybody.txt"
    listed.write_text("\n".join(everybody(hapi)) + "\n", encoding="utf-8")
    return {"server.roster": roster, "server.roster_file": str(listed), "server.group": GROUP}


def everybody(hapi: LoadedHapi) -> list[str]:
    return sorted({name for kind, name in without(hapi.records, hapi.account.refused) if kind == "Patient"})


@pytest.mark.parametrize(
    ("source", "roster"),
    [("search", "search"), ("search", "patients"), ("export", "all"), ("export", "patients"), ("export", "group")],
)
def test_the_figures_are_those_of_the_practice_server(
    source: str, roster: str, hapi: LoadedHapi, on_the_practice_server, tmp_path: Path
) -> None:
    """By search, and by export of the system, of all patients and of a Group."""
    listed = [{"entity": {"reference": f"Patient/{name}"}} for name in everybody(hapi)]
    put(hapi.base, {"resourceType": "Group", "id": GROUP, "type": "person", "actual": True, "member": listed})
    chosen = {**looked_at(hapi, tmp_path, roster), "server.source": source, "server.profile": "hapi"}
    assert plain_week(ward_home(tmp_path / "real", hapi.base, **chosen)) == 0
    found = figures(tmp_path / "real" / "nadir-data")
    assert found == on_the_practice_server("search" if roster == "search" else "patients")
    assert any(line.startswith("patients_infused") or ",patients_infused," in line for line in found["2020-W01"])
