"""Imports point down: the table of the architecture, checked on every module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("flows", "ehr", "mappings", "warehouse", "checks", "metrics", "reports")
MAY_IMPORT = {
    "flows": set(PACKAGES),
    "reports": {"metrics"},
    "checks": {"warehouse"},
    "warehouse": {"mappings"},
    "metrics": set(),
    "mappings": set(),
    "ehr": set(),
}
ONLY_IN = {
    "prefect": {"flows"},
    "duckdb": {"warehouse"},
    "requests": {"ehr"},
    "great_expectations": {"checks"},
    "fhir": {"mappings"},
    "fastapi": {"ehr/practice"},
    "uvicorn": {"ehr/practice"},
    "jinja2": {"reports"},
}
STATIONS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in STATIONS]


def imported(path: Path) -> Iterator[str]:
    """Full names of the modules that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = within_practice(path, node.level)
            module = ".".join(filter(None, (parent, node.module)))
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within_practice(path: Path, level: int) -> str:
    """Full name of the package that a relative import counts from; empty for an absolute import.

    Only the practice hospital uses them: it names nothing of ours, so that it can be lifted out as it stands.
    """
    if level == 0:
        return ""
    parts = path.relative_to(ROOT).parts
    assert level == 1, f"{path}: a relative import of a parent"
    assert parts[:2] == ("ehr", "practice"), f"{path}: a relative import"
    return ".".join(parts[:-1])


def place(path: Path) -> str:
    """The package of a module; the practice hospital counts as a package of its own."""
    parts = path.relative_to(ROOT).parts
    return "ehr/practice" if parts[:2] == ("ehr", "practice") else parts[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_module_imports_only_what_stands_below_it(name: str) -> None:
    path = ROOT / name
    home = place(path)
    for module in imported(path):
        top = module.split(".")[0]
        if home == "ehr/practice":
            assert top not in PACKAGES or module.startswith("ehr.practice") or module == "ehr", (
                f"{name} imports {module}"
            )
        elif top in PACKAGES and top != home:
            assert top in MAY_IMPORT[home], f"{name} imports {module}"
        if home == "ehr":
            assert not module.startswith("ehr.practice"), f"{name} imports the practice hospital"


@pytest.mark.parametrize("name", NAMES)
def test_each_outside_package_is_touched_in_one_place(name: str) -> None:
    path = ROOT / name
    for module in imported(path):
        owners = ONLY_IN.get(module.split(".")[0])
        assert owners is None or place(path) in owners, f"{name} imports {module}"


def test_no_import_cycle_between_modules() -> None:
    known = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in STATIONS}
    graph = {
        name: {module for module in imported(path) if module in known and module != name}
        for name, path in known.items()
    }
    finished: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in finished:
            for target in sorted(graph[name]):
                walk(target, (*trail, name))
            finished.add(name)

    for name in sorted(graph):
        walk(name, ())


def test_only_one_module_opens_a_database() -> None:
    callers = [name for name in NAMES if "duckdb.connect(" in (ROOT / name).read_text(encoding="utf-8")]
    assert callers == ["warehouse/connection.py"]


def test_no_flow_module_hides_a_package() -> None:
    stems = {path.stem for path in (ROOT / "flows").glob("*.py")}
    assert not stems & set(PACKAGES)
