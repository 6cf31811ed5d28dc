"""Faults that the practice server commits on purpose: which request, which time, what goes wrong.

A plan is a list of `Fault`; the first one that fits a request acts on it. Tests write them down as data,
`nadir practice serve --faults FILE` reads them from a TOML file of `[[fault]]` tables with the same names.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

PAIRS = ("headers", "replace")


class FaultsUnreadable(ValueError):
    """Raised when a file of faults cannot be understood; the message says which table and what is wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `pattern` is searched in ``GET /fhir/Observation?patient=...`` (decoded). Of the requests that fit, the `nth` (1 is
    the first) and the `times` - 1 after it suffer; `times` None means all from then on.

    Instead of an answer: `status` (with `headers` and `body`), `reset` (no answer), `stale` (what the first fitting
    request was answered), `repeat_page` (what the last fitting request was answered).
    In an answer: `cut` (searches end after so many rows and the total agrees with the cut), `drop_entry` and
    `double_entry` (an entry by its number from 1 is lost, or comes twice), `replace` (text for text), `half_line` (a
    line by its number from 1 is cut in two), `bom`, `crlf`, `blank_lines`, `gzip` (`whole`, `damaged`, `twice`,
    `unnamed`: without the header that says so), `keep_share` (the body ends after a share of its bytes),
    `clock_skew_seconds` (added to the Date header).
    Of a request: `ignore` (a parameter that is not looked at).
    Before it: `delay_seconds`; within it: `trickle_seconds` between quarters of the body.
    """

    pattern: str
    nth: int = 1
    times: int | None = 1
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reset: bool = False
    stale: bool = False
    repeat_page: bool = False
    cut: int | None = None
    drop_entry: int | None = None
    double_entry: int | None = None
    replace: tuple[tuple[str, str], ...] = ()
    ignore: str | None = None
    half_line: int | None = None
    bom: bool = False
    crlf: bool = False
    blank_lines: bool = False
    gzip: str | None = None
    keep_share: float | None = None
    clock_skew_seconds: int = 0
    delay_seconds: float = 0.0
    trickle_seconds: float = 0.0


def read_faults(path: Path) -> list[Fault]:
    """Read a plan from a TOML file; `times = "always"` means all requests that fit.

    Raises:
        FaultsUnreadable: no TOML, or a table with a name that no fault has, or without `pattern`.
        OSError: the file cannot be read.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("fault", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FaultsUnreadable(f"{path} is no TOML: {error}") from error
    found = []
    for number, table in enumerate(tables, start=1):
        try:
            found.append(fault_of(table))
        except FaultsUnreadable as error:
            raise FaultsUnreadable(f"fault {number}: {error}") from error
    return found


def fault_of(table: dict[str, Any]) -> Fault:
    """One fault as a TOML table has it.

    Raises:
        FaultsUnreadable: a name that no fault has, or no `pattern`.

    >>> fault_of({"pattern": "Observation", "times": "always", "status": 500}).times is None
    True
    """
    unknown = sorted(table.keys() - {field.name for field in fields(Fault)})
    if unknown or not isinstance(table.get("pattern"), str):
        raise FaultsUnreadable(f"unknown {unknown[0]}" if unknown else "a pattern is needed")
    values = dict(table)
    if values.get("times") == "always":
        values["times"] = None
    if "body" in values:
        values["body"] = str(values["body"]).encode()
    for name in PAIRS:
        if name in values:
            values[name] = tuple((str(left), str(right)) for left, right in values[name])
    return Fault(**values)
