"""A ward of fifteen of the ninety, small enough to be pulled again and again, and homes that look at it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.flows.conftest import STUDY_ENDS_ON, TOKEN, Hospital, write_settings

__all__ = ["Leaks", "command", "figures", "make_ward", "patient_of", "tree", "ward_home", "weekly"]

PATIENTS = 15
HEX_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{20}(?![0-9a-f])")


def patient_of(resource: dict[str, Any]) -> str | None:
    if resource["resourceType"] == "Patient":
        return str(resource.get("id"))
    who = resource.get("subject") or resource.get("patient") or {}
    return str(who.get("reference", "")).removeprefix("Patient/") or None


def make_ward(hospital: Hospital, folder: Path) -> None:
    """The first patients of the cohort by id, with every version of their resources."""
    wanted = set(sorted(hospital.members)[:PATIENTS])
    by_type: dict[str, list[str]] = {}
    for resource in hospital.lines():
        if resource["resourceType"] == "Medication" or patient_of(resource) in wanted:
            by_type.setdefault(resource["resourceType"], []).append(json.dumps(resource, ensure_ascii=False))
    for name, lines in by_type.items():
        (folder / f"{name}.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "deletions.ndjson").touch()


def ward_home(folder: Path, url: str, **chosen: Any) -> str:
    """A settings file of a home beside it that pulls from `url` with the token; returns its path."""
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "token").write_text(TOKEN, encoding="utf-8")
    basic = {"server.url": url, "server.auth": "bearer", "server.token_file": "token", "store.lock_wait_minutes": 0}
    return str(write_settings(folder, {**basic, **chosen}))


def command(
    *words: str, prefect_home: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command of ours in a process of its own, with nothing of Prefect's or ours in its environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NADIR_"))}
    if prefect_home is not None:
        clean["PREFECT_HOME"] = str(prefect_home)
    return subprocess.run(
        [sys.executable, "-m", "flows.commands", *words],
        capture_output=True, text=True, check=False, timeout=300, env={**clean, **(env or {})},
    )  # fmt: skip


def weekly(config: str, *words: str, prefect_home: Path, env: dict[str, str] | None = None) -> Any:
    through = STUDY_ENDS_ON.isoformat()
    return command(
        "run", "weekly", "--config", config, "--through", through, *words, prefect_home=prefect_home, env=env
    )


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def figures(home: Path) -> dict[str, list[str]]:
    """Lines of the issued figures by week, without the columns that name the run."""
    found = {}
    for file in sorted((home / "reports").glob("*/*/figures.csv")):
        names, *rows = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
        run = {names.index(name) for name in ("run_id", "as_of")}
        found[file.parent.name] = [
            ",".join(cell for place, cell in enumerate(row) if place not in run) for row in [names, *rows]
        ]
    return found


class Leaks:
    """What of a hospital's patients may appear nowhere: the sentinel, every resource id, every birth date."""

    def __init__(self, hospital: Path) -> None:
        resources = [
            json.loads(line)
            for path in hospital.glob("[A-Z]*.ndjson")
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        self.ids = {str(resource["id"]) for resource in resources if "id" in resource}
        self.born = {str(resource["birthDate"]) for resource in resources if "birthDate" in resource}

    def in_text(self, text: str) -> list[str]:
        """What kinds of patient values stand in a text, each with a few letters before it."""
        found = [
            f"sentinel after {text[max(0, at.start() - 60) : at.start()]!r}" for at in re.finditer("SENTINEL", text)
        ]
        found += [
            f"resource id after {text[max(0, at.start() - 60) : at.start()]!r}"
            for at in HEX_ID.finditer(text)
            if at[0] in self.ids
        ]
        return found + [f"birth date {day}" for day in self.born if day in text]

    def in_file(self, path: Path) -> list[str]:
        return [f"{path.name}: {found}" for found in self.in_text(path.read_bytes().decode("latin-1"))]
