from typing import Any

import pytest
from starlette.testclient import TestClient

from testing.fakes.backend import FakeBackend
from testing.unit.mission_control.conftest import ORIGIN, auth_of, log_in

URL = "/api/schedule"
HEADERS = {"Origin": ORIGIN}
TIMER: dict[str, Any] = {
    "id": 7,
    "kind": "timer",
    "name": "soup",
    "label": "the soup timer",
    "when": "today at 6:10 pm",
    "due_in_s": 599.5,
    "rings": False,
}


@pytest.fixture
def person(client: TestClient, backend: FakeBackend) -> TestClient:
    log_in(client)
    backend.scheduled = [TIMER]
    return client


def test_people_see_what_there_is_and_end_it(person: TestClient, backend: FakeBackend) -> None:
    assert person.get(URL).json() == {"waiting": [TIMER], "due": []}
    answer = person.delete(f"{URL}/7", headers=HEADERS)
    assert (answer.status_code, answer.content) == (204, b"")
    assert backend.scheduled == []
    again = person.delete(f"{URL}/7", headers=HEADERS)
    assert again.status_code == 404
    assert "no such timer" in again.json()["detail"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "9" * 30])
def test_what_is_no_number_of_an_entry_is_refused(person: TestClient, number: str) -> None:
    assert person.delete(f"{URL}/{number}", headers=HEADERS).status_code == 422


def test_a_program_sees_it_and_ends_nothing(client: TestClient, backend: FakeBackend) -> None:
    backend.scheduled = [TIMER]
    key = auth_of(client).keys.add("laptop")
    client.headers["Authorization"] = f"Bearer {key}"
    assert client.get(URL).json()["waiting"] == [TIMER]
    assert client.delete(f"{URL}/7").status_code == 403
    assert backend.scheduled == [TIMER]


def test_a_stranger_sees_nothing(client: TestClient) -> None:
    assert client.get(URL).status_code == 401
    assert client.delete(f"{URL}/7", headers=HEADERS).status_code in (401, 403)
