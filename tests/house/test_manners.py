"""Small rules of the house that a reader relies on: sizes, clocks, environment, SQL, codes, names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("flows", "ehr", "mappings", "warehouse", "checks", "metrics", "reports")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]
QUERIES = sorted((ROOT / "warehouse" / "sql").rglob("*.sql"))
QUERY_NAMES = [str(path.relative_to(ROOT)) for path in QUERIES]
CLOCK = re.compile(
    r"datetime\.now\(|date\.today\(|utcnow\(|time\.time\(|\bnow\(\)|current_date|current_timestamp|localtime"
)
VAGUE = re.compile(r"(^|_)(utils?|helpers?|common|misc|base|core|manager|stuff|process|handle)($|_)")
CODE = re.compile(r"[\"'](\d{6,18}|\d{1,5}-\d)[\"']")
STATEMENT = re.compile(r"\bselect\b[\s\S]+\bfrom\b|\binsert into\b|\bcreate (or replace )?(temp )?(table|view)\b", re.I)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith(("flows/", "ehr/practice/"))])
def test_no_clock_is_read_below_the_flows(name: str) -> None:
    code = "\n".join(line for line in read(name).splitlines() if not line.lstrip().startswith("#"))
    assert not CLOCK.search(code), CLOCK.search(code)


def test_only_the_demo_lets_the_hospitals_clock_stand() -> None:
    """A clock that stands in a hospital would date its landings falsely for ever."""
    users = {name for name in NAMES if re.search(r"\bstanding_at\b|\b_standing\b", read(name))}
    assert users == {"flows/context.py", "flows/command_demo.py"}


@pytest.mark.parametrize("name", QUERY_NAMES)
def test_no_clock_is_read_in_sql(name: str) -> None:
    assert not CLOCK.search(read(name).lower())


@pytest.mark.parametrize("name", [name for name in NAMES if name != "flows/settings.py"])
def test_only_the_settings_read_the_environment(name: str) -> None:
    assert not re.search(r"os\.environ|os\.getenv|getenv\(", read(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_module_stays_readable(name: str) -> None:
    text = read(name)
    assert len(text.splitlines()) <= 400
    assert not VAGUE.search(Path(name).stem)
    assert not re.search(r"TODO(?!\(#\d+\))", text), "a TODO without a number"


@pytest.mark.parametrize("name", [n for n in NAMES if n != "flows/outcomes.py"])
def test_no_broad_except_outside_the_outcomes(name: str) -> None:
    """A handler that cleans up and raises again swallows nothing and may be broad."""
    for node in ast.walk(ast.parse(read(name))):
        if isinstance(node, ast.ExceptHandler):
            named = node.type.id if isinstance(node.type, ast.Name) else None
            broad = node.type is None or named in ("Exception", "BaseException")
            last = node.body[-1]
            assert not broad or (isinstance(last, ast.Raise) and last.exc is None), f"line {node.lineno}"


def string_literals(name: str) -> list[str]:
    """String constants of a module that are no docstrings."""
    tree = ast.parse(read(name))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith(("mappings/sql_on_fhir/", "checks/"))])
def test_sql_stands_in_sql_files(name: str) -> None:
    """The compiler writes SQL by trade; a check is a query handed to the checking library with its reason beside it."""
    for literal in string_literals(name):
        short_glue = name.startswith("warehouse/") and len(literal.splitlines()) <= 2
        assert short_glue or not STATEMENT.search(literal), literal[:60]


@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith(("flows/", "ehr/"))])
def test_no_clinical_code_stands_in_python(name: str) -> None:
    assert not CODE.search(read(name))


@pytest.mark.parametrize("name", QUERY_NAMES)
def test_a_query_says_its_grain_and_stays_short(name: str) -> None:
    text = read(name)
    assert len(text.splitlines()) <= 120
    assert text.lstrip().startswith("--")
    if "/cohort/" in name or "/counts/" in name:
        assert "grain" in text[:600].lower()
        assert not CODE.search(text), "a clinical code in SQL"
    assert not re.search(r"select\s+\*", text, re.I), "select *"
