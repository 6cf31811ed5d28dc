"""Cases of our own, in the form of the official ones, for what those leave out; other engines can run them too."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

OWN = Path(__file__).parent / "own"
LEAST = 40


def cases():
    for path in sorted(OWN.glob("*.json")):
        file = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        for test in file["tests"]:
            yield pytest.param(file["resources"], test, id=f"{path.stem}-{test['title']}")


@pytest.mark.parametrize(("resources", "test"), cases())
def test_own_case(check_case, resources, test):
    check_case(resources, test)


def test_there_are_enough_of_them():
    assert len(list(cases())) >= LEAST
