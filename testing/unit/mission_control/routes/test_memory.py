"""What is remembered, through the API; the memory behind it is a real one."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pipecatapp.errors import UserError
from pipecatapp.mission_control.middleware import MAX_BODY
from pipecatapp.mission_control.routes import memory as api
from pipecatapp.mission_control.web import create_app
from pipecatapp.runtime.embedding.embedder import MiniLM
from pipecatapp.settings import Settings
from testing.fakes.remembering_agent import RememberingAgent, remembering_agent
from testing.unit.mission_control.conftest import ORIGIN, auth_of, log_in

FROM_PAGE = {"Origin": ORIGIN}
ADA = "Anna's daughter is named Ada."
VOLVO = "The car is a red Volvo."
EXPORT = b'{"version": 1, "exported_at": "2026-01-03T00:00:00Z", "facts": [{%s}]}'


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    return MiniLM(Settings().models_dir / "all-MiniLM-L6-v2-int8")


@pytest.fixture
def agent(tmp_path: Path, embedder: MiniLM) -> Iterator[RememberingAgent]:
    with remembering_agent(tmp_path / "home", embedder) as agent:
        yield agent


@pytest.fixture
def stranger(agent: RememberingAgent) -> Iterator[TestClient]:
    with TestClient(create_app(agent), base_url=ORIGIN, follow_redirects=False) as client:
        yield client


@pytest.fixture
def person(stranger: TestClient) -> TestClient:
    """Somebody who is logged in on the page."""
    log_in(stranger)
    stranger.headers["Origin"] = ORIGIN
    return stranger


def identity(client: TestClient) -> str:
    """Return the id of the conversation of whoever is logged in."""
    session = auth_of(client).sessions.find(client.cookies["pipecatapp_session"])
    assert session
    return session.conversation_id


def as_program(client: TestClient) -> dict[str, str]:
    key = auth_of(client).keys.add("laptop")
    client.cookies.clear()
    return {"Authorization": f"Bearer {key}"}


def names(client: TestClient) -> list[str]:
    return [snapshot["name"] for snapshot in client.get("/api/state").json()]


def texts(client: TestClient, query: str = "") -> list[str]:
    answer = client.get("/api/memory", params={"query": query})
    return [fact["text"] for fact in answer.json()["facts"]]


ALL = [
    ("GET", "/api/state"),
    ("POST", "/api/state"),
    ("POST", "/api/state/a/load"),
    ("DELETE", "/api/state/a"),
    ("GET", "/api/memory"),
    ("POST", "/api/memory/forget"),
    ("GET", "/api/memory/export"),
    ("POST", "/api/memory/import"),
]


@pytest.mark.parametrize(("method", "path"), ALL)
def test_a_stranger_and_another_sites_page_reach_none_of_it(
    stranger: TestClient, agent: RememberingAgent, method: str, path: str
) -> None:
    agent.remember(ADA)
    assert stranger.request(method, path, headers=FROM_PAGE).status_code == 401
    log_in(stranger)
    if method != "GET":
        foreign = {"Origin": "http://evil.example"}
        assert stranger.request(method, path, headers=foreign).status_code == 403
    assert agent.known() == {ADA}


def test_a_program_saves_lists_and_searches(stranger: TestClient, agent: RememberingAgent) -> None:
    agent.remember(ADA)
    key = as_program(stranger)
    assert stranger.post("/api/state", json={"name": "a"}, headers=key).status_code == 200
    assert [s["name"] for s in stranger.get("/api/state", headers=key).json()] == ["a"]
    found = stranger.get("/api/memory", params={"query": "daughter"}, headers=key).json()
    assert [fact["text"] for fact in found["facts"]] == [ADA]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/state/a/load", None),
        ("DELETE", "/api/state/a", None),
        ("POST", "/api/memory/forget", {"ids": [1]}),
        ("GET", "/api/memory/export", None),
        ("POST", "/api/memory/import", {}),
    ],
)
def test_a_program_neither_takes_the_memory_away_nor_changes_it(
    stranger: TestClient, agent: RememberingAgent, method: str, path: str, body: Any
) -> None:
    agent.remember(ADA)
    key = as_program(stranger)
    stranger.post("/api/state", json={"name": "a"}, headers=key)
    answer = stranger.request(method, path, json=body, headers=key)
    assert answer.status_code == 403
    assert "Only people" in answer.json()["detail"]
    # Typed into the login page, the key makes no person of who has it.
    login = {"key": key["Authorization"].removeprefix("Bearer ")}
    stranger.post("/login", data=login, headers=FROM_PAGE)
    assert stranger.request(method, path, json=body, headers=FROM_PAGE).status_code == 403
    assert agent.known() == {ADA}
    assert [s["name"] for s in stranger.get("/api/state", headers=key).json()] == ["a"]


def test_a_load_brings_back_facts_and_the_callers_own_conversation(
    person: TestClient, agent: RememberingAgent
) -> None:
    agent.talk(identity(person), "Good morning")
    agent.talk("somebody-else", "Not to be touched")
    agent.remember(ADA)
    assert person.post("/api/state", json={"name": "then"}).json() == {"saved": "then"}
    (snapshot,) = person.get("/api/state").json()
    assert (snapshot["name"], snapshot["facts"], snapshot["turns"]) == ("then", 1, 1)
    agent.remember(VOLVO)
    agent.talk(identity(person), "Good night")
    kept = person.post("/api/state/then/load").json()["kept"]
    assert texts(person) == [ADA]
    history = person.get("/api/history").json()
    assert [entry["text"] for entry in history] == ["Good morning", "You said: Good morning"]
    assert len(agent.conversations.get("somebody-else").history()) == 2
    assert names(person) == [kept, "then"]
    person.post(f"/api/state/{kept}/load")
    assert set(texts(person)) == {ADA, VOLVO}
    assert len(person.get("/api/history").json()) == 4


def test_an_empty_memory_saves_and_loads(person: TestClient, agent: RememberingAgent) -> None:
    person.post("/api/state", json={"name": "nothing"})
    agent.remember(ADA)
    assert person.post("/api/state/nothing/load").status_code == 200
    assert person.get("/api/memory").json() == {"count": 0, "waiting": 0, "facts": []}


def test_a_load_that_fails_has_changed_nothing(
    person: TestClient, agent: RememberingAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.talk(identity(person), "Good morning")
    person.post("/api/state", json={"name": "then"})
    agent.remember(ADA)
    agent.talk(identity(person), "Good night")
    assert person.post("/api/state/missing/load").status_code == 404
    # The last write of the transaction is refused, as by a full disk.
    agent.long_term._core.database.connection.execute("PRAGMA query_only = ON")
    answer = person.post("/api/state/then/load")
    agent.long_term._core.database.connection.execute("PRAGMA query_only = OFF")
    assert answer.status_code == 503
    assert "cannot be written" in answer.json()["error"]
    assert agent.known() == {ADA}
    assert len(person.get("/api/history").json()) == 4
    assert names(person) == ["then"]


def test_a_taken_name_is_only_replaced_when_asked(
    person: TestClient, agent: RememberingAgent
) -> None:
    person.post("/api/state", json={"name": "a"})
    agent.remember(ADA)
    taken = person.post("/api/state", json={"name": "a"})
    assert taken.status_code == 409
    assert "choose another name" in taken.json()["error"]
    assert person.get("/api/state").json()[0]["facts"] == 0
    assert person.post("/api/state", json={"name": "a", "replace": True}).status_code == 200
    assert person.get("/api/state").json()[0]["facts"] == 1


def test_a_snapshot_is_deleted_once(person: TestClient) -> None:
    person.post("/api/state", json={"name": "a"})
    assert person.delete("/api/state/a").status_code == 204
    assert names(person) == []
    again = person.delete("/api/state/a")
    assert again.status_code == 404
    assert "no snapshot a" in again.json()["error"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a", "a/b", "a b", "é", "a" * 65, "a\n", "\0", "before-load-1"]
)
def test_names_of_other_characters_are_refused(
    person: TestClient, agent: RememberingAgent, name: str
) -> None:
    answer = person.post("/api/state", json={"name": name})
    assert answer.status_code == 422
    assert "ame" in answer.json()["error"]
    assert names(person) == []
    assert not list(agent.settings.home.glob("**/*a"))


@pytest.mark.parametrize(
    "path", ["..%2f..%2fauth%2fkeys", "%2e%2e", "..%5cauth", "a%2fb", "%00", "a%20b", "%ff"]
)
def test_a_path_leads_nowhere(person: TestClient, agent: RememberingAgent, path: str) -> None:
    agent.remember(ADA)
    before = sorted(file.name for file in agent.settings.home.rglob("*"))
    assert person.post(f"/api/state/{path}/load").status_code in (404, 405, 422)
    assert person.delete(f"/api/state/{path}").status_code in (404, 405, 422)
    assert sorted(file.name for file in agent.settings.home.rglob("*")) == before
    assert agent.known() == {ADA}


@pytest.mark.parametrize("path", ["/api/state", "/api/memory/forget"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"name": 1}',
        b'{"name": "a", "replace": 1}',
        b'{"name": "a", "replace": "true"}',
        b'{"name": "a", "also": true}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b'{"ids": []}',
        b'{"ids": 1}',
        b'{"ids": ["1"]}',
        b'{"ids": [true]}',
        b'{"ids": [1.0]}',
        b'{"ids": [0]}',
        b'{"ids": [9223372036854775808]}',
        b'{"ids": [1], "all": true}',
    ],
)
def test_a_malformed_body_is_refused_in_a_line(
    person: TestClient, agent: RememberingAgent, path: str, body: bytes
) -> None:
    agent.remember(ADA)
    answer = person.post(path, content=body)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("Send ")
    assert names(person) == []
    assert agent.known() == {ADA}


@pytest.mark.parametrize(
    "query",
    [
        "most=0",
        "most=101",
        "most=x",
        "most=",
        "id=0",
        "id=x",
        "id=9223372036854775808",
        "all=1",
        "query=" + "a" * 1001,
    ],
)
def test_a_malformed_search_is_refused_in_a_line(person: TestClient, query: str) -> None:
    answer = person.get(f"/api/memory?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("Ask with ")


def test_the_newest_facts_are_shown_where_nothing_is_asked(
    person: TestClient, agent: RememberingAgent
) -> None:
    for number in range(5):
        agent.remember(f"The number {number} was drawn.", told_by="Anna", at=1000.0 + number)
    agent.wait_with("My cat is called Tom.")
    answer = person.get("/api/memory", params={"most": 2}).json()
    assert (answer["count"], answer["waiting"]) == (5, 1)
    assert [fact["text"] for fact in answer["facts"]] == [
        "The number 4 was drawn.",
        "The number 3 was drawn.",
    ]
    assert answer["facts"][0]["told_by"] == "Anna"
    assert answer["facts"][0]["at"].startswith("1970-01-01T")


def test_only_what_has_to_do_with_a_query_is_found(
    person: TestClient, agent: RememberingAgent
) -> None:
    old = agent.remember("The car is a blue Fiat.")
    agent.remember(VOLVO, replaces=old)
    agent.remember(ADA)
    agent.remember("The dentist is in Elm Street.", told_by="Tom")
    assert texts(person, "what do we drive") == [VOLVO]
    assert texts(person, "the child's name") == [ADA]
    assert texts(person, "volvo") == [VOLVO]
    assert texts(person, "Tom") == ["The dentist is in Elm Street."]
    assert texts(person, "quantum chromodynamics") == []
    assert texts(person, '" OR 1) --') == []


def test_a_fact_is_found_by_its_id(person: TestClient, agent: RememberingAgent) -> None:
    ada = agent.remember(ADA)
    agent.remember(VOLVO)
    for id_, found in ((ada.id, [ADA]), (99, []), (2**63 - 1, [])):
        answer = person.get("/api/memory", params={"id": id_}).json()
        assert [fact["text"] for fact in answer["facts"]] == found
        assert answer["count"] == 2


def test_who_asks_is_who_says_my(agent: RememberingAgent, stranger: TestClient) -> None:
    for name, pet in (("Anna", "a tabby"), ("Tom", "a parrot")):
        agent.remember(f"{name}'s pet is {pet}.")
    for name, pet in (("Anna", "a tabby"), ("Tom", "a parrot")):
        token = auth_of(stranger).tokens.create(name)
        stranger.post("/login", data={"token": token}, headers=FROM_PAGE)
        assert texts(stranger, "my pet")[0] == f"{name}'s pet is {pet}."


def test_what_is_forgotten_is_gone_from_everywhere(
    person: TestClient, agent: RememberingAgent
) -> None:
    old = agent.remember("The car is a blue Fiat.")
    volvo = agent.remember(VOLVO, replaces=old)
    agent.remember(ADA)
    person.post("/api/state", json={"name": "then"})
    answer = person.post("/api/memory/forget", json={"ids": [volvo.id]})
    assert answer.json() == {"forgotten": 2}
    assert texts(person) == [ADA]
    person.post("/api/state/then/load")
    assert texts(person) == [ADA]
    assert person.post("/api/memory/forget", json={"ids": [volvo.id]}).json() == {"forgotten": 0}


def test_an_export_brings_the_facts_to_another_memory(
    person: TestClient, agent: RememberingAgent
) -> None:
    old = agent.remember("The car is a blue Fiat.")
    agent.remember(VOLVO, replaces=old, told_by="Anna")
    ada = agent.remember(ADA)
    file = person.get("/api/memory/export")
    assert "attachment" in file.headers["content-disposition"]
    assert len(file.json()["facts"]) == 3
    person.post("/api/memory/forget", json={"ids": [ada.id]})
    again = person.post("/api/memory/import", content=file.content)
    assert again.json() == {"added": 0, "known": 2, "forgotten": 1}
    moved = {**file.json(), "facts": [{"text": "Tea at five.", "at": "2026-01-02T17:00:00Z"}]}
    assert person.post("/api/memory/import", json=moved).json()["added"] == 1
    assert set(texts(person)) == {VOLVO, "Tea at five."}


def test_an_import_may_be_larger_than_other_requests(
    person: TestClient, agent: RememberingAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = {"text": "Tea at five.", "at": "2026-01-02T17:00:00Z"}
    file = {"version": 1, "exported_at": "2026-01-03T00:00:00Z", "facts": [fact]}
    body = json.dumps(file).encode()
    spacious = body + b" " * MAX_BODY
    assert person.post("/api/memory/import", content=spacious).json()["added"] == 1
    too_large = {"Content-Length": str(api.MAX_IMPORT + 1)}
    assert person.post("/api/memory/import", content=b"", headers=too_large).status_code == 413
    other = person.post("/api/memory/forget", content=b'{"ids": [1]}' + b" " * MAX_BODY)
    assert other.status_code == 413
    assert agent.known() == {"Tea at five."}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"version": 2, "exported_at": "2026-01-03T00:00:00Z", "facts": []}',
        b'{"version": 1, "exported_at": "2026-01-03T00:00:00Z", "facts": [{"text": ""}]}',
        b'{"version": 1, "exported_at": "x", "facts": []}',
        b'{"\\ud800": 1}',
        EXPORT % b'"text": "a", "at": "0001-01-01T00:00:00"',
        EXPORT % b'"text": "a", "at": "9999-12-31T23:59:59-12:00"',
        EXPORT % b'"text": "a", "at": 1e300',
        EXPORT % b'"text": " \\u0000", "at": "2026-01-02T00:00:00Z"',
        EXPORT % b'"text": "a\\ud800", "at": "2026-01-02T00:00:00Z"',
    ],
)
def test_what_is_no_export_is_refused_in_a_line(
    person: TestClient, agent: RememberingAgent, body: bytes
) -> None:
    agent.remember(ADA)
    answer = person.post("/api/memory/import", content=body)
    assert answer.status_code == 422
    line = answer.json().get("detail") or answer.json()["error"]
    assert isinstance(line, str)
    assert "\n" not in line
    assert agent.known() == {ADA}


def test_a_second_agent_on_the_same_memory_is_refused(
    agent: RememberingAgent, embedder: MiniLM
) -> None:
    with (
        pytest.raises(UserError, match=f"process {os.getpid()}"),
        remembering_agent(agent.settings.home, embedder),
    ):
        pass
