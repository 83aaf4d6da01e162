from typing import Any

import pytest

from pipecatapp.tools.execution.runner import ToolRun
from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.twin.turn.pending_results import Announcement, PendingToolResults, Untold
from testing.unit.twin.conftest import Lamp


class Page:
    """A session that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Untold] = []

    async def tell(self, runs: list[Untold]) -> None:
        self.told += runs


@pytest.fixture
def pending_results() -> PendingToolResults:
    return PendingToolResults()


@pytest.fixture
def run() -> ToolRun:
    conversation: Any = None
    return ToolRun(tools_of(Lamp())[0], {}, conversation)


async def test_the_page_that_was_used_last_tells(
    pending_results: PendingToolResults, run: ToolRun
) -> None:
    first, second, stranger = Page(), Page(), Page()
    await pending_results.attach(first.tell)
    await pending_results.attach(second.tell)
    await pending_results.ended(run)
    pending_results.prefer(first.tell)
    pending_results.prefer(stranger.tell)
    await pending_results.ended(run)
    assert (first.told, second.told, stranger.told) == ([run], [run], [])


async def test_where_no_page_is_open_the_next_one_tells_and_only_it(
    pending_results: PendingToolResults, run: ToolRun
) -> None:
    closed, opened, later = Page(), Page(), Page()
    await pending_results.attach(closed.tell)
    assert pending_results.detach(closed.tell)
    await pending_results.ended(run)
    for page in (opened, later):
        await pending_results.attach(page.tell)
    assert (closed.told, opened.told, later.told) == ([], [run], [])


async def test_only_the_last_page_that_closes_is_the_last(
    pending_results: PendingToolResults,
) -> None:
    first, second = Page(), Page()
    await pending_results.attach(first.tell)
    await pending_results.attach(second.tell)
    assert not pending_results.detach(first.tell)
    assert pending_results.detach(second.tell)


async def test_a_page_that_says_twice_that_it_is_ready_is_still_one_page(
    pending_results: PendingToolResults, run: ToolRun
) -> None:
    page = Page()
    await pending_results.attach(page.tell)
    await pending_results.attach(page.tell)
    assert pending_results.detach(page.tell)
    await pending_results.ended(run)
    assert page.told == []


async def test_an_announcement_goes_the_way_of_a_result(
    pending_results: PendingToolResults, run: ToolRun
) -> None:
    page, announcement = Page(), Announcement("The soup is done.", "timer")
    await pending_results.ended(announcement)
    await pending_results.ended(run)
    await pending_results.attach(page.tell)
    assert page.told == [announcement, run]
