"""`nadir demo` from the wheel: four issues, each as it was known then, none touched by a later one, all built alike."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.conftest import Demo
from tests.flows.no_route import refusal
from tests.flows.small_ward import command, tree
from warehouse import read

pytestmark = pytest.mark.prefect
WEEKS = ("2018-W28", "2018-W29", "2018-W30", "2020-W01")
REBUILD = """
import sys
from datetime import date, datetime
from flows import past_weeks, steps
config, *through = sys.argv[1:]
steps.load(config)
for sunday in through:
    [(plan, flow)] = past_weeks.weeks_known_at(config, None, date.fromisoformat(sunday))
    print(plan.week, past_weeks.rebuild_past(config, plan, flow=flow).ending)
"""


def reports(data: Path) -> dict[str, str]:
    return tree(data / "reports" / "car-t-b-all")


def test_the_demo_issues_three_mondays_and_the_finished_study(demo: Demo) -> None:
    told = demo.told
    assert told["code"] == 0, told["stderr"][-800:]
    weeks = [line.split()[0] for line in told["stdout"].splitlines() if " issued" in line]
    assert weeks == list(WEEKS)
    assert "90 infused; 34 with, 56 without pre-existing infection" in told["stdout"]
    assert "16/56 = 28.6 % (95 % CI 17.3-42.2, Clopper-Pearson), 17 infections" in told["stdout"]
    assert {page.parent.name for page in demo.data.glob("reports/car-t-b-all/*/index.html")} == set(WEEKS)
    index = (demo.data / "reports" / "index.html").read_text(encoding="utf-8")
    assert all(week in index for week in WEEKS)


def test_a_week_knows_what_the_hospital_knew_on_its_monday(demo: Demo) -> None:
    truth = json.loads((demo.home / "hospital" / "truth.json").read_text(encoding="utf-8"))
    runs = read(demo.data / "store", "ops.runs", flow="weekly").sort_values("data_date")
    assert [at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in runs["as_of"]] == [
        *(monday["now"] for monday in truth["mondays"]),
        "2020-01-05T17:00:00Z",
    ]
    assert set(runs["outcome"]) == {"complete"}


def test_a_later_issue_leaves_the_earlier_folders_alone(demo: Demo) -> None:
    began = (demo.data / "landing" / "20200105T170000Z" / "ledger.jsonl").stat().st_mtime
    mondays = [file for week in WEEKS[:3] for file in (demo.data / "reports" / "car-t-b-all" / week).iterdir()]
    assert len(mondays) >= 3 * 5
    assert [file.name for file in mondays if file.stat().st_mtime >= began] == []


@pytest.mark.parametrize(
    "through",
    [
        ("2018-07-22",),
        pytest.param(("2018-07-15", "2018-07-22", "2018-07-29", "2020-01-05"), marks=pytest.mark.nightly),
    ],
)
def test_an_issue_built_again_elsewhere_has_the_same_bytes(
    demo: Demo, tmp_path: Path, through: tuple[str, ...]
) -> None:
    """Another process, other threads, no store, no reports: from landing/ alone, as after a restored backup."""
    shutil.copytree(demo.data / "landing", tmp_path / "nadir-data" / "landing")
    text = (demo.home / "nadir.toml").read_text(encoding="utf-8")
    assert text.count("# threads =") == 1
    (tmp_path / "nadir.toml").write_text(text.replace("# threads =", "threads = 3\n# threads ="), encoding="utf-8")
    words = [sys.executable, "-c", REBUILD, str(tmp_path / "nadir.toml"), *through]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-800:]
    assert [line.split()[1] for line in made.stdout.splitlines()] == ["equal"] * len(through)
    again = reports(tmp_path / "nadir-data")
    assert len({name.split("/")[0] for name in again}) == len(through)
    assert again == {
        name: digest
        for name, digest in reports(demo.data).items()
        if name.split("/")[0] in {other.split("/")[0] for other in again}
    }


@pytest.mark.nightly
def test_a_second_demo_in_the_folder_changes_nothing(demo: Demo, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(demo.home, tmp_path / "nadir-demo"))
    before = {name: tree(folder / "nadir-data" / name) for name in ("landing", "reports")}
    made = command("demo", "--folder", str(folder))
    assert made.returncode == 0, made.stderr[-800:]
    assert "16/56 = 28.6 %" in made.stdout
    assert {name: tree(folder / "nadir-data" / name) for name in before} == before


@pytest.mark.nightly
@pytest.mark.parametrize(
    "words",
    [
        ("--source", "folder"),
        # It tells no history, so that the deleted culture must be missed to be known of.
        ("--roster", "patients", "--server-profile", "us-core"),
    ],
    ids=["folder", "us-core"],
)
def test_another_source_gives_the_same_figures(demo: Demo, tmp_path: Path, words: tuple[str, ...]) -> None:
    made = command("demo", "--folder", str(tmp_path / "nadir-demo"), *words)
    assert made.returncode == 0, made.stderr[-800:]
    assert "16/56 = 28.6 %" in made.stdout
    found, asked = (
        read(data / "store", "published.estimates").drop(columns=["run_id"])
        for data in (tmp_path / "nadir-demo" / "nadir-data", demo.data)
    )
    order = ["week", "measure", "stratum", "window_name", "infection_class"]
    assert found.sort_values(order, ignore_index=True).equals(asked.sort_values(order, ignore_index=True))


@pytest.mark.skipif(refusal() is not None, reason=str(refusal()))
def test_nothing_of_the_demo_reaches_outside_loopback(demo: Demo) -> None:
    assert demo.told["counts"] == dict.fromkeys(demo.told["counts"], 0)
