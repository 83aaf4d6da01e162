import re

from starlette.testclient import TestClient

from pipecatapp.mission_control.pages import STATIC, login_page, render
from testing.unit.mission_control.conftest import log_in


def test_no_page_needs_what_the_policy_forbids() -> None:
    for page in [*STATIC.rglob("*.html"), *(STATIC.parent / "templates").glob("*.html")]:
        text = page.read_text()
        assert " style=" not in text, page
        assert " onclick=" not in text, page
        assert text.count("<script") == text.count('<script type="module" src="/static/'), page
        assert "//" not in text.replace("http://www.w3.org", ""), page
    for script in STATIC.rglob("*.js"):
        assert "innerHTML" not in script.read_text(), script


def test_each_page_links_files_that_it_can_load(client: TestClient) -> None:
    for page in ["/login", "/login?token=x", "/trust"]:
        assert_links_load(client, page)
    log_in(client)
    assert_links_load(client, "/")


def assert_links_load(client: TestClient, page: str) -> None:
    links = re.findall(r' (?:href|src)="(/static/[^"]+)"', client.get(page).text)
    assert any(link.endswith(".css") for link in links), page
    for link in links:
        assert client.get(link).status_code == 200, (page, link)


def test_placeholders_are_escaped() -> None:
    page = render("login.html", 401, problem='<b> & "x"')
    assert page.status_code == 401
    assert b"&lt;b&gt; &amp; &quot;x&quot;" in bytes(page.body)
    # Under no-referrer the form would be sent with a null origin and refused.
    assert page.headers["referrer-policy"] == "same-origin"


def test_the_login_page_with_a_token_sends_it_back() -> None:
    assert b'value="abc"' in bytes(login_page("abc").body)
    problem = login_page("", "This is not a valid API key.", 401)
    assert problem.status_code == 401
    assert b"This is not a valid API key." in bytes(problem.body)
