import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import consul
import pytest

from pipecatapp.errors import UserError
from pipecatapp.runtime.cluster.consul import ConsulWatch, live_members, read_secret
from pipecatapp.settings import Settings
from testing.unit.runtime.fake_consul import FakeConsul, running_consul

NODES = "/v1/catalog/nodes"
PATIENCE = 60.0


@pytest.fixture
def server() -> Iterator[FakeConsul]:
    with running_consul() as running:
        yield running


@pytest.fixture
def settings(server: FakeConsul, tmp_path: Path) -> Settings:
    token = tmp_path / "token"
    token.write_text("secret\n")
    return Settings(home=tmp_path, consul_address=server.address, consul_token_file=token)


def ask(client: consul.Consul, index: str | None) -> tuple[str, Any]:
    answer: tuple[str, Any] = client.catalog.nodes(index=index, wait="10s")
    return answer


class Seen:
    """What a watch has reported."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self._changed = threading.Condition()

    def take(self, answer: Any) -> None:
        with self._changed:
            self.answers.append(answer)
            self._changed.notify_all()
        if answer == ["broken"]:
            raise ValueError("an answer that nobody expected")

    def wait_for(self, *answers: Any) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.answers == list(answers), PATIENCE)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def watch(settings: Settings, seen: Seen) -> Iterator[ConsulWatch]:
    made = ConsulWatch(settings, "the nodes", ask, seen.take)
    yield made
    made.close()


def test_each_change_is_reported_once_with_the_token_shown(
    server: FakeConsul, watch: ConsulWatch, seen: Seen
) -> None:
    server.set(NODES, ["one"])
    watch.start()
    assert watch.wait_for_answer(PATIENCE)
    assert watch.problem is None
    server.set("/v1/elsewhere", [])  # ends the query, and changes nothing of it
    server.set(NODES, ["one", "two"])
    seen.wait_for(["one"], ["one", "two"])
    assert set(server.tokens) == {"secret"}


def test_after_an_answer_that_cannot_be_handled_the_next_one_still_is(
    server: FakeConsul, watch: ConsulWatch, seen: Seen
) -> None:
    server.set(NODES, ["broken"])
    watch.start()
    seen.wait_for(["broken"])
    server.set(NODES, ["whole"])
    seen.wait_for(["broken"], ["whole"])


@pytest.mark.parametrize(
    ("status", "problem"),
    [(403, "the token in CONSUL_HTTP_TOKEN_FILE does not allow it"), (500, "500")],
)
def test_a_refusal_is_a_problem_until_consul_answers_again(
    server: FakeConsul, watch: ConsulWatch, seen: Seen, status: int, problem: str
) -> None:
    server.set(NODES, ["one"])
    server.status = status
    watch.start()
    assert not watch.wait_for_answer(0.5)
    assert watch.problem
    assert problem in watch.problem
    server.status = 200
    assert watch.wait_for_answer(PATIENCE)
    assert watch.problem is None
    assert seen.answers == [["one"]]


def test_a_consul_that_is_not_there_is_a_problem(tmp_path: Path, seen: Seen) -> None:
    settings = Settings(home=tmp_path, consul_address="127.0.0.1:1")
    watch = ConsulWatch(settings, "the nodes", ask, seen.take)
    watch.start()
    assert not watch.wait_for_answer(0.5)
    watch.close()
    assert watch.problem == "it is not reachable"


def test_members_that_are_alive_are_counted(server: FakeConsul, settings: Settings) -> None:
    server.set("/v1/agent/members", [{"Status": 1}, {"Status": 4}, {"Status": 1}])
    assert live_members(settings, PATIENCE) == 2
    server.status = 403
    with pytest.raises(UserError, match="CONSUL_HTTP_TOKEN_FILE"):
        live_members(settings, PATIENCE)


def test_a_secret_is_read_each_time(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(" one\n")
    assert read_secret(path) == "one"
    path.write_text("\n")
    assert read_secret(path) is None
    assert read_secret(None) is None
