"""The weekly bundle: whole or as before, the page says what the frames say, the index says what was not issued."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
from pathlib import Path

import pandas as pd
import pytest

from reports import Header, MethodNote, StoppedWeek, WeeklyBundle, write_bundle, write_index
from reports.errors import BundleNotWritten

HEADER = Header(
    protocol="car-t-b-all",
    protocol_title="Infections after CAR T-cells",
    week="2018-W30",
    data_date="2018-07-29",
    as_of="2018-07-30T01:00:00Z",
    run_id="00ff00ff00ff00ff",
    software_version="0.1.0",
    protocol_hash="aa",
    valueset_hash="bb",
    outcome="complete",
    missing=(),
    patients_asked=90,
)


def estimate(
    measure: str,
    stratum: str,
    window: str | None,
    numerator: int,
    denominator: int | None,
    value: float | None,
    lower: float | None = None,
    upper: float | None = None,
) -> dict[str, object]:
    return {
        "measure": measure,
        "stratum": stratum,
        "window_name": window,
        "infection_class": "all",
        "numerator": numerator,
        "denominator": denominator,
        "denominator_unit": "patients",
        "value": value,
        "lower": lower,
        "upper": upper,
        "level": 0.95,
        "method": "Clopper-Pearson",
        "status": "final",
        "note": None,
    }


def bundle(**changes: object) -> WeeklyBundle:
    estimates = pd.DataFrame(
        [
            estimate("patients_infused", "all", None, 90, None, None),
            estimate("patients_infused", "yes", None, 34, None, None),
            estimate("patients_infused", "no", None, 56, None, None),
            estimate("infected_proportion", "no", "early", 16, 56, 16 / 56, 0.173, 0.4221),
            estimate("infection_density", "no", "early", 17, 1700, 1.0, 0.58, 1.6),
            estimate("infection_density", "no", "late", 0, 0, None),
        ]
    )
    curves = pd.DataFrame(
        [
            {
                "measure": "cumulative_incidence",
                "stratum": "no",
                "infection_class": "all",
                "day": day,
                "at_risk": 56 - day,
                "value": day / 100,
                "lower": None if day == 0 else day / 200,
                "upper": None if day == 0 else day / 50,
            }
            for day in (0, 5, 10)
        ]
    )
    cells = {"exposed_events": 10, "exposed_without": 12, "unexposed_events": 6, "unexposed_without": 28}
    two_by_two = pd.DataFrame(
        [
            {
                "measure": "bridging_association",
                "exposure": "bridging_other_than_fc",
                "outcome": "infected_early",
                **cells,
                "estimate": 3.8,
                "lower": 1.0,
                "upper": 15.0,
                "method": "conditional exact",
            }
        ]
    )
    episodes = pd.DataFrame(
        [
            {
                "patient_id": "p<1>",
                "local_identifier": None,
                "onset_on": pd.Timestamp("2018-07-25"),
                "onset_day": 3,
                "window_name": "early",
                "infection_class": ["bacterial_gn"],
                "site": ["blood"],
                "organisms": ["Escherichia coli"],
                "documentation": "MDI_BSI",
                "counted": True,
                "not_counted_reason": None,
                "episode_id": "e1",
            }
        ]
    )
    checks = pd.DataFrame(
        [
            {
                "relation": "cohort.courses",
                "check_name": "one_course",
                "severity": "warn",
                "passed": False,
                "element_count": 90,
                "unexpected_count": 1,
                "protects": "all",
                "reason": "a patient twice",
            }
        ]
    )
    made = WeeklyBundle(
        header=HEADER,
        estimates=estimates,
        curves=curves,
        two_by_two=two_by_two,
        funnel_patients=pd.DataFrame([{"step_number": 1, "step": "in cohort", "reason": None, "patients": 90}]),
        funnel_episodes=pd.DataFrame([{"step_number": 1, "reason": "counted", "rows_count": 17}]),
        episodes=episodes,
        checks=checks,
        ledger=pd.DataFrame(columns=["resource_type", "status", "units"]),
        rejects=pd.DataFrame(columns=["reason", "lines"]),
        findings=pd.DataFrame(columns=["path", "lines"]),
        unmapped=pd.DataFrame(columns=["system", "code", "resources"]),
        notes=(MethodNote("course_gap_days", "60", "<=", "days", "project", "P", False),),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def test_the_page_says_what_the_frames_say(tmp_path: Path) -> None:
    page = write_bundle(bundle(), tmp_path).read_text(encoding="utf-8")
    for said in ("2018-W30", "16/56", "28.6 %", "17.3–42.2 %", "1,700", "Escherichia coli", "course_gap_days"):
        assert said in page, said


def test_undefined_prints_as_a_dash_and_not_as_zero(tmp_path: Path) -> None:
    page = write_bundle(bundle(), tmp_path).read_text(encoding="utf-8")
    late = page[page.index("day 31 to 90") :]
    assert "<td>0</td><td>0</td><td>–</td><td>–</td>" in late[:300]


def test_text_from_the_data_is_escaped(tmp_path: Path) -> None:
    page = write_bundle(bundle(), tmp_path).read_text(encoding="utf-8")
    assert "p&lt;1&gt;" in page
    assert "p<1>" not in page


def test_the_page_forbids_every_outside_load(tmp_path: Path) -> None:
    page = write_bundle(bundle(), tmp_path).read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert 'src="http' not in page
    assert "<link" not in page


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
