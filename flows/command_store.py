"""`nadir store`: the archive can be thrown away; these commands make and prove it again."""

from __future__ import annotations

import argparse
import dataclasses
import json

from flows.command_config import tell
from flows.context import open_context
from flows.outcomes import DONE, INCOMPLETE
from flows.steps import writing
from warehouse import rebuild as rebuild_archive
from warehouse import verify as verify_archive

__all__ = ["rebuild", "verify"]


def rebuild(arguments: argparse.Namespace) -> int:
    """Make the archive again from landing/ and compare relation digests with the one that was there."""
    config = None if arguments.config is None else str(arguments.config)
    settings = open_context(config).settings
    with writing(config, "store rebuild"):
        made = rebuild_archive(settings.store, settings.landing)
    if arguments.json:
        tell([json.dumps(dataclasses.asdict(made), indent=2)])
    else:
        rows = [f"{r.relation:<28} {r.row_count:>9}  {r.digest[:12]}" for r in made.relations]
        tell([*rows, difference(made.differing)])
    return INCOMPLETE if made.differing else DONE


def difference(differing: tuple[str, ...] | None) -> str:
    """How the new archive compares with the one before, in one sentence."""
    if differing is None:
        return "there was no readable archive before; this one is new"
    if not differing:
        return "equal to the archive before, relation by relation"
    return f"differs from the archive before in {', '.join(differing)}; that one is kept as archive-before.duckdb"


def verify(arguments: argparse.Namespace) -> int:
    """Compare landed files with their manifests and the archive with landing/; changes nothing."""
    settings = open_context(arguments.config).settings
    found = verify_archive(settings.store, settings.landing)
    if arguments.json:
        tell([json.dumps(dataclasses.asdict(found), indent=2)])
    else:
        tell([f"{found.files} files, {found.lines} lines", *(found.problems or ("landing and archive agree",))])
    return INCOMPLETE if found.problems else DONE
