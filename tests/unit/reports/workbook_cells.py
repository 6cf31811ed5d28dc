"""Reads a workbook back as a spreadsheet program does: sheets by name, cells by place, each with its own type."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Cell = str | float | bool


def read_workbook(path: Path) -> dict[str, list[dict[str, Cell]]]:
    """Rows of every sheet as {column name: value}; an empty cell is not there. A formula is an error."""
    with zipfile.ZipFile(path) as archive:
        texts = shared_texts(archive)
        book = parsed(archive, "xl/workbook.xml")
        names = [sheet.attrib["name"] for sheet in book.iter(f"{MAIN}sheet")]
        sheets = [
            sheet_rows(parsed(archive, f"xl/worksheets/sheet{number}.xml"), texts)
            for number in range(1, len(names) + 1)
        ]
    return dict(zip(names, sheets, strict=True))


def parsed(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(name))  # noqa: S314  written by ourselves a moment ago


def shared_texts(archive: zipfile.ZipFile) -> list[str]:
    root = parsed(archive, "xl/sharedStrings.xml")
    return ["".join(part.text or "" for part in item.iter(f"{MAIN}t")) for item in root.iter(f"{MAIN}si")]


def sheet_rows(sheet: ElementTree.Element, texts: list[str]) -> list[dict[str, Cell]]:
    assert not list(sheet.iter(f"{MAIN}f")), "a formula"
    rows = [{column_of(cell): value_of(cell, texts) for cell in row if len(cell)} for row in sheet.iter(f"{MAIN}row")]
    names = rows[0] if rows else {}
    return [{str(names[column]): value for column, value in row.items()} for row in rows[1:]]


def column_of(cell: ElementTree.Element) -> str:
    return re.sub(r"\d", "", cell.attrib["r"])


def value_of(cell: ElementTree.Element, texts: list[str]) -> Cell:
    found = cell.find(f"{MAIN}v")
    assert found is not None
    assert found.text is not None
    kind = cell.attrib.get("t", "n")
    if kind == "s":
        return texts[int(found.text)]
    return found.text == "1" if kind == "b" else float(found.text)
