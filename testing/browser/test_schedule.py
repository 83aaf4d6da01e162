"""Timers, alarms and reminders on the page."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .conftest import Server

pytestmark = pytest.mark.browser
COUNT_TONES = """
  window.tones = 0;
  const create = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () {
    window.tones += 1;
    return create.call(this);
  };
"""


def entry(number: int, kind: str = "timer", name: str = "", **fields: Any) -> dict[str, Any]:
    label = f"the {name} {kind}" if name else f"the {kind}"
    made = {"id": number, "kind": kind, "name": name, "label": label, "rings": False}
    return {**made, "when": "today at 6:10 pm", "due_in_s": 125.0, **fields}


def show(
    page: Page, echo: Server, waiting: list[dict[str, Any]], due: list[dict[str, Any]]
) -> Locator:
    """Change the schedule, tell the page, and return the line that shows it."""
    echo.agent.scheduled = {"waiting": waiting, "due": due}
    page.get_by_label("Message").fill("/schedule")
    page.keyboard.press("Enter")
    return page.get_by_role("region", name="Timers, alarms and reminders")


def test_what_is_set_is_shown_with_the_time_that_is_left(page: Page, echo: Server) -> None:
    expect(page.locator("#schedule")).to_be_hidden()
    line = show(
        page,
        echo,
        [
            entry(1, name="pasta"),
            entry(2, due_in_s=4000.0),
            entry(3, "alarm", when="every weekday at 7:00 am", due_in_s=30000.0),
            entry(4, "reminder", "call the bank", due_in_s=90000.0),
        ],
        [],
    )
    chips = line.get_by_role("listitem")
    expect(chips).to_have_count(4)
    expect(chips.nth(0)).to_contain_text(re.compile(r"pasta2:0[0-5]"))
    expect(chips.nth(1)).to_contain_text(re.compile(r"Timer1:06:\d\d"))
    expect(chips.nth(2)).to_contain_text("Alarmevery weekday at 7:00 am")
    expect(chips.nth(3)).to_contain_text("call the bank")
    expect(chips.nth(0)).to_contain_text("2:01")  # it runs


def test_one_is_cancelled_by_its_button(page: Page, echo: Server) -> None:
    line = show(page, echo, [entry(1, name="pasta"), entry(2, name="rice")], [])
    line.get_by_role("button", name="Cancel: the pasta timer").click()
    expect(line.get_by_role("listitem")).to_have_count(1)
    assert [kept["name"] for kept in echo.agent.scheduled["waiting"]] == ["rice"]
    line.get_by_role("button", name="Cancel: the rice timer").click()
    expect(page.locator("#schedule")).to_be_hidden()


def test_one_that_rings_sounds_until_it_is_stopped(context: BrowserContext, echo: Server) -> None:
    context.add_init_script(COUNT_TONES)
    page = context.new_page()
    page.goto(echo.new_link())
    page.wait_for_selector("#link[data-state=open]")
    page.get_by_label("Message").click()
    rings = entry(5, "alarm", when="today at 7:00 am", due_in_s=-3.0, rings=True)
    line = show(page, echo, [entry(6)], [rings])
    expect(line.get_by_role("listitem").first).to_have_class(re.compile("chip-due"))
    # The page's content security policy forbids `wait_for_function`.
    for _ in range(100):
        if page.evaluate("window.tones") >= 4:
            break
        page.wait_for_timeout(100)
    assert page.evaluate("window.tones") >= 4
    line.get_by_role("button", name="Stop: the alarm").click()
    expect(line.get_by_role("listitem")).to_have_count(1)
    heard = page.evaluate("window.tones")
    page.wait_for_timeout(3000)  # longer than two tones are apart
    assert page.evaluate("window.tones") == heard


def test_a_reminder_that_is_due_makes_no_sound(context: BrowserContext, echo: Server) -> None:
    context.add_init_script(COUNT_TONES)
    page = context.new_page()
    page.goto(echo.new_link())
    page.wait_for_selector("#link[data-state=open]")
    page.get_by_label("Message").click()
    line = show(page, echo, [], [entry(5, "reminder", "ring Ada", due_in_s=-3.0)])
    line.get_by_role("button", name="Done: the ring Ada reminder").click()
    expect(page.locator("#schedule")).to_be_hidden()
    assert page.evaluate("window.tones") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_many_and_long_ones_fit(page: Page, echo: Server, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 640})
    waiting = [entry(n, "reminder", f"{n} {'very long name ' * 8}") for n in range(1, 12)]
    line = show(page, echo, waiting, [entry(50, rings=True, due_in_s=-1.0)])
    expect(line.get_by_role("listitem")).to_have_count(12)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = line.bounding_box()
    assert box is not None
    assert box["height"] < 70
    expect(page.get_by_label("Message")).to_be_in_viewport()
