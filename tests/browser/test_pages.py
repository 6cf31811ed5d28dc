"""Every page in a real browser: it loads nothing, says nothing wrong, fits a phone, and can be used without a mouse."""

from __future__ import annotations

from itertools import pairwise

import pytest
from axe_core_python.sync_playwright import Axe

from tests.browser.conftest import DESKTOP, PHONE
from tests.unit.reports.page_reader import figures

EVERY_PAGE = ("full", "internal", "shareable", "index")
GRAVE = {"serious", "critical"}


@pytest.mark.parametrize("name", EVERY_PAGE)
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_page_asks_for_nothing_else_and_fits_its_window(look, page_file, name, size):
    with look(name, size) as seen:
        # A page read to its end: what loads late would have loaded.
        seen.page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
        widths = seen.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1]
        assert seen.asked == [page_file(name).as_uri()]
        assert seen.console == []


@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [
        ("full", DESKTOP, "light"),
        ("full", PHONE, "dark"),
        ("shareable", DESKTOP, "dark"),
        ("index", DESKTOP, "light"),
        # Thousands of cells made like those of the full page: a minute of reading.
        pytest.param("internal", DESKTOP, "dark", marks=pytest.mark.nightly),
        pytest.param("shareable", PHONE, "light", marks=pytest.mark.nightly),
        pytest.param("index", PHONE, "dark", marks=pytest.mark.nightly),
    ],
)
def test_axe_finds_nothing_grave(look, name, size, scheme):
    with look(name, size, color_scheme=scheme) as seen:
        found = Axe().run(seen.page)
        grave = [
            (broken["id"], [node["target"] for node in broken["nodes"]][:3], broken["nodes"][0]["failureSummary"])
            for broken in found["violations"]
            if broken["impact"] in GRAVE
        ]
    assert grave == []
    assert len(found["passes"]) > 10


@pytest.mark.parametrize("name", ["full", "internal"])
def test_without_a_script_the_page_says_the_same(look, page_file, name):
    with look(name, java_script_enabled=False) as seen:
        shown = seen.page.content()
        # Only what the script adds is missing.
        assert seen.page.locator("th button").count() == 0
        assert seen.page.locator("svg.picture title").count() > 10
    with look(name) as seen:
        scripted = seen.page.content()
    issued = figures(page_file(name).read_text(encoding="utf-8"))
    assert len(issued) > 20
    assert figures(shown) == issued
    assert figures(scripted) == issued


def test_a_drawer_opens_without_a_script(look):
    with look("full", java_script_enabled=False) as seen:
        row = seen.page.locator("#news-e-p1")
        assert not row.locator("code").first.is_visible()
        row.locator("summary").click()
        assert row.locator("code").all_text_contents() == ["Observation/o1/1", "Observation/o1/2"]
        assert row.locator("code").first.is_visible()


def test_the_policy_refuses_what_the_page_did_not_bring(look):
    with look("full") as seen:
        seen.page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.intruder = 1";
                document.body.append(script);
                const image = new Image();
                image.src = "https://outside.example/pixel.png";
                document.body.append(image);
            }"""
        )
        seen.page.wait_for_timeout(100)
        assert seen.page.evaluate("window.intruder") is None
        refused = [line for line in seen.console if "Content Security Policy" in line]
        assert len(refused) == 2


def test_print_shows_folded_tables_and_no_navigation(look):
    with look("full") as seen:
        folded = seen.page.locator("#weeks-values")
        assert not folded.is_visible()
        seen.page.emulate_media(media="print")
        assert folded.is_visible()
        assert not seen.page.locator("nav").is_visible()
        document = seen.page.pdf(prefer_css_page_size=True)
    assert document.startswith(b"%PDF")
    assert document.count(b"/Type /Page\n") + document.count(b"/Type /Page ") > 2


def test_the_keyboard_gets_to_the_news_first(look):
    with look("full") as seen:
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.textContent") == "Skip to the news of the week"
        assert seen.page.locator(".skip").bounding_box()["x"] >= 0
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("location.hash") == "#news"


def test_headings_do_not_jump(look):
    with look("internal") as seen:
        levels = seen.page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_week_is_small_enough_for_a_mail(page_file):
    assert page_file("internal").stat().st_size < 2_500_000
