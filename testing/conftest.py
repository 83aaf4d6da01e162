"""What several folders share, and how a run of all tests is divided among processes.

`pytest -n 2` runs what waits beside what computes. Tests that share a server run in one process,
one after the other; a test that is marked `realtime` runs while no other one does.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from .integration.tools.docker_engine import engine_host, sandbox_image
from .units import BEGINNING, unit_of

HERE = Path(__file__).parent
IMAGE = "twin-code-runner-test"


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """A Docker engine, as DOCKER_HOST names it."""
    with engine_host() as host:
        yield host


@pytest.fixture(scope="session")
def image(engine: str) -> Iterator[str]:
    """The image of the sandbox, built: it takes minutes where others use the machine."""
    with sandbox_image(engine, IMAGE):
        yield IMAGE


def pytest_configure() -> None:
    """Let threads of a model server sleep while they wait for each other.

    They would spin, and crawl where more of them compute than there are cores: ten times slower
    beside other tests.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


# -- among processes --------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is left alone with it at the end."""
    places = {unit: place for place, unit in enumerate(BEGINNING)}
    items.sort(key=lambda item: places.get(unit_of(item.nodeid), len(places)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each process whole units, in the order in which they were collected."""
    from xdist.scheduler import LoadScopeScheduling

    class UnitScheduling(LoadScopeScheduling):  # type: ignore[misc] # xdist publishes no types
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    config.option.loadscopereorder = False
    return UnitScheduling(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Keep tests that hear and speak in real time, and all others, from running at once."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    with machine(alone=item.get_closest_marker("realtime") is not None):
        return (yield)


@contextmanager
def machine(*, alone: bool) -> Iterator[None]:
    """Have the machine, together with other processes of this run or alone."""
    with ExitStack() as stack:
        gate, use = (
            stack.enter_context(path.open()) for path in (HERE / "units.py", Path(__file__))
        )
        # Who waits to be alone holds the gate, so that it does not wait for ever.
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(use, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield
