"""The ledger against a real HAPI as its starter sets it: complete is said of what is all there, of nothing else."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.flows.conftest import TOKEN
from tests.flows.plain_week import plain_week
from tests.flows.small_ward import ward_home
from tests.servers.hapi.conftest import LoadedHapi
from tests.servers.hapi.pulls import deletions, landed, ledger, observation, owner, person_of, plan_of, put, run
from tests.servers.hapi.token_gate import gate

pytestmark = pytest.mark.hapi
MANY, MOST = 2_600, 6_000


@pytest.fixture(scope="module")
def person(real_hapi: LoadedHapi) -> str:
    """A patient of our own with more Observations than HAPI's starter lets out of one search."""
    return admitted(real_hapi, "many-of-them", MANY)


def admitted(hapi: LoadedHapi, name: str, observations: int) -> str:
    put(hapi.base, person_of(name), *(observation(name, number) for number in range(observations)))
    return name


def plain_paging(base: str, patient_id: str) -> tuple[int, int | None]:
    """How many Observations a client gets that follows `next` to its end, and the `total` of the last page."""
    url: str | None = f"{base}/Observation?patient={patient_id}&_count=200"
    came, total = 0, None
    while url:
        page = requests.get(url, timeout=60).json()
        came += len(page.get("entry", ()))
        total = page.get("total")
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
    return came, total


def test_every_row_that_says_complete_is_and_with_hapi_all_are(real_hapi: LoadedHapi, tmp_path: Path) -> None:
    """Paging ends early and without a word; a total, where one is given, agrees: only a count of its own tells."""
    person = admitted(real_hapi, "most-of-all", MOST)
    assert plain_paging(real_hapi.base, person) in ((2_200, None), (2_200, 2_200)), "this server does cut a long search"
    gone = set(real_hapi.deletions)
    refused = {(row.resource_type, row.resource_id) for row in real_hapi.account.refused}
    expected: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (kind, name), versions in real_hapi.records.items():
        if (kind, name) not in gone | refused and kind != "Patient" and owner(versions[-1]):
            expected[kind, owner(versions[-1])].add(name)
    expected["Observation", person] = {f"of-{person}-{number:04d}" for number in range(MOST)}
    people = sorted(name for kind, name in real_hapi.records if kind == "Patient")
    plan = plan_of(tmp_path, real_hapi.base, [*people, person])
    receipt = run(plan, tmp_path)
    came: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (kind, name), resource in landed(tmp_path, receipt).items():
        came[kind, owner(resource)].add(name)
    rows = ledger(tmp_path, receipt)
    said = {key: row["status"] for key, row in rows.items() if key[1] is not None and key[0] != "Patient"}
    truth = {key: "complete" if expected[key] <= came[key] else "incomplete" for key in said}
    assert said == truth
    assert set(said.values()) == {"complete"}, "and none is left incomplete: what is cut is asked for in parts"
    row = rows["Observation", person]
    assert (row["distinct_received"], row["server_count"]) == (MOST, MOST)
    assert "in parts" in row["reason"]


@contextmanager
def meanwhile(change: Callable[[int], None]) -> Iterator[None]:
    """Run changes one after the other in a thread of its own while the block runs."""
    over = threading.Event()

    def work() -> None:
        number = 0
        while not over.is_set():
            change(number)
            number += 1
            over.wait(0.05)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_what_changes_while_pages_are_read_is_there_in_one_pull_or_the_next(
    real_hapi: LoadedHapi, person: str, tmp_path: Path
) -> None:
    changed: list[str] = []

    def change(number: int) -> None:
        row = observation(person, number % MANY, note=[{"text": f"changed {number}"}])
        url = f"{real_hapi.base}/Observation/{row['id']}"
        requests.put(url, json=row, timeout=60).raise_for_status()
        changed.append(row["id"])

    plan = plan_of(tmp_path, real_hapi.base, [person], page_size=20)
    with meanwhile(change):
        first = run(plan, tmp_path)
    assert len(changed) > 5, "something did change while pages were read"
    second = run(plan, tmp_path)
    again = ledger(tmp_path, second)["Observation", person]
    assert again["status"] == "complete", again
    known = {**landed(tmp_path, first), **landed(tmp_path, second)}
    for number in range(MANY):
        name = f"of-{person}-{number:04d}"
        now = requests.get(f"{real_hapi.base}/Observation/{name}", timeout=60).json()
        if ledger(tmp_path, first)["Observation", person]["status"] == "complete":
            assert ("Observation", name) in landed(tmp_path, first)
        assert known["Observation", name]["meta"]["versionId"] == now["meta"]["versionId"], name


