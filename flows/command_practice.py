"""`nadir practice`: the made-up hospital as files and as a server."""

from __future__ import annotations

import argparse

from ehr.practice.faults import read_faults
from ehr.practice.hospital_files import generate as generate_hospital
from ehr.practice.server import Manners
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
    manners = Manners(
        token=arguments.token,
        profile=arguments.profile,
        now=arguments.now,
        faults=read_faults(arguments.faults) if arguments.faults else (),
    )
    serve_hospital(
        arguments.folder,
        manners,
        port=arguments.port,
        ready=lambda url: tell([f"serving {url}; stop with Ctrl-C"]),
    )
    return DONE
