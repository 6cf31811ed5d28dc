"""`nadir config`: write, show and check the settings."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from flows.check_lines import check_lines
from flows.checking import growth, server_facts, unknown_systems, vocabulary_facts, vocabulary_now
from flows.context import open_context
from flows.errors import CommandRejected
from flows.outcomes import DONE, INCOMPLETE
from flows.settings import load_settings, starter_file

__all__ = ["check", "init", "show", "tell"]


def tell(lines: list[str]) -> None:
    """Print lines to stdout."""
    sys.stdout.write("\n".join(lines) + "\n")


def init(arguments: argparse.Namespace) -> int:
    """Write a commented settings file; an existing one is never touched."""
    file: Path = arguments.file
    if file.exists():
        raise CommandRejected(f"{file} exists. Nothing was written; name another file with --file or move it away")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(starter_file(url=arguments.url, time_zone=arguments.time_zone))
    tell([f"wrote {file}; next: fill in server.url and time_zone, then `nadir config check`"])
    return DONE


def show(arguments: argparse.Namespace) -> int:
    """Print every effective setting with its origin, secrets as ***."""
    settings = load_settings(arguments.config)
    rows = settings.shown()
    if arguments.json:
        tell([json.dumps({name: {"value": value, "from": origin} for name, value, origin in rows}, indent=2)])
    else:
        tell([f"{name:<28} {value or '(unset)':<40} {origin}" for name, value, origin in rows])
    return DONE


def check(arguments: argparse.Namespace) -> int:
    """Read all that a run would read, ask the server what a run would ask, and say what was found.

    Exit code 1: the server refuses a type or names nobody to look at. Nothing is kept of the patients looked at.
    """
    context = open_context(arguments.config)
    facts: dict[str, Any] = {
        "settings": str(context.settings.file),
        "protocol": context.protocol.name,
        "protocol_hash": context.protocol.hash,
        "valueset_hash": context.value_sets.hash,
        "code_lists": len(context.value_sets.tables),
        "explained": context.protocol.explain(),
        "unknown_systems": unknown_systems(context),
        "growth": growth(context.settings),
    }
    vocabulary = vocabulary_now(context)
    if not arguments.offline and context.settings["server.source"] != "folder":
        facts["server"], seen = server_facts(context, sample=arguments.patients)
        vocabulary = seen or vocabulary
    if vocabulary is not None:
        facts["codes"] = vocabulary_facts(vocabulary)
    if arguments.json:
        tell([json.dumps(facts, indent=2, ensure_ascii=False)])
    else:
        tell(list(check_lines(facts)))
    return DONE if facts.get("server", {"is_sound": True})["is_sound"] else INCOMPLETE