def test_a_deletion_is_learned_by_the_next_pull_also_a_moment_after_another(
    real_hapi: LoadedHapi, tmp_path: Path
) -> None:
    """HAPI keeps the length of a history for a minute, and would show no more of it than was there at the last look."""
    name = "short-lived"
    put(real_hapi.base, person_of(name), *(observation(name, number) for number in range(4)))
    plan = plan_of(tmp_path, real_hapi.base, [name])
    known = landed(tmp_path, run(plan, tmp_path))
    assert {("Observation", f"of-{name}-{number:04d}") for number in range(4)} <= known.keys()
    gone: set[tuple[str, str]] = set()
    for number in range(3):
        gone.add(("Observation", f"of-{name}-{number:04d}"))
        requests.delete(f"{real_hapi.base}/Observation/of-{name}-{number:04d}", timeout=60).raise_for_status()
        learned = {key for key in deletions(tmp_path, run(plan, tmp_path)) if name in key[1]}
        assert ("Observation", f"of-{name}-{number:04d}") in learned
        assert learned <= gone


def test_a_paging_state_that_is_gone_is_asked_for_again(real_hapi: LoadedHapi, person: str, tmp_path: Path) -> None:
    """A restarted HAPI knows no next link of before: it answers 410, as to any made-up one."""
    lost: list[str] = []

    def forget_once(path: str) -> str:
        if "_getpages=" in path and not lost:
            lost.append(path)
            return path.replace("_getpages=", "_getpages=gone-")
        return path

    with gate(real_hapi.base, TOKEN, change=forget_once) as url:
        receipt = run(plan_of(tmp_path, url, [person], page_size=50), tmp_path)
    assert lost
    row = ledger(tmp_path, receipt)["Observation", person]
    assert (row["status"], row["distinct_received"], row["server_count"]) == ("complete", MANY, MANY)
    assert row["attempts"] > 1


def test_a_server_that_goes_away_closes_nothing_and_back_again_gives_all(hapi_started, tmp_path: Path) -> None:
    with hapi_started() as base:
        put(base, person_of("p"), observation("p", 1))
        assert run(plan_of(tmp_path, base, ["p"]), tmp_path).is_complete
    config = ward_home(tmp_path, base)
    before = sorted((tmp_path / "landing").iterdir())
    assert plain_week(config) == 2
    assert sorted((tmp_path / "landing").iterdir()) == before
    assert not list((tmp_path / "nadir-data").glob("reports/*"))


def test_a_wrong_token_stops_the_run_and_the_right_one_gets_every_page(
    real_hapi: LoadedHapi, person: str, tmp_path: Path, capsys
) -> None:
    with gate(real_hapi.base, TOKEN) as url:
        config = ward_home(tmp_path, url)
        (tmp_path / "token").write_text("another", encoding="utf-8")
        assert plain_week(config) == 2
        assert "refused our token" in capsys.readouterr().err
        assert not list((tmp_path / "nadir-data").glob("landing/*/manifest.json"))
        receipt = run(plan_of(tmp_path, url, [person]), tmp_path)
    assert ledger(tmp_path, receipt)["Observation", person]["status"] == "complete"
