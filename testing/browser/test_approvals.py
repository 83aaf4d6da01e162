"""Calls that wait for a person, on the page."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect

from .conftest import Server

pytestmark = pytest.mark.browser
CARD = ".approval"
ANSWER = ".entry.assistant"
REMARK = ".entry.remark"


def ask(page: Page, **call: Any) -> Locator:
    """Have the echo ask for approval, and return the card."""
    page.get_by_label("Message").fill(f"/approve {json.dumps(call)}")
    page.keyboard.press("Enter")
    card = page.locator(CARD)
    expect(card).to_be_visible()
    return card


def argument(card: Locator, index: int = 0) -> str:
    return str(card.locator("dd").nth(index).text_content())


def decisions(page: Page) -> list[Request]:
    """Return a list that the page's decisions are added to."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    return sent


def test_an_allowed_call_runs_and_leaves_a_quiet_line(page: Page, echo: Server) -> None:
    card = ask(page)
    for part in ("ssh.run_command", "host", "nas", "command", "uptime", "s left"):
        expect(card).to_contain_text(part)
    expect(page).to_have_title(re.compile("Approval needed"))
    expect(page.get_by_role("alert").first).to_contain_text("asks to run ssh.run_command")
    card.get_by_role("button", name="Allow once").click()
    expect(page.locator(REMARK)).to_have_text("Allowed ssh.run_command")
    expect(card).to_have_count(0)
    expect(page).to_have_title("Mission Control")
    line = page.locator(".entry.call")
    expect(line).to_contain_text("ssh.run_command done")
    expect(line).to_contain_text("load average")
    expect(page.locator(ANSWER).last).to_contain_text("The call was approved.")
    assert echo.agent.pending.decisions == [("approval-1", True)]


def test_a_denied_call_does_not_run(page: Page, echo: Server) -> None:
    ask(page).get_by_role("button", name="Deny").click()
    expect(page.locator(REMARK)).to_have_text("Denied ssh.run_command")
    expect(page.locator(ANSWER).last).to_contain_text("The call was denied.")
    expect(page.locator(".entry.call")).to_have_count(0)
    assert echo.agent.pending.decisions == [("approval-1", False)]


def test_a_call_that_nobody_answers_expires(page: Page, echo: Server) -> None:
    card = ask(page, expires_in_s=2.0)
    expect(card).to_contain_text(re.compile(r"\d s left"))
    expect(page.locator(REMARK)).to_have_text("Expired: nobody answered about ssh.run_command")
    expect(card).to_have_count(0)
    assert echo.agent.pending.decisions == []


def test_a_withdrawn_call_goes(page: Page) -> None:
    card = ask(page)
    page.get_by_label("Message").fill("/withdraw")
    page.keyboard.press("Enter")
    expect(page.locator(REMARK)).to_have_text("Withdrawn: ssh.run_command")
    expect(card).to_have_count(0)


def test_a_reload_brings_back_what_waits(page: Page, echo: Server) -> None:
    ask(page)
    page.reload()
    card = page.locator(CARD)
    expect(card).to_contain_text("uptime")
    card.get_by_role("button", name="Allow once").click()
    expect(page.locator(REMARK)).to_have_text("Allowed ssh.run_command")
    assert echo.agent.pending.decisions == [("approval-1", True)]


def test_another_tab_sees_it_and_sees_it_settled(
    page: Page, context: BrowserContext, echo: Server
) -> None:
    other = context.new_page()
    other.goto(echo.url)
    other.wait_for_selector("#link[data-state=open]")
    ask(page)
    expect(other.locator(CARD)).to_contain_text("ssh.run_command")
    other.get_by_role("button", name="Deny").click()
    for tab in (page, other):
        expect(tab.locator(REMARK)).to_have_text("Denied ssh.run_command")
        expect(tab.locator(CARD)).to_have_count(0)


def test_another_login_sees_nothing_of_it(page: Page, echo: Server) -> None:
    ask(page)
    browser = page.context.browser
    assert browser is not None
    stranger = browser.new_context()
    other = stranger.new_page()
    other.goto(echo.new_link())
    other.wait_for_selector("#link[data-state=open]")  # the login page sends itself off
    with other.expect_response("**/api/approvals") as answer:
        other.reload()
    assert answer.value.json() == []
    expect(other.locator(CARD)).to_have_count(0)
    stranger.close()


