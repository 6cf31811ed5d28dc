"""The week as one workbook for people who calculate in a spreadsheet: internal edition, numbers as numbers.

Text stays text: nothing that a hospital wrote can become a formula or a link. The same bundle gives the same bytes.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.bundle import WeeklyBundle
from reports.figures_text import is_missing
from reports.files import write_bytes
from reports.sheets import Sheet, workbook_sheets

__all__ = ["write_workbook"]

LONGEST_TEXT = 32_767  # what a cell of the format can hold
WIDEST, NARROWEST = 60, 8
OPTIONS = {
    # In memory the parts of the archive carry one fixed time; on disk they would carry that of their files.
    "in_memory": True,
    "constant_memory": False,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}


@dataclass(frozen=True)
class Formats:
    """How the cells of a workbook look."""

    header: Format
    whole: Format
    real: Format
    day: Format


def write_workbook(path: Path, bundle: WeeklyBundle) -> None:
    """Write every sheet of the bundle to `path`, mode 0600; the creation time in the file is `as_of`.

    Raises:
        BundleNotWritten: the disk refused.
    """
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, dict(OPTIONS)) as book:
        known = datetime.datetime.fromisoformat(bundle.header.as_of).replace(tzinfo=None)
        book.set_properties({"title": f"{bundle.header.protocol} {bundle.header.week}", "created": known})
        formats = Formats(
            header=book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            whole=book.add_format({"num_format": "#,##0"}),
            real=book.add_format({"num_format": "0.0000"}),
            day=book.add_format({"num_format": "yyyy-mm-dd"}),
        )
        for sheet in workbook_sheets(bundle):
            fill_sheet(book.add_worksheet(sheet.name), sheet, formats)
    write_bytes(path, memory.getvalue())


def fill_sheet(page: Worksheet, sheet: Sheet, formats: Formats) -> None:
    """One frame as a sheet: header row frozen, a filter over the columns, widths by content."""
    names = [str(name) for name in sheet.frame.columns]
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.repeat_rows(0)
    for column, name in enumerate(names):
        page.write_string(0, column, name, formats.header)
    for row, values in enumerate(plain_rows(sheet.frame), start=1):
        for column, value in enumerate(values):
            write_cell(page, (row, column), value, formats)
    if names:
        page.autofilter(0, 0, max(len(sheet.frame), 1), len(names) - 1)
    for column, width in enumerate(widths(names, sheet.frame)):
        page.set_column(column, column, width)


def write_cell(page: Worksheet, place: tuple[int, int], value: object, formats: Formats) -> None:
    """One value by its own type; undefined stays an empty cell."""
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(*place, value)
    elif isinstance(value, int):
        page.write_number(*place, value, formats.whole)
    elif isinstance(value, float):
        page.write_number(*place, value, formats.real)
    elif isinstance(value, datetime.date):
        page.write_datetime(*place, value, formats.day)
    else:
        page.write_string(*place, str(value)[:LONGEST_TEXT])


def plain_rows(frame: pd.DataFrame) -> Iterator[list[object]]:
    """Rows of plain Python values."""
    for values in frame.itertuples(index=False, name=None):
        yield [plain_value(value) for value in values]


def plain_value(value: object) -> object:
    """None for undefined, a date for a day, ISO text for an instant, lists joined; the rest as it is.

    >>> plain_value(np.int64(3)), plain_value(float("nan")), plain_value(["a", "b"])
    (3, None, 'a, b')
    """
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(str(item) for item in value)
    if is_missing(value) or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        if value.tzinfo is not None:
            return value.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
        return value.date() if value == value.normalize() else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, np.generic):
        value = value.item()
    # An infinite number has no cell in this format; its word does.
    return str(value) if isinstance(value, float) and value in (np.inf, -np.inf) else value


def widths(names: Sequence[str], frame: pd.DataFrame) -> list[int]:
    """Width of each column in characters, from its name and its longest value."""
    longest = [len(name) + 2 for name in names]
    for values in plain_rows(frame):
        for column, value in enumerate(values):
            shown = f"{value:.4f}" if isinstance(value, float) else "" if value is None else str(value)
            longest[column] = max(longest[column], len(shown) + 1)
    return [min(max(width, NARROWEST), WIDEST) for width in longest]
