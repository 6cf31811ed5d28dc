"""The official cases of SQL on FHIR v2, unchanged: every file, case by case."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

CASES = Path("/work/shared/sql_on_fhir_tests")
REPORT = Path(__file__).parent / "test_report.json"
ABSENT = f"the cases are not here: {CASES}"


def files():
    for path in sorted(CASES.glob("*.json")):
        yield path.name, json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def cases():
    if not CASES.is_dir():
        return [pytest.param(None, None, marks=pytest.mark.skip(reason=ABSENT))]
    return [
        pytest.param(file["resources"], test, id=f"{name.removesuffix('.json')}-{test['title']}")
        for name, file in files()
        for test in file["tests"]
    ]


@pytest.mark.parametrize(("resources", "test"), cases())
def test_official_case(check_case, resources, test):
    check_case(resources, test)


@pytest.mark.skipif(not CASES.is_dir(), reason=ABSENT)
def test_the_results_file_says_what_the_cases_say(check_case, tmp_path):
    # The form that the registry of implementations reads: file -> tests -> name, result.
    report = {
        name: {"tests": [{"name": test["title"], "result": outcome(check_case, file, test)} for test in file["tests"]]}
        for name, file in files()
    }
    found = tmp_path / REPORT.name
    found.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert sum(len(one["tests"]) for one in report.values()) == 134
    assert found.read_text(encoding="utf-8") == REPORT.read_text(encoding="utf-8"), f"copy {found} over {REPORT}"


def outcome(check_case, file, test):
    try:
        check_case(file["resources"], test)
    except (AssertionError, pytest.fail.Exception):
        return {"passed": False}
    return {"passed": True}
