"""What is printed: figures that say where they stand in the data, cells, and tables.

A figure is written as `<data value="0.285714285714" data-source="estimates" data-measure="...">28.6 %</data>`: the text
is for people, the value (12 significant digits) and the place for sorting and for reading the page back against the
files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from reports.figures_text import count, is_missing, percent, significant

__all__ = [
    "Body", "Cell", "Heading", "Printed", "Table", "columns", "counted", "fraction", "limits", "machine",
    "printed", "rate", "share", "spoken", "text", "words",
]  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """One number in print. `value` is None where nothing is defined; `place` names its row."""

    text: str
    value: str | None = None
    place: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """A cell of a table: text and figures in their order, and smaller ones `under` them.

    `order` sorts, where neither the first figure nor the text does. `versions` are listed in a drawer.
    """

    pieces: tuple[str | Printed, ...]
    order: str | None = None
    css: str = ""
    link: str = ""
    versions: tuple[str, ...] = ()
    under: tuple[str | Printed, ...] = ()

    @property
    def sort_key(self) -> str | None:
        """What the script sorts by; None: the text."""
        if self.order is not None:
            return self.order
        numbers = [piece.value for piece in self.pieces if isinstance(piece, Printed)]
        return numbers[0] if numbers else None


@dataclass(frozen=True)
class Heading:
    """A column: its title, whether it holds numbers, and how many columns it spans in a row of groups."""

    title: str
    is_number: bool = False
    span: int = 1
    css: str = ""
    pieces: tuple[str | Printed, ...] = ()


@dataclass(frozen=True)
class Body:
    """Rows under one title (empty: no title row). The first cell of a row is its header."""

    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the page. `nothing` is the sentence that stands where there is no row."""

    key: str
    caption: str
    headings: tuple[Heading, ...]
    bodies: tuple[Body, ...]
    groups: tuple[Heading, ...] = ()
    nothing: str = ""
    css: str = ""

    @property
    def is_empty(self) -> bool:
        """No row at all."""
        return not any(body.rows for body in self.bodies)


def words(text: object, *, order: str | None = None, css: str = "", link: str = "") -> Cell:
    """A cell of plain text."""
    return Cell((str(text),), order=order, css=css, link=link)


def machine(value: object) -> str | None:
    """A number as the files have it: whole numbers whole, reals with 12 significant digits, None where undefined.

    >>> machine(16), machine(2 / 7), machine(None)
    ('16', '0.285714285714', None)
    """
    if is_missing(value):
        return None
    number = float(value)  # type: ignore[arg-type]
    return str(int(number)) if number.is_integer() else f"{number:.12g}"


def printed(row: Mapping[str, Any], part: str, text: str, *, source: str = "estimates") -> Printed:
    """The number in column `part` of a published row, written as `text`."""
    return Printed(text, machine(row.get(part)), place(row, part, source))


def place(row: Mapping[str, Any], part: str, source: str) -> dict[str, str]:
    """Names of the row that a figure stands in, without what the row leaves open."""
    keys = {"measure": "measure", "stratum": "stratum", "window": "window_name", "class": "infection_class"}
    keys |= {"day": "day", "exposure": "exposure", "outcome": "outcome"}
    named = {name: row.get(column) for name, column in keys.items()}
    return {"source": source, **{name: str(value) for name, value in named.items() if not is_missing(value)}} | {
        "part": part
    }


def counted(row: Mapping[str, Any] | None, part: str = "numerator", *, source: str = "estimates") -> Printed:
    """A whole number of a row; a dash where the row was not computed."""
    return Printed(count(None)) if row is None else printed(row, part, count(row.get(part)), source=source)


def share(row: Mapping[str, Any], *, source: str = "estimates") -> Printed:
    """The value of a row as a percent."""
    return printed(row, "value", percent(row.get("value")), source=source)


def rate(row: Mapping[str, Any], part: str = "value", *, source: str = "estimates") -> Printed:
    """The value of a row as a rate or ratio."""
    return printed(row, part, significant(row.get(part)), source=source)


def limits(row: Mapping[str, Any], *, as_percent: bool, source: str = "estimates") -> tuple[str | Printed, ...]:
    """Both limits of a row; of zero events the upper one alone, an open upper end as the infinity sign."""
    write = percent if as_percent else significant
    lower, upper = row.get("lower"), row.get("upper")
    if is_missing(lower) and is_missing(upper):
        return (printed(row, "upper", count(None), source=source),)
    top = printed(row, "upper", "∞" if is_missing(upper) else write(upper), source=source)
    if is_missing(row.get("numerator")) or int(row["numerator"]) > 0:
        bottom = write(lower).removesuffix(" %")
        return (printed(row, "lower", bottom, source=source), "–", top)
    return ("up to ", top)


def fraction(row: Mapping[str, Any], *, source: str = "estimates") -> tuple[str | Printed, ...]:
    """`16/56`, each number with its place."""
    return (counted(row, source=source), "/", counted(row, "denominator", source=source))


def columns(*titles: str) -> tuple[Heading, ...]:
    """Headings from words; a title beginning with `#` heads a column of numbers.

    >>> [heading.is_number for heading in columns("Class", "#Events")]
    [False, True]
    """
    return tuple(Heading(title.removeprefix("#"), is_number=title.startswith("#")) for title in titles)


def text(value: object) -> str:
    """A value as words: lists joined, undefined empty, dates by their day, whole numbers whole.

    >>> text(["blood", "urine"]), text(None), text(12.0)
    ('blood, urine', '', '12')
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(str(item) for item in value)
    if isinstance(value, pd.Timestamp):
        return str(value.date().isoformat())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def spoken(key: object) -> str:
    """A key of the data in words.

    >>> spoken("possible_contaminant_treated"), spoken(None)
    ('possible contaminant treated', '')
    """
    return text(key).replace("_", " ")
