"""The weekly bundle: whole or as before, the page says what the frames say, the index says what was not issued."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
from pathlib import Path

import pandas as pd
import pytest

from reports import StoppedWeek, write_bundle, write_index
from reports.errors import BundleNotWritten
from tests.unit.reports.page_reader import figures, words
from tests.unit.reports.small_bundle import HEADER, bundle, estimate


def test_the_page_says_what_the_frames_say(tmp_path: Path) -> None:
    page = words(write_bundle(bundle(), tmp_path).read_text(encoding="utf-8"))
    for said in ("2018-W30", "16/56", "28.6 %", "17.3–42.2 %", "1,700", "Escherichia coli", "course gap days"):
        assert said in page, said


def test_undefined_prints_as_a_dash_and_not_as_zero(tmp_path: Path) -> None:
    page = write_bundle(bundle(), tmp_path).read_text(encoding="utf-8")
    late = figures(page, measure="infection_density", stratum="no", window="late")
    assert [(figure["part"], figure["text"], figure["value"]) for figure in late] == [
        ("denominator", "0", "0"),
        ("value", "–", None),
    ]


def test_text_from_the_data_is_escaped(tmp_path: Path) -> None:
    page = write_bundle(bundle(), tmp_path).read_text(encoding="utf-8")
    assert "p&lt;1&gt;" in page
    assert "p<1>" not in page


def test_the_page_forbids_every_outside_load(tmp_path: Path) -> None:
    page = write_bundle(bundle(), tmp_path).read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert 'src="http' not in page
    assert page.count("<link") == 1
    assert '<link rel="icon" href="data:,">' in page


def test_an_incomplete_week_says_so_first(tmp_path: Path) -> None:
    header = dataclasses.replace(HEADER, outcome="incomplete", missing=("Observation: 1 of 90 patients",))
    page = write_bundle(bundle(header=header), tmp_path).read_text(encoding="utf-8")
    assert "Incomplete: Observation: 1 of 90 patients" in page
    assert page.index("Incomplete:") < page.index("Headline")


def test_same_bundle_same_bytes_and_the_manifest_proves_it(tmp_path: Path) -> None:
    first = write_bundle(bundle(), tmp_path / "a").parent
    second = write_bundle(bundle(), tmp_path / "b").parent
    for file in sorted(first.iterdir()):
        assert file.read_bytes() == (second / file.name).read_bytes(), file.name
    manifest = json.loads((first / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == {file.name for file in first.iterdir()} - {"manifest.json"}


def test_files_are_the_owners_only(tmp_path: Path) -> None:
    folder = write_bundle(bundle(), tmp_path).parent
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc").exists(), reason="needs a place that refuses writing")
def test_a_disk_that_refuses_leaves_the_issue_as_it_was(tmp_path: Path) -> None:
    folder = write_bundle(bundle(), tmp_path).parent
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    blocked = folder.with_name(f".{folder.name}.new")
    blocked.write_text("a file where a folder must be made", encoding="utf-8")
    with pytest.raises(BundleNotWritten, match="2018-W30 was not written"):
        write_bundle(bundle(), tmp_path)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_the_index_lists_weeks_and_says_what_was_not_issued(tmp_path: Path) -> None:
    write_bundle(bundle(), tmp_path)
    stop = StoppedWeek(
        "car-t-b-all", "2018-W31", "gate stage.observation stopped (unit unknown in 31 %)", "2018-08-06T01:00:00Z"
    )
    text = write_index(tmp_path, [stop]).read_text(encoding="utf-8")
    assert "car-t-b-all/2018-W30/index.html" in text
    assert "2018-W31 not issued: gate stage.observation stopped (unit unknown in 31 %). Last issued: 2018-W30." in text


def test_a_week_issued_after_its_stop_is_no_longer_shown_as_stopped(tmp_path: Path) -> None:
    write_bundle(bundle(), tmp_path)
    stop = StoppedWeek("car-t-b-all", "2018-W30", "gate counts stopped", "2018-07-30T00:00:00Z")
    assert "not issued" not in write_index(tmp_path, [stop]).read_text(encoding="utf-8")


def test_a_cohort_without_patients_is_said_plainly(tmp_path: Path) -> None:
    estimates = pd.DataFrame([estimate("patients_infused", "all", None, 0, None, None)])
    page = write_bundle(bundle(estimates=estimates), tmp_path).read_text(encoding="utf-8")
    assert "No patient of this cohort was found" in page
