"""Issuing a week: every file into a new folder, then one rename. A week is there whole or as it was before."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

from reports.bundle import WeeklyBundle
from reports.errors import BundleNotWritten
from reports.files import replace_folder, sha256_of, write_text
from reports.measure_report import write_measure_report
from reports.page import render_page
from reports.shareable import render_shareable
from reports.tables import write_csv, write_parquet
from reports.workbook import write_workbook

__all__ = ["write_bundle"]


def write_bundle(
    bundle: WeeklyBundle, reports: Path, *, link_template: str | None = None, minimum_cell: int = 11
) -> Path:
    """Write `reports/<protocol>/<week>/` with both pages, figures and manifest; returns the internal page's path.

    minimum_cell: the smallest count that the shareable edition shows (report.minimum_cell).

    Raises:
        BundleNotWritten: the disk refused; the week's folder is as it was before.
    """
    live = reports / bundle.header.protocol / bundle.header.week
    new = live.with_name(f".{live.name}.new")
    try:
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(parents=True, mode=0o700)
        write_files(bundle, new, link_template, minimum_cell)
        replace_folder(new, live)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise BundleNotWritten(
            f"week {bundle.header.week} was not written ({error.strerror}). "
            "The issue that stood there is unchanged; free space and run again."
        ) from error
    return live / "index.html"


def write_files(bundle: WeeklyBundle, folder: Path, link_template: str | None, minimum_cell: int) -> None:
    """All files of the bundle; the manifest last, with the digest of each other file."""
    write_text(folder / "index.html", render_page(bundle, link_template=link_template))
    write_text(folder / "shareable.html", render_shareable(bundle, minimum=minimum_cell))
    figures = bundle.estimates
    write_csv(folder / "figures.csv", figures)
    write_parquet(folder / "figures.parquet", figures)
    write_csv(folder / "curves.csv", bundle.curves)
    write_csv(folder / "two_by_two.csv", bundle.two_by_two)
    write_workbook(folder / "workbook.xlsx", bundle)
    write_measure_report(folder / "measure-report.json", bundle)
    digests = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    manifest = dataclasses.asdict(bundle.header) | {"files": digests}
    write_text(folder / "manifest.json", json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
