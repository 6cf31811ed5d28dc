"""A real Chromium and the pages it opens: one issued from the practice hospital, one where every part has something."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reports.page import render_page
from tests.flows.conftest import demo, hospital, issued, own_settings_only, serve, shared  # noqa: F401  fixtures
from tests.unit.reports.full_bundle import full_bundle

DESKTOP, PHONE = (1280, 800), (360, 740)
EHR = "https://ehr.example/patient/{patient_id}"


@dataclasses.dataclass(frozen=True)
class Seen:
    """An open page, with what it asked for and what its console said."""

    page: Any
    asked: list[str]
    console: list[str]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the run; skipped where none is installed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def week_folder(issued) -> Path:  # noqa: F811
    """The folder of an issued week."""
    return issued("search").week


@pytest.fixture(scope="session")
def page_file(request, tmp_path_factory) -> Callable[[str], Path]:
    """Each kind of page by name; a week is issued only for a test that opens one of its pages."""
    full = tmp_path_factory.mktemp("pages") / "full.html"
    full.write_text(render_page(full_bundle(), link_template=EHR), encoding="utf-8")

    def find(name: str) -> Path:
        if name == "full":
            return full
        week = request.getfixturevalue("week_folder")
        return {
            "internal": week / "index.html",
            "shareable": week / "shareable.html",
            "index": week.parent.parent / "index.html",
        }[name]

    return find


@pytest.fixture(scope="session")
def look(chromium, page_file) -> Callable[..., Any]:
    """Opens a page in a context of its own: `with look("full", PHONE, color_scheme="dark") as seen`."""

    @contextmanager
    def opened(name: str, size: tuple[int, int] = DESKTOP, **context_options: Any) -> Iterator[Seen]:
        width, height = size
        context = chromium.new_context(viewport={"width": width, "height": height}, **context_options)
        seen = Seen(context.new_page(), [], [])
        seen.page.on("request", lambda request: seen.asked.append(request.url))
        seen.page.on("console", lambda message: seen.console.append(message.text))
        seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
        seen.page.goto(page_file(name).as_uri())
        yield seen
        context.close()

    return opened
