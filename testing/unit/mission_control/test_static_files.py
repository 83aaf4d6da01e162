import pytest
from starlette.testclient import TestClient

from testing.unit.mission_control.conftest import local_key, log_in


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/static/public/base.css", "text/css; charset=utf-8"),
        ("/static/public/login.js", "text/javascript; charset=utf-8"),
        ("/static/public/icon.svg", "image/svg+xml"),
    ],
)
def test_static_files_have_their_type_and_are_revalidated(
    client: TestClient, path: str, kind: str
) -> None:
    first = client.get(path)
    assert first.headers["content-type"] == kind
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["../web.py", "..%2fweb.py", "%2e%2e/web.py", "app/../../web.py"])
def test_static_files_end_at_their_directory(client: TestClient, path: str) -> None:
    log_in(client)
    assert "create_app" not in client.get(f"/static/public/{path}").text
    assert "create_app" not in client.get(f"/static/app/{path}").text


def test_a_guarded_file_is_served_to_known_callers_alone(client: TestClient) -> None:
    path = "/static/app/index.html"
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": "Bearer guess"}).status_code == 401
    answer = client.get(path, headers=local_key(client))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert client.get("/static/app/none.js", headers=local_key(client)).status_code == 404
