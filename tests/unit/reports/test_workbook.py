"""The workbook holds every sheet, numbers as numbers, text as text, and the same bytes each time."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from reports.workbook import LONGEST_TEXT, write_workbook
from tests.unit.reports.small_bundle import bundle
from tests.unit.reports.workbook_cells import read_workbook

SHEETS = [
    "about", "figures", "curves", "two-by-two", "infections", "funnel", "episodes", "changes", "quality", "methods",
]  # fmt: skip
AGAIN = """
import hashlib, pathlib, sys
from reports.workbook import write_workbook
from tests.unit.reports.small_bundle import bundle
path = pathlib.Path(sys.argv[1])
write_workbook(path, bundle())
print(hashlib.sha256(path.read_bytes()).hexdigest())
"""


@pytest.fixture
def sheets(tmp_path):
    write_workbook(tmp_path / "workbook.xlsx", bundle())
    return read_workbook(tmp_path / "workbook.xlsx")


def with_text(text):
    episodes = bundle().episodes.assign(organisms=[[text]])
    return bundle(episodes=episodes)


def test_every_sheet_is_there_in_order(sheets):
    assert list(sheets) == SHEETS


def test_a_figure_is_a_row_of_numbers(sheets):
    [row] = [row for row in sheets["figures"] if row["measure"] == "infected_proportion"]
    assert (row["numerator"], row["denominator"], row["value"]) == (16, 56, 16 / 56)


def test_an_undefined_value_is_an_empty_cell(sheets):
    [row] = [row for row in sheets["figures"] if row.get("window_name") == "late"]
    assert "value" not in row
    assert row["denominator"] == 0


def test_a_day_is_a_day_and_a_truth_is_a_truth(sheets):
    [row] = sheets["episodes"]
    assert row["onset_on"] == (pd.Timestamp("2018-07-25") - pd.Timestamp("1899-12-30")).days
    assert row["counted"] is True


def test_the_infections_stand_side_by_side(sheets):
    early = next(row for row in sheets["infections"] if row["window_name"] == "early")
    assert (early["person_days"], early["per_100_days"]) == (1700, 1)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "0012", '=HYPERLINK("x")'])
def test_text_never_becomes_a_formula_a_link_or_a_number(tmp_path, text):
    write_workbook(tmp_path / "workbook.xlsx", with_text(text))
    [row] = read_workbook(tmp_path / "workbook.xlsx")["episodes"]
    assert row["organisms"] == text
    with zipfile.ZipFile(tmp_path / "workbook.xlsx") as archive:
        assert b"<hyperlink" not in b"".join(archive.read(name) for name in archive.namelist())


def test_a_text_that_no_cell_can_hold_is_cut_and_not_lost(tmp_path):
    write_workbook(tmp_path / "workbook.xlsx", with_text("x" * (LONGEST_TEXT + 1)))
    [row] = read_workbook(tmp_path / "workbook.xlsx")["episodes"]
    assert row["organisms"] == "x" * LONGEST_TEXT


def test_the_header_row_stands_still(tmp_path):
    write_workbook(tmp_path / "workbook.xlsx", bundle())
    with zipfile.ZipFile(tmp_path / "workbook.xlsx") as archive:
        for number in range(1, len(SHEETS) + 1):
            sheet = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert '<pane ySplit="1"' in sheet, SHEETS[number - 1]
            assert 'state="frozen"' in sheet


def test_the_creation_time_is_as_of(tmp_path):
    write_workbook(tmp_path / "workbook.xlsx", bundle())
    with zipfile.ZipFile(tmp_path / "workbook.xlsx") as archive:
        told = archive.read("docProps/core.xml").decode()
    assert told.count("2018-07-30T01:00:00Z") == 2, "created and modified"


def test_another_process_writes_the_same_bytes(tmp_path):
    write_workbook(tmp_path / "here.xlsx", bundle())
    told = subprocess.run(
        [sys.executable, "-c", AGAIN, str(tmp_path / "there.xlsx")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[3],
        env={"PYTHONHASHSEED": "17", "TZ": "Pacific/Auckland"},
    )
    assert told.stdout.strip() == hashlib.sha256((tmp_path / "here.xlsx").read_bytes()).hexdigest()
