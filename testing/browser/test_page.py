import re

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from .conftest import Server

pytestmark = pytest.mark.browser
ANSWER = ".entry.assistant"
QUESTION = ".entry.user"


def say(page: Page, text: str) -> None:
    page.get_by_label("Message").fill(text)
    page.keyboard.press("Enter")


def test_a_link_logs_in_once_and_leaves_the_address_bar(
    context: BrowserContext, echo: Server
) -> None:
    link = echo.new_link()
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector("#link[data-state=open]")
    assert page.url == f"{echo.url}/"
    context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("used before")


def test_without_a_session_the_page_is_the_login(context: BrowserContext, echo: Server) -> None:
    page = context.new_page()
    page.goto(echo.url)
    expect(page).to_have_url(f"{echo.url}/login")
    expect(page.get_by_text("pipecatapp login-link")).to_be_visible()


def test_a_typed_turn_is_shown_with_what_it_took(page: Page) -> None:
    say(page, "Good morning")
    expect(page.locator(QUESTION)).to_contain_text("Good morning")
    expect(page.locator(ANSWER)).to_contain_text("You said: Good morning")
    for part in ("first audio 0.94 s", "heard in 0.26 s", "34 tokens/s", "95 % cached"):
        expect(page.locator(ANSWER)).to_contain_text(part)
    expect(page.locator(QUESTION)).to_have_count(1)


