"""How runs fail: one sentence, the exit code, reports as they were, and a next run that heals."""

from __future__ import annotations

import fcntl
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ehr.practice.faults import Fault
from ehr.practice.server import running
from flows.commands import parser
from flows.outcomes import ending
from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import command, figures, make_ward, tree, ward_home, weekly

NOISE = re.compile(r"Traceback|prefect|Prefect|\bError:|great_expectations|(?<![.])duckdb", re.MULTILINE)


@pytest.fixture(scope="module")
def ward(hospital, shared) -> Path:
    return shared("ward", lambda folder: make_ward(hospital, folder))


@pytest.fixture(scope="module")
def issued_home(ward, shared) -> Path:
    """A home whose week was issued undisturbed; tests work on copies."""

    def issue(folder: Path) -> None:
        with running(ward, token=TOKEN) as url:
            assert plain_week(ward_home(folder, url)) == 0

    return shared("ward-issued", issue)


@pytest.fixture
def home(issued_home, tmp_path) -> Path:
    """A copy of the issued home."""
    return shutil.copytree(issued_home, tmp_path / "home")


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory) -> Path:
    """One Prefect home for all, so that its database is migrated once."""
    return tmp_path_factory.mktemp("prefect")


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def one_sentence(stderr: str) -> str:
    lines = stderr.splitlines()
    assert len(lines) == 1, stderr
    assert lines[0].startswith("nadir: ")
    assert lines[0].endswith(".")
    assert not NOISE.search(lines[0]), lines[0]
    return lines[0]


def refused(made: subprocess.CompletedProcess[str], *expected: str) -> None:
    """The command ended with 2, nothing on stdout, one sentence that has these words."""
    told = one_sentence(made.stderr)
    assert made.returncode == 2, told
    assert made.stdout == ""
    assert all(words in told for words in expected), told


def here(run: Callable[[], int], capsys) -> subprocess.CompletedProcess[str]:
    """What a command says and how it ends, run in this process."""
    capsys.readouterr()
    code = run()
    told = capsys.readouterr()
    return subprocess.CompletedProcess([], code, told.out, told.err)


def weekly_here(config: str, capsys) -> subprocess.CompletedProcess[str]:
    """A weekly run that is refused before Prefect starts."""
    arguments = parser().parse_args(["run", "weekly", "--config", config])
    return here(lambda: ending(lambda: arguments.run(arguments)), capsys)


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """The reports below are byte by byte what they were, and no half-written file stands anywhere."""
    before = tree(folder / "nadir-data" / "reports")
    closed = sorted((folder / "nadir-data" / "landing").glob("*/manifest.json"))
    yield
    assert tree(folder / "nadir-data" / "reports") == before
    assert [path for path in closed if not path.is_file()] == []
    assert [path for path in (folder / "nadir-data" / "reports").rglob(".*")] == []


def no_settings(home: Path) -> tuple[str, ...]:
    (home / "nadir.toml").unlink()
    return ("no such settings file", "nadir config init")


def no_time_zone(home: Path) -> tuple[str, ...]:
    ward_home(home, "http://127.0.0.1:9", time_zone="Asia/Atlantis")
    return ("time_zone", "Asia/Atlantis")


def unreadable_protocol(home: Path) -> tuple[str, ...]:
    (home / "ours.toml").write_text("name = [", encoding="utf-8")
    ward_home(home, "http://127.0.0.1:9", protocol=str(home / "ours.toml"))
    return ("ours.toml",)


def unreadable_settings(home: Path) -> tuple[str, ...]:
    (home / "nadir.toml").write_text("time_zone = ", encoding="utf-8")
    return ("nadir.toml", "TOML")


def no_token(home: Path) -> tuple[str, ...]:
    (home / "token").unlink()
    return ("server.token_file",)


def unreadable_code_list(home: Path) -> tuple[str, ...]:
    (home / "lists").mkdir()
    (home / "lists" / "infection_codes.csv").write_text("what,is,this\n1,2,3\n", encoding="utf-8")
    ward_home(home, "http://127.0.0.1:9", **{"site.valuesets": str(home / "lists")})
    return ("infection_codes.csv",)


