from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from pipecatapp.client.api import agent_url
from pipecatapp.errors import UserError
from pipecatapp.settings import Settings
from testing.fakes.backend import FakeBackend
from testing.fakes.server import served

Run = Callable[..., Result]


def test_a_link_leads_to_the_running_agent(home: Path, run: Run) -> None:
    settings = Settings()
    with served(FakeBackend(settings)):
        links = [run("login-link").stdout, run("login-link", "--name", "Anna").stdout]
        refused = run("login-link", "--name", "<b>")
    assert all(link.startswith(f"{agent_url(settings)}/login?token=") for link in links)
    assert isinstance(refused.exception, UserError)
    assert "letters, digits" in str(refused.exception)


def test_without_an_agent_it_says_how_to_start_one(home: Path, run: Run) -> None:
    assert "pipecatapp run" in str(run("login-link").exception)
