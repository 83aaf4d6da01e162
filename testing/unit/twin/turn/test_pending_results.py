from typing import Any

import pytest

from pipecatapp.tools.execution.tool_definition import tools_of
from pipecatapp.tools.execution.runner import Run
from pipecatapp.twin.turn.pending_results import Outcomes

from .conftest import Lamp


class Page:
    """A session that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Run] = []

    async def tell(self, runs: list[Run]) -> None:
        self.told += runs


@pytest.fixture
def outcomes() -> Outcomes:
    return Outcomes()


@pytest.fixture
def run() -> Run:
    conversation: Any = None
    return Run(tools_of(Lamp())[0], {}, conversation)


async def test_the_page_that_was_used_last_tells(outcomes: Outcomes, run: Run) -> None:
    first, second, stranger = Page(), Page(), Page()
    await outcomes.attach(first.tell)
    await outcomes.attach(second.tell)
    await outcomes.ended(run)
    outcomes.prefer(first.tell)
    outcomes.prefer(stranger.tell)
    await outcomes.ended(run)
    assert (first.told, second.told, stranger.told) == ([run], [run], [])


async def test_where_no_page_is_open_the_next_one_tells_and_only_it(
    outcomes: Outcomes, run: Run
) -> None:
    closed, opened, later = Page(), Page(), Page()
    await outcomes.attach(closed.tell)
    assert outcomes.detach(closed.tell)
    await outcomes.ended(run)
    for page in (opened, later):
        await outcomes.attach(page.tell)
    assert (closed.told, opened.told, later.told) == ([], [run], [])


async def test_only_the_last_page_that_closes_is_the_last(outcomes: Outcomes) -> None:
    first, second = Page(), Page()
    await outcomes.attach(first.tell)
    await outcomes.attach(second.tell)
    assert not outcomes.detach(first.tell)
    assert outcomes.detach(second.tell)


async def test_a_page_that_says_twice_that_it_is_ready_is_still_one_page(
    outcomes: Outcomes, run: Run
) -> None:
    page = Page()
    await outcomes.attach(page.tell)
    await outcomes.attach(page.tell)
    assert outcomes.detach(page.tell)
    await outcomes.ended(run)
    assert page.told == []
