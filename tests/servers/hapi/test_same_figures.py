"""The study from a real HAPI: the same figures as from the practice server, and an account of what HAPI refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ehr.practice.server import running
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import figures, ward_home
from tests.servers.hapi.conftest import LoadedHapi
from tests.servers.hapi.hapi_load import Refusal, without, write_hospital

pytestmark = pytest.mark.hapi


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


@pytest.mark.parametrize("roster", ["search", "patients"])
def test_the_figures_are_those_of_the_practice_server(roster: str, hapi: LoadedHapi, tmp_path: Path) -> None:
    same = hospital_of(hapi, tmp_path / "same")
    chosen = {"server.roster": roster, "server.roster_file": str(same / "roster.txt")}
    real, practice = tmp_path / "real", tmp_path / "practice"
    assert plain_week(ward_home(real, hapi.base, **chosen)) == 0
    with running(same, token=TOKEN) as url:
        assert plain_week(ward_home(practice, url, **chosen)) == 0
    found = figures(real / "nadir-data")
    assert found == figures(practice / "nadir-data")
    assert any(line.startswith("patients_infused") or ",patients_infused," in line for line in found["2020-W01"])
