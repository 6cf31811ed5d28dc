"""The MeasureReport is a valid R4 resource that says what the figures say."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
from fhir.resources.R4B.measurereport import MeasureReport

from reports.measure_report import measure_report, write_measure_report
from tests.unit.reports.small_bundle import HEADER, bundle


def group_of(report, measure):
    [found] = [group for group in report["group"] if group["code"]["coding"][0]["code"] == measure]
    return found


def counts(scored):
    return {population["code"]["coding"][0]["code"]: population["count"] for population in scored["population"]}


def test_it_is_valid_and_reads_back(tmp_path):
    write_measure_report(tmp_path / "measure-report.json", bundle())
    text = (tmp_path / "measure-report.json").read_text(encoding="utf-8")
    read = MeasureReport.model_validate_json(text)
    assert (read.id, read.status, read.type) == ("nadir-00ff00ff00ff00ff", "complete", "summary")
    assert read.date.isoformat() == "2018-07-30T01:00:00+00:00"
    assert read.period.end.isoformat() == "2018-07-29"
    assert read.improvementNotation.coding[0].code == "decrease"
    assert len(read.group) == bundle().estimates["measure"].nunique()


def test_a_stratum_carries_counts_value_and_limits():
    group = group_of(measure_report(bundle()), "infected_proportion")
    [stratum] = group["stratifier"][0]["stratum"]
    assert counts(stratum) == {"numerator": 16, "denominator": 56}
    assert stratum["measureScore"]["value"] == 16 / 56
    parts = {part["url"]: part for part in stratum["measureScore"]["extension"][0]["extension"]}
    assert [parts[name]["valueDecimal"] for name in ("lower", "upper", "level")] == [0.173, 0.4221, 0.95]
    assert parts["method"]["valueString"] == "Clopper-Pearson"
    values = [component["value"]["coding"][0]["code"] for component in stratum["component"]]
    assert values == ["no", "early", "all"]


def test_the_group_carries_the_figure_of_everybody():
    assert counts(group_of(measure_report(bundle()), "patients_infused")) == {"numerator": 90}


def test_an_undefined_value_is_left_out_and_its_counts_stay():
    strata = group_of(measure_report(bundle()), "infection_density")["stratifier"][0]["stratum"]
    late = next(stratum for stratum in strata if "measureScore" not in stratum)
    assert counts(late) == {"numerator": 0, "denominator": 0}


def test_a_missing_window_in_a_frame_is_no_component():
    estimates = bundle().estimates.astype({"window_name": "string", "infection_class": "string"})
    report = measure_report(bundle(estimates=estimates.assign(infection_class=pd.NA)))
    [stratum] = [
        s for s in group_of(report, "patients_infused")["stratifier"][0]["stratum"] if len(s["component"]) == 1
    ][:1]
    assert stratum["component"][0]["code"]["coding"][0]["code"] == "stratum"


def test_an_incomplete_week_is_pending():
    header = dataclasses.replace(HEADER, outcome="incomplete")
    assert measure_report(bundle(header=header))["status"] == "pending"


def test_a_cohort_of_nobody_is_valid():
    made = measure_report(bundle(estimates=bundle().estimates.head(0)))
    MeasureReport.model_validate_json(json.dumps(made))
    assert "group" not in made
