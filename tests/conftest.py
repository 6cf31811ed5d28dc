"""The order of the test files, so that two workers end at about the same time and none waits for the other's demo."""

from __future__ import annotations

from pathlib import Path

import pytest

DEMO = "test_demo.py"
NEEDS_DEMO = {"demo", "issued", "page_file"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The demo begins at once; what else issues weeks comes next, then what looks at the demo, then what is quick."""
    waiting = {item.path for item in items if NEEDS_DEMO.intersection(getattr(item, "fixturenames", ()))}
    items.sort(key=lambda item: rank(item.path, waiting))


def rank(path: Path, waiting: set[Path]) -> int:
    """The place of a file among the others; within a place files keep their order."""
    if path.name == DEMO:
        return 0
    if path in waiting:
        return 2
    return 1 if path.parent.name == "flows" and path.parent.parent.name == "tests" else 3
