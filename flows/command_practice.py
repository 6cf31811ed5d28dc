"""`nadir demo` and `nadir practice`: the practice hospital, generated, served, and pulled like a real one."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from datetime import date
from pathlib import Path

from ehr.practice.hospital_files import generate as generate_hospital
from ehr.practice.server import running
from ehr.practice.server import serve as serve_hospital
from flows.command_config import tell
from flows.command_run import run_weekly
from flows.outcomes import DONE
from flows.settings import starter_file

__all__ = ["demo", "generate", "serve"]

HOSPITAL_ZONE = "Asia/Shanghai"
STUDY_ENDS_ON = date(2020, 1, 5)


def demo(arguments: argparse.Namespace) -> int:
    """Generate the hospital, serve it with a token, pull it, build and issue the finished study, print its figures."""
    folder: Path = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    hospital = folder / "hospital"
    if not (hospital / "truth.json").is_file():
        sys.stderr.write("generating the practice hospital\n")
        generate_hospital(hospital)
    token = demo_token(folder)
    with running(hospital, token=token, profile=arguments.server_profile) as url:
        config = write_demo_settings(folder, hospital, url, arguments)
        return run_weekly(config, through=STUDY_ENDS_ON, json_wanted=False)


def demo_token(folder: Path) -> str:
    """The token of this demo, kept owner-only beside its settings so that a second run is the same client."""
    file = folder / "token"
    if not file.is_file():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(secrets.token_urlsafe(24))
    return file.read_text(encoding="utf-8").strip()


def write_demo_settings(folder: Path, hospital: Path, url: str, arguments: argparse.Namespace) -> Path:
    """The demo's own nadir.toml: written anew at each run, because the server's port changes."""
    lines = starter_file(url=url, time_zone=HOSPITAL_ZONE).splitlines()
    chosen = {
        "profile": f'"{arguments.server_profile}"',
        "source": f'"{arguments.source}"',
        "roster": f'"{arguments.roster}"',
        "folder": f'"{hospital}"',
        "roster_file": f'"{hospital / "roster.txt"}"',
        "auth": '"bearer"',
        "token_file": '"token"',
    }
    if (hospital / "site_valuesets").is_dir():
        chosen["valuesets"] = f'"{hospital / "site_valuesets"}"'
    for key, value in chosen.items():
        lines = [f"{key} = {value}" if line.startswith(f"# {key} =") else line for line in lines]
    file = folder / "nadir.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def generate(arguments: argparse.Namespace) -> int:
    """Write the practice hospital; same seed, same bytes."""
    receipt = generate_hospital(arguments.folder, seed=arguments.seed)
    versions = sum(receipt.versions.values())
    tell([f"wrote {versions} versions of resources of {receipt.patients} patients to {arguments.folder}"])
    return DONE


def serve(arguments: argparse.Namespace) -> int:
    """Serve until stopped; the base URL goes to stdout."""
    serve_hospital(
        arguments.folder,
        port=arguments.port,
        token=arguments.token,
        profile=arguments.profile,
        now=arguments.now,
        ready=lambda url: tell([f"serving {url}; stop with Ctrl-C"]),
    )
    return DONE