@pytest.mark.parametrize(
    "spoil", [no_settings, no_time_zone, unreadable_protocol, unreadable_settings, no_token, unreadable_code_list],
    ids=lambda spoil: spoil.__name__,
)  # fmt: skip
def test_what_cannot_be_read_stops_a_run_before_anything_is_touched(spoil, home: Path, capsys) -> None:
    expected = spoil(home)
    before = tree(home / "nadir-data")
    made = weekly_here(str(home / "nadir.toml"), capsys)
    refused(made, *expected)
    assert tree(home / "nadir-data") == before


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that nobody can write to, root included."""
    bound = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False).returncode == 0
    if not bound and os.geteuid() == 0:
        pytest.skip("root can write to any folder here, and may not mount one read-only")
    try:
        if bound:
            subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        else:
            folder.chmod(0o500)
        yield
    finally:
        if bound:
            subprocess.run(["umount", folder], check=True)
        else:
            folder.chmod(0o700)


def test_a_home_that_cannot_be_written_is_named(home: Path) -> None:
    """As a command of its own: what Python or Prefect print at their start would be seen."""
    with unchanged(home), read_only(home / "nadir-data"):
        refused(command("run", "weekly", "--config", str(home / "nadir.toml")), "nadir-data", "written")


def test_a_home_without_room_is_named(home: Path, tmp_path: Path, capsys) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system may not be mounted here")
    try:
        config = ward_home(home, "http://127.0.0.1:9", home=str(small))
        refused(weekly_here(config, capsys), str(small), "MB")
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.parametrize(
    "kilobytes", [1, pytest.param(40, marks=pytest.mark.nightly), 700], ids=["pull", "load", "build"]
)
def test_a_disk_that_is_full_stops_the_run_and_the_next_one_heals(
    kilobytes: int, ward: Path, issued_home: Path, tmp_path: Path
) -> None:
    """A limit on the size of files is a full disk to the process: it meets it at different stations."""
    with running(ward, token=TOKEN) as url:
        config = ward_home(tmp_path, url)
        made = subprocess.run(
            [sys.executable, "-m", "tests.flows.plain_week", config],
            capture_output=True, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * kilobytes, 1024 * kilobytes)),
            # Or the limit would leave half a byte-code file in the source tree.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        refused(made, "cannot be written")
        assert not list((tmp_path / "nadir-data").glob("reports/*"))
        if kilobytes == 40:
            assert plain_week(config) == 0
            assert figures(tmp_path / "nadir-data") == figures(issued_home / "nadir-data")


def test_a_full_file_system_stops_the_run_and_with_room_it_heals(ward: Path, issued_home: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system may not be mounted here")
    try:
        with running(ward, token=TOKEN) as url:
            config = ward_home(tmp_path, url, home=str(small / "data"))
            refused(plain_command(config), "cannot be written", "disk space")
            assert not list((small / "data").glob("reports/*"))
            subprocess.run(["mount", "-o", "remount,size=300m", small], check=True)
            assert plain_week(config) == 0
            assert figures(small / "data") == figures(issued_home / "nadir-data")
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_wrong_token_stops_the_run(ward: Path, home: Path, capsys) -> None:
    with running(ward, token=TOKEN) as url:
        config = ward_home(home, url)
        (home / "token").write_text("another", encoding="utf-8")
        with unchanged(home):
            refused(here(lambda: plain_week(config), capsys), "refused our token", "401")


def test_a_server_that_refuses_every_roster_search_stops_the_run(ward: Path, home: Path, capsys) -> None:
    faults = [Fault(r"\?code=", times=None, status=403)]
    with running(ward, token=TOKEN, faults=faults) as url, unchanged(home):
        config = ward_home(home, url)
        refused(here(lambda: plain_week(config), capsys), "403", "roster")


def plain_command(config: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.flows.plain_week", config], capture_output=True, text=True, check=False
    )


def orphans(number: int) -> str:
    row = {
        "resourceType": "Condition", "subject": {"reference": ""}, "recordedDate": "2018-01-01",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10"}]},
    }  # fmt: skip
    return "".join(
        json.dumps({**row, "id": f"late-{place}", "subject": {"reference": f"Patient/late-{place}"}}) + "\n"
        for place in range(number)
    )


def test_a_gate_that_stops_leaves_the_week_and_says_why_in_the_index(ward: Path, home: Path, capsys) -> None:
    export = home / "export"
    shutil.copytree(ward, export)
    with (export / "Condition.ndjson").open("a", encoding="utf-8") as conditions:
        conditions.write(orphans(2_000))
    config = ward_home(home, "", **{"server.source": "folder", "server.folder": str(export)})
    reports = home / "nadir-data" / "reports"
    before = tree(reports)
    made = here(lambda: plain_week(config), capsys)
    refused(made, "gate stage.condition stopped", "patient_mostly_known")
    after = tree(reports)
    assert before.pop("index.html") != after.pop("index.html")
    assert after == before
    index = (reports / "index.html").read_text(encoding="utf-8")
    assert "2020-W01 not issued: gate stage.condition stopped (patient_mostly_known" in index

    with (export / "Patient.ndjson").open("a", encoding="utf-8") as patients:
        patients.writelines(
            json.dumps({"resourceType": "Patient", "id": f"late-{place}", "birthDate": "2000-02-29"}) + "\n"
            for place in range(2_000)
        )
    undisturbed = figures(home / "nadir-data")
    assert plain_week(config) == 0
    assert figures(home / "nadir-data") == undisturbed
    assert "not issued" not in (reports / "index.html").read_text(encoding="utf-8")


@pytest.mark.nightly
@pytest.mark.prefect
def test_a_dead_server_stops_the_run(home: Path, prefect_home: Path) -> None:
    config = ward_home(home, f"http://127.0.0.1:{free_port()}/fhir")
    with unchanged(home):
        refused(weekly(config, prefect_home=prefect_home), "no server answers", "server.url")


@pytest.mark.nightly
@pytest.mark.prefect
def test_a_locked_store_stops_the_run_and_names_the_holder(home: Path, prefect_home: Path) -> None:
    config = ward_home(home, "http://127.0.0.1:9/fhir")
    lock = home / "nadir-data" / "store" / "work.lock"
    lock.write_text(json.dumps({"process_id": 4711, "flow_run": "weekly", "started_at": "2026-01-01T00:00:00Z"}))
    with lock.open() as held, unchanged(home):
        fcntl.flock(held, fcntl.LOCK_EX)
        refused(weekly(config, prefect_home=prefect_home), "is held by process 4711")
