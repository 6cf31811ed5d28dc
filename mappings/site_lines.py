"""The line that a site adds to its own code lists for a code that no list holds."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mappings.value_set_files import read_schema
from mappings.value_sets import OWN_FOLDER

__all__ = ["SiteLine", "site_line"]

_FILE = Path(__file__).parent / "site_lines.toml"
# What every line says of itself: nobody has read a source yet, and the reader of the table sees whose row it is.
_OF_EVERY_LINE = {"verified": "no", "source": "site"}


@dataclass(frozen=True)
class SiteLine:
    """A file of `site.valuesets`, its header, and one line for it; cells with `?` wait for a name."""

    file: str
    header: str
    line: str


def site_line(resource_type: str, element: str, system: str | None, code: str | None) -> SiteLine | None:
    """A line that its table takes as it stands; None where no table holds such codes, or system or code is missing.

    >>> site_line("Specimen", "type", "urn:our:lab", "BLD").line
    'urn:our:lab,BLD,?,unspecified,unknown,,clinical,no,site,'
    """
    found = next((row for row in _lines() if (row["resource_type"], row["element"]) == (resource_type, element)), None)
    if found is None or not system or not code:
        return None
    name = f"{found['table']}.csv"
    columns = [column.name for column in read_schema(OWN_FOLDER / "schema.csv")[name]]
    cells = {**_OF_EVERY_LINE, **found["cells"], "system": system, "code": code}
    return SiteLine(name, ",".join(columns), _as_csv([str(cells.get(column, "")) for column in columns]))


@cache
def _lines() -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["line"]
    return lines


def _as_csv(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()
