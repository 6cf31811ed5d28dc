"""A real HAPI on loopback, filled with the ninety and sixty decoys; skipped with the reason where it cannot run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ehr.practice.hospital_files import generate
from tests.servers.hapi import hapi_server
from tests.servers.hapi.hapi_load import Key, LoadAccount, Resource, deletions_of, load, patients_of, records_of

FEW = 6


@dataclass(frozen=True)
class LoadedHapi:
    """A server, what was sent to it version by version, what was deleted, and what became of it."""

    base: str
    hospital: Path
    records: dict[Key, list[Resource]]
    deletions: list[Key]
    account: LoadAccount


@pytest.fixture(scope="session")
def hapi_hospital(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hospital")
    generate(folder)
    return folder


@pytest.fixture(scope="session")
def hapi_started(tmp_path_factory) -> Callable[..., AbstractContextManager[str]]:
    """Starts a server with an empty database: `with hapi_started(fetchMax="200") as base`."""

    @contextmanager
    def start(**settings: str) -> Iterator[str]:
        try:
            hapi_server.demand_tools()
            hapi_server.build()
        except hapi_server.Unavailable as why:
            pytest.skip(f"HAPI cannot run here: {why}")
        with hapi_server.running(tmp_path_factory.mktemp("hapi") / "hapi.log", **settings) as base:
            yield base

    return start


@pytest.fixture(scope="session")
def hapi(hapi_started, hapi_hospital) -> Iterator[LoadedHapi]:
    """HAPI with quick jobs and no early end of paging, with everybody."""
    records = records_of(hapi_hospital, patients_of(hapi_hospital))
    deletions = deletions_of(hapi_hospital, records)
    with hapi_started() as base:
        yield LoadedHapi(base, hapi_hospital, records, deletions, load(base, records, deletions))


@pytest.fixture(scope="session")
def real_hapi(hapi_started, hapi_hospital) -> Iterator[LoadedHapi]:
    """HAPI as its public starter sets it, with a few patients: tests may change and delete what is there."""
    patients = sorted(patients_of(hapi_hospital))[:FEW]
    records = records_of(hapi_hospital, set(patients))
    deletions = deletions_of(hapi_hospital, records)
    with hapi_started(**hapi_server.REAL) as base:
        yield LoadedHapi(base, hapi_hospital, records, deletions, load(base, records, deletions))
