"""What servers have been seen to do (fault_matrix.toml): afterwards the data are whole, or the ledger says what is not.

Rows follow the protocol table of the field notes; what no fault of the practice server can provoke has tests of its own
(test_export.py, test_smart.py, test_incremental.py, test_open_units.py).
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from ehr.practice.faults import fault_of
from ehr.practice.server import running

MATRIX = tomllib.loads((Path(__file__).parent / "fault_matrix.toml").read_text(encoding="utf-8"))["row"]


def versions(site, receipt):
    """(type, id, version) of every line that can be read."""
    found = set()
    for kind, lines in site.landed(receipt).items():
        for line in lines:
            try:
                body = json.loads(line)
            except ValueError:
                continue
            found.add((kind, body["id"], body["meta"]["versionId"]))
    return found


@pytest.fixture(scope="module")
def truths():
    """What a pull without faults brings, by roster; asked for once."""
    return {}


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row["name"])
def test_afterwards_the_data_are_whole_or_said_not_to_be(site, ward, truths, row):
    (site.root.parent / "roster.txt").write_text("p0\np1\n")
    faults = [fault_of(table) for table in row.get("fault", [])]
    given = {"roster": "all", "page_size": 4} | {key: row[key] for key in ("roster", "source", "group") if key in row}
    if given["roster"] not in truths:
        with running(ward) as url:
            truths[given["roster"]] = versions(site, site.pull(url, **{**given, "source": "search"}))
        # Into an empty folder again: deletions are asked for only after a first pull.
        site.root.rename(site.root.parent / "truth")
    with running(ward, faults=faults) as url:
        receipt = site.pull(url, **given)
    truth, came = truths[given["roster"]], versions(site, receipt)
    assert receipt.is_complete == row["whole"]
    assert {kind for kind, _, _ in truth - came} <= receipt.incomplete_types.keys()
    assert came <= truth
    if row["whole"]:
        assert came == truth
    assert max(site.sleeper.seconds, default=0) <= 300
