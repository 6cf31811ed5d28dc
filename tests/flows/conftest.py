"""The practice hospital and studies issued from it, made once and shared by the workers of one test run."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ehr.practice.hospital_files import generate
from ehr.practice.server import running
from flows import steps
from tests.flows.no_route import refusal, run_without_route
from tests.flows.wheel import NADIR, clean_environment, environment_of_wheel
from warehouse import read, read_build

TOKEN = "made-up-token-of-the-practice-hospital"
STUDY_ENDS_ON = date(2020, 1, 5)
SETTINGS = {"time_zone": "Asia/Shanghai", "store.threads": 1}


@dataclass(frozen=True)
class Hospital:
    """A practice hospital folder and what is true of its patients."""

    folder: Path

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))

    @cached_property
    def members(self) -> dict[str, dict[str, Any]]:
        """Answers of the ninety, by patient id."""
        return {key: answer for key, answer in self.truth["patients"].items() if answer["in_cohort"]}

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every version of every resource."""
        for path in sorted(self.folder.glob("[A-Z]*.ndjson")):
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)

    def deletions(self) -> list[dict[str, str]]:
        """What was deleted, and when."""
        path = self.folder / "deletions.ndjson"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True)
class Study:
    """An issued study: the home beside its settings file, and its newest week."""

    folder: Path

    @property
    def week(self) -> Path:
        """Where the newest week was issued."""
        return max((self.folder / "nadir-data" / "reports").glob("*/*/manifest.json")).parent

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.week / "manifest.json").read_text(encoding="utf-8"))

    @property
    def store(self) -> Path:
        return self.folder / "nadir-data" / "store"

    @property
    def run_id(self) -> str:
        return str(self.manifest["run_id"])

    def built(self, relation: str, **parameters: object) -> list[dict[str, Any]]:
        """Rows of a relation of the build; NaN and NaT as None."""
        return plain(read_build(self.store, self.run_id, relation, **parameters))

    @cached_property
    def estimates(self) -> pd.DataFrame:
        return read(self.store, "published.estimates", run_id=self.run_id)

    @cached_property
    def two_by_two(self) -> pd.DataFrame:
        return read(self.store, "published.two_by_two", run_id=self.run_id)


@dataclass(frozen=True)
class Demo:
    """What `nadir demo` from the wheel in an empty folder left and said: three Mondays and the finished study."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "empty" / "nadir-demo"

    @property
    def data(self) -> Path:
        return self.home / "nadir-data"

    @cached_property
    def told(self) -> dict[str, Any]:
        """Exit code, stdout, stderr; and what tried to leave a network without a route, None where none may be made."""
        return json.loads((self.folder / "told.json").read_text(encoding="utf-8"))


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame as rows of plain values: dates as ISO text, lists as lists, missing as None."""
    return [{str(name): plain_value(value) for name, value in row.items()} for row in frame.to_dict("records")]


def plain_value(value: Any) -> Any:
    if hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1:
        return value.tolist()
    if isinstance(value, list):
        return value
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value


def write_settings(folder: Path, chosen: dict[str, Any]) -> Path:
    """A settings file with these dotted keys, its home beside it."""
    sections: dict[str, list[str]] = {}
    for name, value in {**SETTINGS, **chosen}.items():
        section, _, key = name.rpartition(".")
        sections.setdefault(section, []).append(f"{key} = {json.dumps(value)}")
    lines = sections.pop("", [])
    for section, keys in sections.items():
        lines += [f"[{section}]", *keys]
    file = folder / "nadir.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def issue_week(folder: Path, chosen: dict[str, Any]) -> Study:
    """The whole route without Prefect: pull, load, stations with their gates, issue."""
    config = str(write_settings(folder, chosen))
    steps.pull(config, full=True, report=lambda event: None)
    steps.load(config)
    plan = steps.plan_week(config, through=STUDY_ENDS_ON, as_of=None)
    stations = [steps.station(config, plan, name) for name in steps.STATIONS]
    steps.issue(config, plan, stations, flow="weekly")
    return Study(folder)


@pytest.fixture(scope="session", autouse=True)
def own_settings_only() -> Iterator[None]:
    """No setting of the machine that the tests run on reaches a study."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("NADIR_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Makes a folder once per test run, also where several workers ask for it."""
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "practice"
    root.mkdir(exist_ok=True)

    def make_once(name: str, make: Callable[[Path], object]) -> Path:
        folder, made = root / name, root / f"{name}.made"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                folder.mkdir()
                make(folder)
                made.touch()
        return folder

    return make_once


@pytest.fixture(scope="session")
def hospital(shared) -> Hospital:
    """The practice hospital as `nadir practice generate` writes it."""
    return Hospital(shared("hospital", generate))


@pytest.fixture(scope="session")
def serve(hospital) -> Callable[..., Any]:
    """Starts the practice server with a token: `with serve(profile="us-core") as url`."""
    return lambda profile="generic": running(hospital.folder, token=TOKEN, profile=profile)


@pytest.fixture(scope="session")
def issued(request, hospital, serve, shared) -> Callable[[str], Study]:
    """A study of the practice hospital from its `folder`, or from its server by the roster named.

    That of the roster `search` is the demo's own, after its three Mondays.
    """

    def from_server(folder: Path, roster: str) -> None:
        (folder / "token").write_text(TOKEN, encoding="utf-8")
        # A list of patients is for servers that are only searched by patient.
        profile = "us-core" if roster == "patients" else "generic"
        with serve(profile) as url:
            issue_week(
                folder,
                {
                    "server.url": url,
                    "server.profile": profile,
                    "server.roster": roster,
                    "server.roster_file": str(hospital.folder / "roster.txt"),
                    "server.auth": "bearer",
                    "server.token_file": "token",
                },
            )

    def from_folder(folder: Path) -> None:
        issue_week(folder, {"server.source": "folder", "server.folder": str(hospital.folder)})

    def make(source: str) -> Study:
        if source == "search":
            return Study(request.getfixturevalue("demo").home)
        if source == "folder":
            return Study(shared("study-folder", from_folder))
        return Study(shared(f"study-{source}", lambda folder: from_server(folder, source)))

    return make


@pytest.fixture(scope="session")
def demo(shared) -> Demo:
    """`nadir demo`, run once: from the wheel, in an empty folder, and without a route where that is permitted."""

    def run(folder: Path) -> None:
        words = [str(environment_of_wheel(folder)), *NADIR, "demo"]
        empty, counts = folder / "empty", None
        empty.mkdir()
        place: dict[str, Any] = {"cwd": empty, "env": clean_environment(HOME=str(folder / "nobody"))}
        if refusal() is None:
            made, counts = run_without_route(words, folder / "counts.json", **place)
        else:
            made = subprocess.run(words, capture_output=True, text=True, check=False, **place)
        told = {"code": made.returncode, "stdout": made.stdout, "stderr": made.stderr, "counts": counts}
        (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")

    return Demo(shared("demo", run))
