"""The memory on the page, with a real memory behind it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings
from testing.fakes.remembering_agent import RememberingAgent, remembering_agent

from .conftest import Server

pytestmark = pytest.mark.browser
ADA = "Anna's daughter is named Ada."
VOLVO = "The car is a red Volvo."
FIAT = "The car is a blue Fiat."


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


@pytest.fixture
def memory(embedder: MiniLM, echo: Server) -> Iterator[RememberingAgent]:
    """What the agent remembers; changes in it are on the page when the panel is opened."""
    with remembering_agent(echo.agent.settings.home, embedder) as memory:
        echo.agent.memory = memory
        yield memory


def opened(page: Page) -> Locator:
    page.get_by_role("button", name="Memory").click()
    panel = page.get_by_role("complementary", name="Memory")
    expect(panel).to_contain_text(re.compile(r"\d facts?"))
    return panel


def facts(panel: Locator) -> Locator:
    return panel.get_by_role("list", name="Facts").get_by_role("listitem")


def snapshots(panel: Locator) -> Locator:
    return panel.get_by_role("list", name="Snapshots").get_by_role("listitem")


def conversation(echo: Server) -> str:
    """Return the id of the only conversation there is."""
    (name,) = echo.agent.pending.listeners
    return str(name)


def test_it_is_beside_status_and_one_is_open_at_a_time(
    page: Page, memory: RememberingAgent
) -> None:
    status = page.get_by_role("complementary", name="Status")
    expect(status).to_be_visible()
    panel = opened(page)
    expect(status).to_be_hidden()
    button = page.get_by_role("button", name="Memory")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="Status")).to_have_attribute("aria-expanded", "false")
    expect(panel).to_contain_text("Nothing is remembered yet.")
    page.get_by_role("button", name="Status").click()
    expect(panel).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_it_shows_who_told_what_and_when_and_what_is_to_be_examined(
    page: Page, memory: RememberingAgent
) -> None:
    memory.remember(VOLVO, replaces=memory.remember(FIAT))
    memory.remember(ADA, told_by="Zoë", at=1767373200.0)
    memory.wait_with("My cat is called Tom.")
    panel = opened(page)
    expect(panel).to_contain_text("2 facts, 1 turn to be examined")
    expect(facts(panel)).to_have_count(2)
    told = facts(panel).filter(has_text="Ada")
    for part in ("Zoë", "Jan 2, 2026"):
        expect(told).to_contain_text(part)
    expect(panel).not_to_contain_text("Fiat")


def test_the_newest_come_first_and_more_on_demand(page: Page, memory: RememberingAgent) -> None:
    for number in range(1, 31):
        memory.remember(f"The house of number {number} is green.")
    panel = opened(page)
    expect(facts(panel)).to_have_count(8)
    expect(facts(panel).first).to_contain_text("number 30")
    expect(panel).to_contain_text("The newest 8 of 30.")
    panel.get_by_role("button", name="Show more").click()
    expect(facts(panel)).to_have_count(30)
    expect(panel.get_by_role("button", name="Show more")).to_be_hidden()


def test_a_search_finds_by_meaning(page: Page, memory: RememberingAgent) -> None:
    memory.remember(ADA)
    memory.remember(VOLVO)
    panel = opened(page)
    panel.get_by_label("Search what is remembered").fill("what do we drive")
    expect(facts(panel)).to_have_count(1)
    expect(facts(panel)).to_contain_text("Volvo")
    expect(panel).to_contain_text("1 fact found.")
    panel.get_by_label("Search what is remembered").fill("quantum chromodynamics")
    expect(panel).to_contain_text("Nothing of that is remembered.")
    panel.get_by_label("Search what is remembered").fill("")
    expect(facts(panel)).to_have_count(2)


def test_forgetting_is_asked_about_first(page: Page, memory: RememberingAgent) -> None:
    for text in (ADA, VOLVO):
        memory.remember(text)
    panel = opened(page)
    ada = facts(panel).filter(has_text="Ada")
    ada.get_by_role("button", name=f"Forget: {ADA}").click()
    question = ada.get_by_role("group", name="Forget this for good")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    question.get_by_role("button", name="Keep").click()
    expect(question).to_have_count(0)
    expect(ada.get_by_role("button", name="Forget")).to_be_focused()
    assert memory.known() == {ADA, VOLVO}
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(facts(panel)).to_have_count(1)
    expect(panel.get_by_role("status").first).to_have_text("1 fact forgotten.")
    expect(panel.get_by_text("1 fact", exact=True)).to_be_visible()
    expect(panel.get_by_role("button", name=f"Forget: {VOLVO}")).to_be_focused()
    assert memory.known() == {VOLVO}


def test_what_is_asked_about_stays_while_others_change_the_memory(
    page: Page, memory: RememberingAgent
) -> None:
    memory.remember(ADA)
    page.clock.install()
    page.reload()
    panel = opened(page)
    panel.get_by_role("button", name=f"Forget: {ADA}").click()
    memory.remember(VOLVO)
    page.clock.run_for(30000)
    panel.get_by_role("button", name="Keep").click()
    expect(facts(panel)).to_have_count(1)
    panel.get_by_label("Search what is remembered").focus()
    with page.expect_response("**/api/memory?*"):
        page.clock.run_for(11000)
    expect(facts(panel)).to_have_count(2)


def test_facts_are_text(page: Page, memory: RememberingAgent) -> None:
    markup = "<img src=x onerror=alert(1)><b>bold</b> &amp; " + "A" * 300
    memory.remember(markup, told_by="<i>Tom</i>")
    panel = opened(page)
    expect(facts(panel).locator("p").first).to_have_text(markup)
    expect(facts(panel)).to_contain_text("<i>Tom</i>")
    assert panel.locator("img, b, i").count() == 0


def test_a_snapshot_is_saved_loaded_and_deleted(
    page: Page, memory: RememberingAgent, echo: Server
) -> None:
    memory.remember(ADA)
    memory.talk(conversation(echo), "Good morning")
    panel = opened(page)
    expect(panel).to_contain_text("There are none yet.")
    panel.get_by_label("Name of the snapshot").fill("summer")
    page.keyboard.press("Enter")
    row = snapshots(panel)
    expect(row).to_contain_text("summer")
    expect(row).to_contain_text("1 fact, 1 turn")
    memory.talk(conversation(echo), "Good night")
    memory.remember(VOLVO)
    page.reload()
    panel = opened(page)
    expect(page.locator(".entry.user")).to_have_count(2)
    panel.get_by_role("button", name="Load summer").click()
    question = panel.get_by_role("group", name="Load summer?")
    expect(question).to_contain_text("kept as a snapshot")
    question.get_by_role("button", name="Load").click()
    expect(facts(panel)).to_have_count(1)
    expect(panel.get_by_role("status").first).to_contain_text("is kept as before-load-")
    expect(page.locator(".entry.user")).to_have_count(1)
    expect(page.locator(".entry.user")).to_contain_text("Good morning")
    expect(snapshots(panel)).to_have_count(2)
    panel.get_by_role("button", name="Delete summer").click()
    panel.get_by_role("group", name="Delete summer?").get_by_role("button", name="Delete").click()
    expect(snapshots(panel)).to_have_count(1)
    expect(snapshots(panel)).to_contain_text("before-load-")
    expect(panel.get_by_role("button", name="Load before-load-")).to_be_focused()


def test_the_log_is_fetched_anew_when_the_server_says_so(
    page: Page, memory: RememberingAgent, echo: Server
) -> None:
    name = conversation(echo)
    memory.talk(name, "Good morning")
    page.reload()
    page.wait_for_selector("#link[data-state=open]")
    expect(page.locator(".entry.user")).to_have_count(1)
    memory.conversations.get(name).restore({"messages": [], "log": []})
    page.get_by_label("Message").fill("/history")
    page.keyboard.press("Enter")
    expect(page.locator(".entry")).to_have_count(0)
    expect(page.get_by_text("Say something")).to_be_visible()


def test_what_the_agent_refuses_is_one_line(
    context: BrowserContext, memory: RememberingAgent, echo: Server
) -> None:
    memory.remember(ADA)
    page = context.new_page()
    page.goto(echo.new_link())
    page.wait_for_selector("#link[data-state=open]")
    panel = opened(page)
    name = panel.get_by_label("Name of the snapshot")
    for text, problem in (("a/b", "letters, digits"), ("a", ""), ("a", "already")):
        name.fill(text)
        page.keyboard.press("Enter")
        expect(panel.locator(".problem").last).to_contain_text(problem)
        expect(snapshots(panel)).to_have_count(0 if text == "a/b" else 1)
    page.route("**/api/memory/forget", lambda route: route.abort())
    panel.get_by_role("button", name=f"Forget: {ADA}").click()
    question = facts(panel).get_by_role("group")
    question.get_by_role("button", name="Forget").click()
    expect(question.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute("**/api/memory/forget")
    question.get_by_role("button", name="Forget").click()
    expect(facts(panel)).to_have_count(0)
    page.route("**/api/memory?*", lambda route: route.fulfill(status=503, json={"error": "Full."}))
    panel.get_by_label("Search what is remembered").fill("x")
    expect(panel.get_by_role("alert").first).to_have_text("Full.")


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_nothing_sticks_out_sideways(page: Page, memory: RememberingAgent, width: int) -> None:
    memory.remember("A" * 300, told_by="B" * 40)
    memory.long_term.snapshots.save("c" * 64, {"messages": [], "log": []}, "p")
    page.set_viewport_size({"width": width, "height": 700})
    panel = opened(page)
    for name in ("Forget", "Load", "Delete"):
        panel.get_by_role("button", name=re.compile(f"^{name}")).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert panel.evaluate("(panel) => panel.scrollWidth <= panel.clientWidth")
    for name in ("Memory", "Status", "Log out"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
