"""A network of loopback alone: runs a command where nothing else can be reached, and counts what tried.

`python tests/flows/no_route.py COUNTS.json WORD...` is what runs inside; it needs no package.
"""

from __future__ import annotations

import fcntl
import json
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["refusal", "run_without_route"]

UNSHARE = ("unshare", "--map-root-user", "--net")
GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 0x1
# Packets that found no way out, over both protocols, and names asked of a resolver.
COUNTERS = {"Ip OutNoRoutes", "Ip6OutNoRoutes", "Udp OutDatagrams", "Udp6OutDatagrams"}


def refusal() -> str | None:
    """Why no such network can be made here; None where it can."""
    try:
        made = subprocess.run([*UNSHARE, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "there is no unshare here"
    return None if made.returncode == 0 else f"no network namespace may be made here: {made.stderr.strip()}"


def run_without_route(
    words: Sequence[str], counts: Path, **settings: Any
) -> tuple[subprocess.CompletedProcess[str], dict[str, int]]:
    """Run a command without a route; how it ended, and how often something tried to leave (by counter, zeros too)."""
    inside = [*UNSHARE, sys.executable, str(Path(__file__).resolve()), str(counts.resolve()), *words]
    made = subprocess.run(inside, capture_output=True, text=True, check=False, **settings)
    return made, json.loads(counts.read_text(encoding="utf-8"))


def raise_loopback() -> None:
    """Loopback is down in a new network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(line, GET_FLAGS, request))
        fcntl.ioctl(line, SET_FLAGS, struct.pack("16sh14x", b"lo", flags | IS_UP))


def counted() -> dict[str, int]:
    """The kernel's counters of this network."""
    lines = Path("/proc/net/snmp").read_text(encoding="utf-8").splitlines()
    found: dict[str, int] = {}
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        group, *columns = names.split()
        found |= {f"{group[:-1]} {name}": int(value) for name, value in zip(columns, values.split()[1:], strict=True)}
    six = Path("/proc/net/snmp6")
    if six.is_file():
        found |= {name: int(value) for name, value in re.findall(r"(\w+)\s+(\d+)", six.read_text(encoding="utf-8"))}
    return {name: value for name, value in found.items() if name in COUNTERS}


def inside(counts: str, words: Sequence[str]) -> int:
    """Run the command here and leave the counts; its exit code."""
    raise_loopback()
    ended = subprocess.run(list(words), check=False)
    Path(counts).write_text(json.dumps(counted()), encoding="utf-8")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(inside(sys.argv[1], sys.argv[2:]))