def test_shift_enter_makes_a_line_and_enter_sends(page: Page) -> None:
    page.get_by_label("Message").press_sequentially("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    expect(page.locator(f"{QUESTION} .words")).to_have_text("one\ntwo", use_inner_text=True)
    expect(page.get_by_label("Message")).to_have_value("")


def test_markup_is_text(page: Page) -> None:
    say(page, "<img src=x onerror=alert(1)><b>bold</b>")
    expect(page.locator(ANSWER)).to_contain_text("<b>bold</b>")
    assert page.locator(".log img, .log .words b").count() == 0


def test_stop_cuts_the_voice_and_tells_the_server(page: Page, echo: Server) -> None:
    echo.agent.seconds = 30
    say(page, "Talk for long")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_enabled()
    expect(page.locator(f"{ANSWER}.speaking")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(stop).to_be_disabled()
    expect(page.locator(ANSWER)).to_contain_text("interrupted")
    echo.agent.seconds = 1
    say(page, "Again")
    expect(page.locator(ANSWER).last).to_contain_text("You said: Again")
    # What was on its way when it was stopped is no answer of its own.
    expect(page.locator(ANSWER)).to_have_count(2)
    expect(page.locator(ANSWER).filter(has_text="on their way")).to_have_count(0)
    assert "stop" in echo.agent.told


def test_holding_space_on_the_microphone_talks(page: Page, echo: Server) -> None:
    microphone = page.get_by_role("button", name="Hold to talk")
    microphone.focus()
    page.keyboard.down("Space")
    expect(page.get_by_role("button", name="Listening")).to_be_visible()
    expect(page.locator(f"{QUESTION} .interim")).to_have_text("a sound")
    page.keyboard.up("Space")
    expect(page.locator(ANSWER)).to_contain_text("A sound was heard.")
    expect(page.get_by_role("button", name="Hold to talk")).to_be_visible()


def test_hands_free_hears_the_end_by_itself_and_mute_means_it(page: Page, echo: Server) -> None:
    page.get_by_text("Hands-free", exact=True).click()
    page.get_by_role("button", name="Listen").click()
    expect(page.locator(ANSWER).first).to_contain_text("A sound was heard.")
    page.get_by_role("button", name="Mute the microphone").click()
    expect(page.get_by_role("button", name="Muted")).to_be_visible()
    say(page, "After the mute")  # whatever was on its way has arrived when this is answered
    expect(page.locator(ANSWER).last).to_contain_text("After the mute")
    heard = echo.agent.heard
    say(page, "Still muted")
    expect(page.locator(ANSWER).last).to_contain_text("Still muted")
    assert echo.agent.heard == heard
    assert echo.agent.told[-1] == "mute"


def test_the_conversation_is_back_after_a_reload(page: Page) -> None:
    say(page, "Remember this")
    expect(page.locator(ANSWER)).to_contain_text("34 tokens/s")
    page.reload()
    expect(page.locator(QUESTION)).to_contain_text("Remember this")
    expect(page.locator(ANSWER)).to_contain_text("34 tokens/s")


def test_status_shows_what_runs(page: Page) -> None:
    status = page.get_by_role("complementary", name="Status")
    for part in ("qwen2.5-coder-1.5b", "faster-whisper", "haswell", "2 h 13 min"):
        expect(status).to_contain_text(part)
    for expert in ("coding healthy, shares the main model", "creative asleep, qwen2.5-3b"):
        expect(status).to_contain_text(expert)
    expect(status.get_by_role("status")).to_have_text("")
    page.get_by_role("button", name="Status").click()
    expect(status).to_be_hidden()


def test_logging_out_ends_it(page: Page, echo: Server) -> None:
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{echo.url}/login")
    page.goto(echo.url)
    expect(page).to_have_url(f"{echo.url}/login")


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_nothing_sticks_out_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    say(page, "A" * 300)
    expect(page.locator(ANSWER)).to_contain_text("You said")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("Send", "Stop", "Hold to talk", "Mute the microphone", "Speak answers aloud"):
        box = page.get_by_role("button", name=re.compile(name)).bounding_box()
        assert box is not None, name
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= width, name
        assert box["y"] + box["height"] <= 700, name


def test_a_lost_connection_comes_back_with_the_conversation(
    context: BrowserContext, echo: Server
) -> None:
    sockets: list[WebSocketRoute] = []

    def pass_on(route: WebSocketRoute) -> None:
        route.connect_to_server()
        sockets.append(route)

    page = context.new_page()
    page.route_web_socket(re.compile("/ws$"), pass_on)
    page.goto(echo.new_link())
    page.wait_for_selector("#link[data-state=open]")
    say(page, "Before")
    expect(page.locator(ANSWER)).to_contain_text("34 tokens/s")
    sockets[0].close(code=1011)
    expect(page.locator("#link")).to_have_text(re.compile("Reconnecting"))
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    page.wait_for_selector("#link[data-state=open]")
    expect(page.locator(ANSWER)).to_have_count(1)
    say(page, "After")
    expect(page.locator(ANSWER).last).to_contain_text("You said: After")


def test_the_capture_filter_keeps_speech_and_drops_what_would_fold_back(page: Page) -> None:
    """Feed sines at 48 and 44.1 kHz in uneven pieces, and read the level at 16 kHz."""
    levels = page.evaluate(
        """async () => {
          const { Resampler } = await import("/static/app/voice/resampler.js");
          const level = (rate, pitch) => {
            const resampler = new Resampler(rate, 16000);
            const output = [];
            for (let start = 0; start < rate; start += 128) {
              const piece = Float32Array.from({ length: 128 },
                (_, index) => Math.sin((2 * Math.PI * pitch * (start + index)) / rate));
              output.push(...resampler.push(piece));
            }
            const steady = output.slice(1000, 15000);
            const power = steady.reduce((sum, value) => sum + value * value, 0) / steady.length;
            return { count: output.length, rms: Math.sqrt(power) };
          };
          return [48000, 44100].map((rate) => [300, 3000, 10000, 14000].map((p) => level(rate, p)));
        }"""
    )
    for low, middle, *folding in levels:
        assert low["count"] == pytest.approx(16000, abs=100)
        assert low["rms"] == pytest.approx(0.5**0.5, rel=0.01)
        assert middle["rms"] == pytest.approx(0.5**0.5, rel=0.01)
        assert all(item["rms"] < 0.005 for item in folding)
