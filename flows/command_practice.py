"""`nadir practice`: the made-up hospital as files and as a server."""

from __future__ import annotations

import argparse

from ehr.practice.hospital_files import generate as generate_hospital
from ehr.practice.server import serve as serve_hospital
from flows.command_config import tell
from flows.outcomes import DONE

__all__ = ["generate", "serve"]


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
