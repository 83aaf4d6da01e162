"""The household's lists, through the API."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from testing.fakes.backend import FakeBackend
from testing.unit.mission_control.conftest import ORIGIN, auth_of, log_in


@pytest.fixture
def person(client: TestClient) -> TestClient:
    """Somebody who is logged in on the page."""
    log_in(client)
    client.headers["Origin"] = ORIGIN
    return client


def as_program(client: TestClient) -> dict[str, str]:
    key = auth_of(client).keys.add("laptop")
    client.cookies.clear()
    return {"Authorization": f"Bearer {key}"}


def add(client: TestClient, name: str, text: str, **options: Any) -> Any:
    return client.post("/api/lists/items", json={"list": name, "text": text}, **options)


def lists(client: TestClient) -> dict[str, list[str]]:
    found = client.get("/api/lists").json()
    return {entry["name"]: [item["text"] for item in entry["items"]] for entry in found}


def test_a_list_is_made_filled_emptied_and_deleted(person: TestClient) -> None:
    assert person.post("/api/lists", json={"name": "Camping"}).status_code == 204
    assert person.post("/api/lists", json={"name": "camping"}).status_code == 409
    assert add(person, "camping", "Zelt & Hering").json() == {"added": True}
    assert add(person, "camping", "zelt & hering").json() == {"added": False}
    add(person, "shopping", "soap")
    assert lists(person) == {"Camping": ["Zelt & Hering"], "shopping": ["soap"]}
    camping, shopping = person.get("/api/lists").json()
    path = f"/api/lists/items/{shopping['items'][0]['id']}"
    assert [person.delete(path).status_code for _ in range(2)] == [204, 204]
    assert person.delete(f"/api/lists/{camping['id']}").status_code == 204
    assert person.delete(f"/api/lists/{camping['id']}").status_code == 404
    assert lists(person) == {"shopping": []}
    assert person.post("/api/lists/undo").json() == {"undone": True}
    assert person.post("/api/lists/undo").json() == {"undone": True}
    assert lists(person) == {"shopping": ["soap"], "Camping": ["Zelt & Hering"]}


def test_a_program_reads_and_adds_and_changes_nothing_else(person: TestClient) -> None:
    add(person, "shopping", "soap")
    (shopping,) = person.get("/api/lists").json()
    key = as_program(person)
    assert add(person, "shopping", "figs", headers=key).json() == {"added": True}
    assert len(person.get("/api/lists", headers=key).json()[0]["items"]) == 2
    for method, path in (
        ("DELETE", f"/api/lists/items/{shopping['items'][0]['id']}"),
        ("DELETE", f"/api/lists/{shopping['id']}"),
        ("POST", "/api/lists/undo"),
        ("POST", "/api/lists"),
    ):
        assert person.request(method, path, headers=key, json={"name": "x"}).status_code == 403


def test_a_stranger_sees_nothing(client: TestClient) -> None:
    assert client.get("/api/lists").status_code == 401
    assert add(client, "shopping", "soap", headers={"Origin": ORIGIN}).status_code in (401, 403)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"list": "shopping"}',
        b'{"list": "shopping", "text": 7}',
        b'{"list": "shopping", "text": "", "more": 1}',
        b'{"list": "shopping", "text": "\\u200b"}',
        b'{"list": "list", "text": "soap"}',
        b'{"list": "shopping", "text": "%s"}' % (b"x" * 201),
    ],
)
def test_what_is_no_item_is_refused(person: TestClient, body: bytes) -> None:
    assert person.post("/api/lists/items", content=body).status_code == 422
    assert lists(person) in ({}, {"shopping": []})


def test_lists_that_cannot_be_read_are_said_to_be(person: TestClient, backend: FakeBackend) -> None:
    (backend.settings.home / "lists").write_text("in the way")
    answer = person.get("/api/lists")
    assert answer.status_code == 503
    assert "lists" in answer.json()["error"]


def test_ids_are_numbers(person: TestClient) -> None:
    for path in ("/api/lists/items/-1", "/api/lists/x", f"/api/lists/{2**64}"):
        assert person.delete(path).status_code == 422