@pytest.mark.parametrize(
    ("character", "escape"),
    [
        ("\u202e", "\\u202e"),
        ("\u2066", "\\u2066"),
        ("\u200b", "\\u200b"),
        ("\u00a0", "\\u00a0"),
        ("\u00ad", "\\u00ad"),
        ("\u2028", "\\u2028"),
        ("\u3164", "\\u3164"),
        ("\ufe0f", "\\ufe0f"),
        ("\ue000", "\\ue000"),
        ("\x1b", "\\u001b"),
        ("\x00", "\\u0000"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("\U000e0041", "\\u{e0041}"),
    ],
)
def test_what_would_disguise_is_shown_as_an_escape(page: Page, character: str, escape: str) -> None:
    card = ask(page, arguments={"command": f"a{character}b"}, tool=f"ssh{character}.run")
    assert argument(card) == f"a{escape}b"
    expect(card.locator("dd .escape")).to_have_text([escape])
    expect(card.get_by_role("heading")).to_have_text(f"ssh{escape}.run")


def test_letters_that_run_to_the_left_stand_in_the_order_of_the_command(page: Page) -> None:
    card = ask(page, arguments={"command": "rm \u05d0 1 \u05d1"})
    places = card.locator("dd .line").evaluate(
        """(line) => [...line.firstChild.data].map((_, index) => {
          const range = document.createRange();
          range.setStart(line.firstChild, index);
          range.setEnd(line.firstChild, index + 1);
          return range.getBoundingClientRect().left;
        })"""
    )
    assert len(places) == 8
    assert places == sorted(places)


def test_arguments_are_text_in_full(page: Page) -> None:
    markup = "<img src=x onerror=alert(1)>\n<script>alert(1)</script>\n\\u202e"
    code = "\n".join(f"print({number})" for number in range(200))
    card = ask(page, arguments={"markup": markup, "code": code, "limits": [1, "x"], "note": ""})
    assert argument(card) == markup
    assert argument(card, 1) == code
    assert json.loads(argument(card, 2)) == [1, "x"]
    assert argument(card, 3) == "empty"
    assert card.locator("img, script, .line .escape").count() == 0
    lines = card.locator("dd").nth(1).locator(".line")
    expect(lines).to_have_count(200)
    expect(card).to_contain_text("There is more below")
    card.locator("dl").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
    expect(card).not_to_contain_text("There is more below")
    expect(card.get_by_role("button", name="Allow once")).to_be_in_viewport(ratio=1)


def test_a_double_click_sends_one_decision_and_spares_the_next_call(
    page: Page, echo: Server
) -> None:
    ask(page)
    ask(page, arguments={"command": "second"})
    card = page.locator(CARD)
    expect(card).to_contain_text("1 more after this")
    sent = decisions(page)
    card.get_by_role("button", name="Allow once").dblclick()
    expect(page.locator(REMARK)).to_have_text("Allowed ssh.run_command")
    expect(card).to_contain_text("second")
    expect(card.get_by_role("button", name="Allow once")).to_be_enabled()
    assert len(sent) == 1
    assert echo.agent.pending.decisions == [("approval-1", True)]


def test_a_click_meant_for_what_stood_there_before_decides_nothing(
    page: Page, echo: Server
) -> None:
    page.clock.install()
    page.reload()
    page.wait_for_selector("#link[data-state=open]")
    card = ask(page)
    for name in ("Allow once", "Deny"):
        button = card.get_by_role("button", name=name)
        expect(button).to_be_disabled()
        button.dispatch_event("click")
    page.clock.run_for(600)
    expect(card.get_by_role("button", name="Allow once")).to_be_enabled()
    assert echo.agent.pending.decisions == []


def test_typing_goes_on_while_it_appears(page: Page, echo: Server) -> None:
    ask(page)
    page.keyboard.type("still typing y ")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Message")).to_be_focused()
    expect(page.get_by_label("Message")).to_have_value("still typing y ")
    expect(page.locator(CARD)).to_be_visible()
    assert echo.agent.pending.decisions == []


def test_a_refused_decision_is_shown_on_the_card(context: BrowserContext, echo: Server) -> None:
    page = context.new_page()
    page.goto(echo.new_link())
    page.wait_for_selector("#link[data-state=open]")
    card = ask(page)
    echo.agent.pending.refusal = "This call is not the one that was shown."
    card.get_by_role("button", name="Allow once").click()
    expect(card.get_by_role("alert")).to_have_text(echo.agent.pending.refusal)
    echo.agent.pending.refusal = None
    page.route("**/api/approvals/*", lambda route: route.abort())
    card.get_by_role("button", name="Allow once").click()
    expect(card.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute("**/api/approvals/*")
    card.get_by_role("button", name="Allow once").click()
    expect(page.locator(REMARK)).to_have_text("Allowed ssh.run_command")


@pytest.mark.parametrize("size", [(320, 568), (375, 700), (740, 360), (1280, 800)])
@pytest.mark.parametrize("lines", [1, 200])
def test_it_cannot_be_overlooked(page: Page, size: tuple[int, int], lines: int) -> None:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    for number in range(6):
        page.get_by_label("Message").fill(f"{number} " * 60)
        page.keyboard.press("Enter")
        expect(page.locator(ANSWER)).to_have_count(number + 1)
    page.locator("#log").evaluate("(log) => log.scrollTo(0, 0)")
    card = ask(page, arguments={"code": "\n".join(["x" * (6000 // lines)] * lines)})
    expect(card).to_be_in_viewport(ratio=1)
    for part in (
        card.locator("dl"),
        card.get_by_role("heading"),
        *card.get_by_role("button").all(),
    ):
        expect(part).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Message")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_status_names_the_tools_and_what_the_others_miss(page: Page) -> None:
    status = page.get_by_role("complementary", name="Status")
    for part in ("ssh run command, copy file", "web browser open page", "vision no camera"):
        expect(status).to_contain_text(part)
