"""Writing files so that none is ever half there: temporary name, sync, rename; readable by the owner alone."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from reports.errors import BundleNotWritten

__all__ = ["replace_folder", "sha256_of", "write_bytes", "write_text"]


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, as `write_bytes` does.

    Raises:
        BundleNotWritten: the disk refused. The file that stood at `path` is unchanged.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` under a temporary name, sync, rename over `path`; mode 0600.

    Raises:
        BundleNotWritten: the disk refused. The file that stood at `path` is unchanged.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BundleNotWritten(
            f"cannot write {path.name} ({error.strerror}). "
            "What stood there before is unchanged; free space and run again."
        ) from error


def replace_folder(new: Path, live: Path) -> None:
    """Put `new` where `live` stands. A reader sees the old folder or the new one."""
    old = live.with_name(f".{live.name}.old")
    if old.exists():
        shutil.rmtree(old)
    if live.exists():
        os.rename(live, old)
    os.rename(new, live)
    shutil.rmtree(old, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """Hex digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
