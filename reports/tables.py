"""The same figures as files for other programs: CSV and Parquet, twelve significant digits, undefined empty."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from reports.files import write_text

__all__ = ["write_csv", "write_parquet"]


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as UTF-8 CSV with a header row; floats with 12 significant digits, undefined as an empty field."""
    write_text(path, frame.to_csv(index=False, lineterminator="\n", float_format="%.12g"))


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as Parquet (zstd), owner-only; row order is that of the frame."""
    frame.to_parquet(path, engine="pyarrow", compression="zstd", index=False)
    path.chmod(0o600)
