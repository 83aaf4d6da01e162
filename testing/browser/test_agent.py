"""The page before the real agent: real models, a real llama-server."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipecatapp.settings import Settings

from ..speaking import renditions, write_microphone
from .conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.integration]
ANSWER = ".entry.assistant"
PATIENCE_MS = 90_000
SILENCE_SECONDS = 30


def open_page(context: BrowserContext, agent: Server) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(agent.new_link())
    page.wait_for_selector("#link[data-state=open]")
    return page


@pytest.fixture
def page(context: BrowserContext, agent: Server) -> Page:
    return open_page(context, agent)


def test_a_typed_question_is_answered(page: Page) -> None:
    page.get_by_label("Message").fill("What is the capital of France? Answer in one sentence.")
    page.keyboard.press("Enter")
    expect(page.locator(ANSWER)).to_contain_text("Paris", timeout=PATIENCE_MS)
    expect(page.locator(f"{ANSWER} .foot")).to_contain_text("tokens/s", timeout=PATIENCE_MS)
    page.reload()
    expect(page.locator(ANSWER)).to_contain_text("Paris")


def test_stop_ends_a_long_answer(page: Page) -> None:
    page.get_by_label("Message").fill("Count from one to one hundred in words.")
    page.keyboard.press("Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(page.locator(f"{ANSWER}.speaking")).to_have_count(1, timeout=PATIENCE_MS)
    stop.click()
    expect(stop).to_be_disabled()
    expect(page.locator(ANSWER)).to_contain_text("interrupted")
    # A number late in the count; a small model may name the last one at the beginning.
    expect(page.locator(ANSWER)).not_to_contain_text("eighty-seven")


@pytest.fixture
def speaking_browser(launch: Callable[[Path], Browser], tmp_path: Path) -> Iterator[Browser]:
    """A browser whose microphone hears a question, half a minute of silence, and it again."""
    microphone = tmp_path / "microphone.wav"
    said = renditions(Settings().models_dir, "What is the capital of France?")
    write_microphone(microphone, *said, pause=SILENCE_SECONDS)
    browser = launch(microphone)
    yield browser
    browser.close()


@pytest.mark.realtime
def test_a_spoken_question_is_heard_and_answered(speaking_browser: Browser, agent: Server) -> None:
    page = open_page(speaking_browser.new_context(), agent)
    page.get_by_text("Hands-free", exact=True).click()
    page.get_by_role("button", name="Listen").click()
    heard = page.locator(".entry.user").filter(has_text="France").first
    heard.wait_for(timeout=PATIENCE_MS)
    answer = page.locator(ANSWER).filter(has_text="Paris").first
    expect(answer.locator(".foot")).to_have_text(
        re.compile(r"first audio \d+\.\d\d s"), timeout=PATIENCE_MS
    )
