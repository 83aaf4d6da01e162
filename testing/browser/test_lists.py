"""The lists on the page, kept on two devices."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Server

pytestmark = pytest.mark.browser


def opened(page: Page) -> Locator:
    page.get_by_role("button", name="Lists").click()
    panel = page.get_by_role("complementary", name="Lists")
    expect(panel.get_by_role("heading", name="shopping")).to_be_visible()
    return panel


def items(panel: Locator, name: str = "shopping") -> Locator:
    return panel.get_by_role("list", name=name).get_by_role("listitem")


def add(panel: Locator, text: str, name: str = "shopping") -> None:
    field = panel.get_by_role("textbox", name=f"Add to {name}")
    field.fill(text)
    field.press("Enter")


@pytest.fixture
def elsewhere(browser: Browser, echo: Server) -> Iterator[Page]:
    """The page on another device, logged in by a link of its own."""
    context = browser.new_context()
    context.set_default_timeout(15000)
    page = context.new_page()
    page.goto(echo.new_link())
    page.wait_for_selector("#link[data-state=open]")
    yield page
    context.close()


def test_a_list_is_kept_on_two_devices(page: Page, elsewhere: Page) -> None:
    here, there = opened(page), opened(elsewhere)
    add(here, "Hafermilch")
    expect(items(there)).to_have_text([re.compile("Hafermilch")])
    expect(here.get_by_role("textbox", name="Add to shopping")).to_be_focused()
    add(there, "figs")
    expect(items(here)).to_have_count(2)
    items(here).first.get_by_role("button", name="Strike off: Hafermilch").click()
    expect(items(there)).to_have_text([re.compile("figs")])
    expect(here.get_by_role("status").first).to_have_text("Struck off Hafermilch.")
    expect(here.get_by_role("button", name="Strike off: figs")).to_be_focused()
    add(there, "soap")
    expect(items(here)).to_have_count(2)
    here.get_by_role("button", name="Undo").click()
    expect(items(there)).to_have_text(
        [re.compile("figs"), re.compile("soap"), re.compile("Hafermilch")]
    )


def test_lists_are_made_and_deleted(page: Page) -> None:
    panel = opened(page)
    panel.get_by_label("Name of the list").fill("Camping <b>2027</b>")
    page.keyboard.press("Enter")
    heading = panel.get_by_role("heading", name="Camping <b>2027</b>")
    expect(heading).to_be_visible()
    add(panel, "<img src=x onerror=alert(1)>", "Camping <b>2027</b>")
    expect(items(panel, "Camping <b>2027</b>").locator("p")).to_have_text(
        "<img src=x onerror=alert(1)>"
    )
    assert panel.locator("img, b").count() == 0
    panel.get_by_role("button", name="Delete the list").click()
    question = panel.get_by_role("group", name="Delete the list")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    question.get_by_role("button", name="Delete").click()
    expect(heading).to_have_count(0)
    panel.get_by_role("button", name="Undo").click()
    expect(items(panel, "Camping <b>2027</b>")).to_have_count(1)


def test_what_is_on_the_list_already_is_said(page: Page) -> None:
    panel = opened(page)
    add(panel, "Grüne Äpfel")
    expect(items(panel)).to_have_count(1)
    add(panel, "grüne äpfel")
    expect(panel.get_by_role("status").first).to_contain_text("already")
    expect(items(panel)).to_have_count(1)


def test_what_the_agent_refuses_is_one_line(elsewhere: Page) -> None:
    panel = opened(elsewhere)
    for _ in range(2):
        panel.get_by_label("Name of the list").fill("Garden")
        elsewhere.keyboard.press("Enter")
        expect(panel.get_by_role("heading", name="Garden")).to_be_visible()
    expect(panel.get_by_role("alert").first).to_contain_text("already")
    elsewhere.route("**/api/lists/items", lambda route: route.abort())
    add(panel, "soap", "Garden")
    expect(panel.get_by_role("alert").last).to_contain_text("does not answer")
    expect(panel.get_by_role("textbox", name="Add to Garden")).to_have_value("soap")


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_nothing_sticks_out_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    panel = opened(page)
    add(panel, "A" * 200)
    expect(items(panel)).to_have_count(1)
    panel.get_by_role("button", name="Delete the list").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert panel.evaluate("(panel) => panel.scrollWidth <= panel.clientWidth")
    for name in ("Lists", "Memory", "Status", "Log out"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
