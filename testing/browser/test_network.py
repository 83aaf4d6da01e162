"""The page as another device of the house opens it."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from .conftest import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def listening(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(request.param)


@pytest.mark.parametrize("listening", [{"host": "0.0.0.0"}], indirect=True)
def test_over_plain_http_typing_works_and_the_microphone_is_explained(
    context: BrowserContext, echo: Server
) -> None:
    page = context.new_page()
    page.goto(echo.new_link().replace("127.0.0.1", "twin.test"))
    page.wait_for_selector("#link[data-state=open]")
    expect(page.get_by_text("The microphone cannot work here")).to_be_visible()
    expect(page.get_by_role("button", name="Hold to talk")).to_be_disabled()
    page.get_by_label("Message").fill("Typed")
    page.keyboard.press("Enter")
    expect(page.locator(".entry.assistant")).to_contain_text("You said: Typed")
    page.get_by_role("link", name="How to use HTTPS").click()
    expect(page.get_by_text("--embedded --lan")).to_be_visible()


@pytest.mark.parametrize("listening", [{"lan": True}], indirect=True)
def test_over_https_the_microphone_works(browser: Browser, echo: Server) -> None:
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(echo.new_link())
    page.wait_for_selector("#link[data-state=open]")
    assert all(cookie["secure"] for cookie in context.cookies())
    page.get_by_text("Hands-free", exact=True).click()
    page.get_by_role("button", name="Listen").click()
    expect(page.locator(".entry.assistant").first).to_contain_text("A sound was heard.")
    page.goto(f"{echo.url}/trust")
    expect(page.get_by_role("heading", name="three steps")).to_be_visible()
    context.close()
