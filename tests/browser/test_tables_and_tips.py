"""What the page's script adds: sorting by a column and tooltips, by mouse and by keyboard."""

from __future__ import annotations

import pytest

SORTED_BY_EVENTS = "[...document.querySelectorAll('#weeks-values tbody tr')].map((row) => row.cells[0].textContent)"


@pytest.fixture(scope="module")
def opened(look):
    with look("full") as seen:
        seen.page.locator("details.fold").evaluate_all("(all) => all.forEach((fold) => { fold.open = true; })")
        yield seen.page


def order(page) -> list[str]:
    return page.evaluate(SORTED_BY_EVENTS)


def test_a_heading_sorts_up_down_and_back(opened):
    heading = opened.locator("#weeks-values thead th", has_text="All events")
    assert order(opened) == ["−1", "0", "1"]
    heading.locator("button").click()
    assert (heading.get_attribute("aria-sort"), order(opened)) == ("ascending", ["−1", "0", "1"])
    heading.locator("button").click()
    assert (heading.get_attribute("aria-sort"), order(opened)) == ("descending", ["1", "0", "−1"])
    heading.locator("button").click()
    assert (heading.get_attribute("aria-sort"), order(opened)) == (None, ["−1", "0", "1"])


def test_only_one_column_is_sorted_at_a_time_and_the_keyboard_does_it(opened):
    first, second = (opened.locator("#weeks-values thead th button").nth(place) for place in (0, 5))
    first.focus()
    opened.keyboard.press("Enter")
    second.focus()
    opened.keyboard.press("Space")
    assert opened.locator("#weeks-values [aria-sort]").count() == 1
    second.click()
    second.click()


def test_numbers_sort_as_numbers_and_the_undefined_last(opened):
    button = opened.locator("#infections-no thead tr:last-child th button").nth(3)
    classes = (
        "[...document.querySelectorAll('#infections-no tbody:first-of-type tr')].map((row) => row.cells[0].textContent)"
    )
    button.click()
    assert opened.evaluate(classes) == ["Fungal", "All"]
    button.click()
    assert opened.evaluate(classes) == ["All", "Fungal"]
    button.click()


def test_a_titled_part_keeps_its_title_on_top(opened):
    first = "document.querySelector('#table-one-values tbody tr').className"
    opened.locator("#table-one-values thead button").first.click()
    assert opened.evaluate(first) == "part"


def test_pointing_at_a_mark_says_what_it_is(opened):
    tip = opened.locator("#tip")
    mark = opened.locator(".swimmer .mark", has_text="local-p1: infusion").first
    mark.scroll_into_view_if_needed()
    mark.hover()
    assert tip.is_visible()
    assert tip.text_content() == "local-p1: infusion, day 0"
    opened.mouse.move(0, 0)
    assert not tip.is_visible()
    assert mark.locator("title").count() == 1


def test_arrow_keys_walk_from_mark_to_mark(opened):
    tip = opened.locator("#tip")
    opened.locator("svg.swimmer").focus()
    opened.keyboard.press("ArrowRight")
    first = tip.text_content()
    opened.keyboard.press("ArrowRight")
    assert first.startswith("local-p1: followed day")
    assert tip.text_content() != first
    opened.keyboard.press("Escape")
    assert not tip.is_visible()
