"""The lines that a site is told to add are lines that its tables take."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mappings import site_lines
from mappings.site_lines import site_line
from mappings.value_sets import load_value_sets

OURS = "urn:our:house"
PLACES = [
    (row["resource_type"], row["element"], row["table"])
    for row in tomllib.loads((Path(site_lines.__file__).parent / "site_lines.toml").read_text(encoding="utf-8"))["line"]
]


@pytest.mark.parametrize(("resource_type", "element", "table"), PLACES)
def test_a_line_is_taken_by_its_table_as_it_stands(
    resource_type: str, element: str, table: str, tmp_path: Path
) -> None:
    line = site_line(resource_type, element, OURS, 'a "quoted", code')
    assert line is not None
    (tmp_path / line.file).write_text(f"{line.header}\n{line.line}\n", encoding="utf-8")
    ours, extended = load_value_sets(), load_value_sets([tmp_path])
    added = [row for row in extended[table].records() if row["system"] == OURS]
    assert [row["code"] for row in added] == ['a "quoted", code']
    assert len(extended[table].rows) == len(ours[table].rows) + 1
    assert extended.hash != ours.hash


@pytest.mark.parametrize(
    ("system", "code", "element"),
    [(None, "X", "code"), (OURS, None, "code"), (OURS, "X", "site")],
)
def test_without_a_system_a_code_or_a_table_there_is_no_line(system, code, element) -> None:
    assert site_line("Condition", element, system, code) is None
