"""A plan of faults as a TOML file, and what the server does by it."""

from __future__ import annotations

import pytest

from ehr.practice.faults import Fault, FaultsUnreadable, read_faults
from ehr.practice.server import running

PLAN = """
[[fault]]
pattern = "Observation"
nth = 2
times = "always"
status = 503
headers = [["Retry-After", "7"]]
body = "closed"

[[fault]]
pattern = "Patient"
cut = 1
"""


def test_a_plan_is_read_as_it_stands(tmp_path):
    path = tmp_path / "faults.toml"
    path.write_text(PLAN)
    closed = Fault("Observation", nth=2, times=None, status=503, headers=(("Retry-After", "7"),), body=b"closed")
    assert read_faults(path) == [closed, Fault("Patient", cut=1)]


@pytest.mark.parametrize("text", ["[[fault]]\nstatus = 500\n", "[[fault]]\npattern = 'x'\nstatsu = 500\n", "nonsense"])
def test_a_plan_that_cannot_be_understood_is_refused(tmp_path, text):
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(FaultsUnreadable):
        read_faults(path)


def test_the_plan_is_carried_out(folder, call, tmp_path):
    path = tmp_path / "faults.toml"
    path.write_text(PLAN)
    with running(folder, faults=read_faults(path)) as base:
        caller = call(base)
        assert caller.get("Observation").status_code == 200
        assert caller.get("Observation").status_code == 503
        assert caller.ids("Patient") == ["p1"]
        assert caller.ids("Patient") == ["p1", "p2"]


def test_an_early_end_is_told_only_by_a_count(folder, call):
    with running(folder, faults=[Fault("Observation", times=None, cut=2)]) as base:
        caller = call(base)
        page = caller.get("Observation").json()
        assert (len(page["entry"]), page["total"]) == (2, 2)
        assert [link["relation"] for link in page["link"]] == ["self"]
        assert caller.get("Observation?_summary=count").json()["total"] == 5
        assert caller.get("Observation?_total=accurate").json()["total"] == 5


def test_an_export_is_waited_for_and_let_go(folder, call):
    wanted = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
    with running(folder) as base:
        caller = call(base)
        assert caller.get("$export").status_code == 400
        begun = caller.get("$export?_type=Observation,Patient", headers=wanted)
        assert begun.status_code == 202
        state = begun.headers["Content-Location"]
        assert caller.get(state).status_code == 202
        manifest = caller.get(state).json()
        assert [(file["type"], file["count"]) for file in manifest["output"]] == [("Observation", 5), ("Patient", 2)]
        assert len(caller.get(manifest["output"][0]["url"]).text.splitlines()) == 5
        assert caller.session.delete(state, timeout=10).status_code == 202
        assert caller.get(state).status_code == 404
        assert caller.get("Group/nobody/$export", headers=wanted).status_code == 404
