"""The code lists (`mappings/valuesets/*.csv`), with what a site adds to them.

Rules: mappings/valuesets/README.md. `schema.csv` is the contract; a file that differs from it stops the program with
file, line and column, because a code list read wrongly loses infections silently.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from mappings.errors import ValueSetUnreadable
from mappings.value_set_files import Cell, Column, read_rows, read_schema

OWN_FOLDER = Path(__file__).parent / "valuesets"


@dataclass(frozen=True)
class ValueSetTable:
    """One code list: typed rows in file order (the site's new rows last), unique on the key columns."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in file order."""
        return tuple(column.name for column in self.columns)

    def records(self) -> list[dict[str, Cell]]:
        """The rows as dictionaries, for code that reads a few columns by name."""
        return [dict(zip(self.column_names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class ValueSets:
    """All code lists, by file stem (`infusions`, `text_rules`, ...)."""

    tables: Mapping[str, ValueSetTable]

    def __getitem__(self, name: str) -> ValueSetTable:
        return self.tables[name]

    @cached_property
    def hash(self) -> str:
        """sha256 over names, types and sorted rows: the order of lines and the quoting of a file do not matter."""
        content = [
            [name, [[c.name, c.duckdb_type] for c in table.columns], sorted(_texts(table), key=_null_first)]
            for name, table in sorted(self.tables.items())
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def load_value_sets(site_folders: Sequence[Path | str] = ()) -> ValueSets:
    """Read our code lists and put the files of each site folder, in order, over them.

    A site row with the key of one of ours replaces it, a new key is added, nothing is deleted (valuesets/README.md,
    "Overrides").

    Raises:
        ValueSetUnreadable: a file has another header, an empty required cell, a value that its type or list of allowed
            values does not know, or a key twice; or a site folder is missing or holds a table that we do not have.
    """
    names = [name for name in read_schema(OWN_FOLDER / "schema.csv") if "/" not in name]
    overrides = [_site_files(Path(folder), names) for folder in site_folders]
    return _put_together(
        tuple(tuple((name, path, _content(path)) for name, path in files.items()) for files in overrides)
    )


def load_cases(name: str) -> ValueSetTable:
    """The test material `cases/<name>.csv` that ships with the code lists.

    Raises:
        ValueSetUnreadable: as for `load_value_sets`.
    """
    columns = read_schema(OWN_FOLDER / "schema.csv")[f"cases/{name}.csv"]
    return ValueSetTable(name, columns, tuple(read_rows(OWN_FOLDER / "cases" / f"{name}.csv", columns).values()))


@lru_cache(maxsize=8)
def _put_together(overrides: tuple[tuple[tuple[str, Path, bytes | None], ...], ...]) -> ValueSets:
    """The code lists with a site's files. Each step of a run asks for them, so equal files are read and hashed once."""
    schema = read_schema(OWN_FOLDER / "schema.csv")
    site = [{name: path for name, path, _ in files} for files in overrides]
    names = [name for name in schema if "/" not in name]
    return ValueSets({name.removesuffix(".csv"): _load_table(name, schema[name], site) for name in names})


def _content(path: Path) -> bytes | None:
    """None where the file cannot be read: the reader of rows says why."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _load_table(name: str, columns: tuple[Column, ...], overrides: Sequence[Mapping[str, Path]]) -> ValueSetTable:
    rows = read_rows(OWN_FOLDER / name, columns)
    for site_files in overrides:
        if name in site_files:
            rows.update(read_rows(site_files[name], columns))
    return ValueSetTable(name.removesuffix(".csv"), columns, tuple(rows.values()))


def _site_files(folder: Path, known: Sequence[str]) -> dict[str, Path]:
    if not folder.is_dir():
        raise ValueSetUnreadable(f"{folder}: expected a folder with value set files. Check site.valuesets.")
    found = {path.name: path for path in sorted(folder.glob("*.csv"))}
    for name, path in found.items():
        if name not in known:
            raise ValueSetUnreadable(f"{path}: there is no table of this name. Known: {', '.join(sorted(known))}.")
    return found


def _texts(table: ValueSetTable) -> list[list[str | None]]:
    return [[None if cell is None else str(cell) for cell in row] for row in table.rows]


def _null_first(row: Sequence[str | None]) -> list[tuple[bool, str]]:
    return [(cell is not None, cell or "") for cell in row]
