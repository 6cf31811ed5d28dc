"""The only place that opens DuckDB.

Every connection runs in UTC, never looks for an extension (the machine may have no network), and makes its
file readable by the owner only, because the file holds patients.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path

import duckdb

from warehouse.errors import StoreUnreadable

Connection = duckdb.DuckDBPyConnection

_OWNER_ONLY = 0o077


def connect(
    path: Path | None = None,
    *,
    read_only: bool = False,
    threads: int | None = None,
    memory: str | None = None,
    macros: bool = True,
) -> Connection:
    """Open a database file; `None` opens one in memory.

    `threads` and `memory` (`"4GB"`) are DuckDB's own; None leaves its defaults. `macros` creates the macros of
    warehouse/sql/macros as temporary ones of this connection.

    Raises:
        StoreUnreadable: the file cannot be opened or made; the message carries the reason, not the content.
    """
    options: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads is not None:
        options["threads"] = threads
    if memory is not None:
        options["memory_limit"] = memory
    with _owner_only_files():
        try:
            connection = duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=options)
        except duckdb.Error as error:
            raise StoreUnreadable(
                f"{path} cannot be opened ({refusal(error)}). Nothing was changed; look at the disk, "
                "and whether another program has the file open."
            ) from error
    connection.execute("set TimeZone = 'UTC'")
    if macros:
        create_macros(connection)
    return connection


def refusal(error: duckdb.Error) -> str:
    """Why DuckDB refused a file, in a few words of ours: its own text names paths, statements and values."""
    text = str(error)
    known = {"No space left": "No space left on device", "Conflicting lock": "another process has it open"}
    return next((words for sign, words in known.items() if sign in text), type(error).__name__)


@contextmanager
def opened(
    path: Path | None = None, *, read_only: bool = False, threads: int | None = None, macros: bool = True
) -> Iterator[Connection]:
    """Open a database for one block and close it after, also when the block fails."""
    connection = connect(path, read_only=read_only, threads=threads, macros=macros)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def disk_errors(path: Path, kept: str) -> Iterator[None]:
    """Make one sentence of what DuckDB or the disk says about `path`; `kept` says what is still whole.

    Raises:
        StoreUnreadable: in place of DuckDB's error, whose text could quote a value and is left out.
    """
    try:
        yield
    except (duckdb.Error, OSError) as error:
        why = refusal(error) if isinstance(error, duckdb.Error) else error.strerror or type(error).__name__
        raise StoreUnreadable(
            f"{path} cannot be written: {why}. {kept} Look at the disk space, then run again."
        ) from None


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit what the block wrote, or leave nothing of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        # After a failed write the database may refuse the rollback too; the first failure is the one to tell.
        with suppress(duckdb.Error):
            connection.rollback()
        raise
    connection.commit()


def append_rows(connection: Connection, relation: str, rows: Sequence[Sequence[object]]) -> None:
    """Append rows to a table, each value cast to its column; the order of values is that of the columns."""
    # executemany takes a thousand times as long as an appender.
    if not rows:
        return
    appender = connection.appender(relation)
    appender.append_rows(rows)
    appender.flush()


def attach_archive(connection: Connection, archive: Path) -> None:
    """Let the statements of this connection read the archive as `archive.raw`, `archive.ops`; never write it.

    Raises:
        StoreUnreadable: it is not there or another process writes it.
    """
    attach_read_only(connection, archive, name="archive")


def attach_read_only(connection: Connection, path: Path, *, name: str) -> None:
    """Let the statements of this connection read another file under `name`.

    Raises:
        StoreUnreadable: it is not there or another process writes it.
    """
    try:
        connection.execute(f"attach $path as {name} (read_only)", {"path": str(path)})
    except duckdb.Error as error:
        raise StoreUnreadable(f"{path} cannot be read: {refusal(error)}. Nothing was changed.") from error


def create_macros(connection: Connection) -> None:
    """Create every macro of warehouse/sql/macros, in the order of the file names, for this connection only."""
    folder = files("warehouse") / "sql" / "macros"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            connection.execute(file.read_text(encoding="utf-8"))


@contextmanager
def _owner_only_files() -> Iterator[None]:
    # DuckDB refuses a file of zero bytes, so the file cannot be made beforehand with the right mode.
    before = os.umask(_OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)
