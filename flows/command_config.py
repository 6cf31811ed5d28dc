"""`nadir config`: write, show and check the settings."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from flows.context import open_context
from flows.errors import CommandRejected
from flows.outcomes import DONE
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
    """Read everything that a run would read and say in words what the protocol does."""
    context = open_context(arguments.config)
    explained = context.protocol.explain()
    facts = {
        "settings": str(context.settings.file),
        "protocol": context.protocol.name,
        "protocol_hash": context.protocol.hash,
        "valueset_hash": context.value_sets.hash,
        "code_lists": len(context.value_sets.tables),
        "explained": explained,
    }
    if arguments.json:
        tell([json.dumps(facts, indent=2, ensure_ascii=False)])
    else:
        named = f"protocol {context.protocol.name} {context.protocol.hash[:12]}"
        lists = f"{len(context.value_sets.tables)} code lists {context.value_sets.hash[:12]}"
        tell([f"settings {context.settings.file}", named, lists, "", *explained])
    return DONE
