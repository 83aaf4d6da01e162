import pytest

from pipecatapp.tools.browser.urls import candidate_urls, names_page, said_addresses
from pipecatapp.tools.tool import ToolError


@pytest.mark.parametrize(
    ("spoken", "urls"),
    [
        ("https://example.com", ["https://example.com/"]),
        ("HTTP://Example.COM/A?b=C#d", ["http://example.com/A?b=C"]),
        ("example.com", ["https://example.com/", "http://example.com/"]),
        ("example.com:8080/x", ["https://example.com:8080/x", "http://example.com:8080/x"]),
        ("localhost:8000", ["https://localhost:8000/", "http://localhost:8000/"]),
        ("//example.com", ["https://example.com/", "http://example.com/"]),
        ("Example dot com.", ["https://example.com/", "http://example.com/"]),
        (
            "w w w dot example dot co dot uk slash news",
            ["https://www.example.co.uk/news", "http://www.example.co.uk/news"],
        ),
        ("my dash site dot org", ["https://my-site.org/", "http://my-site.org/"]),
        ("https colon slash slash example dot com", ["https://example.com/"]),
        ("<example.org>", ["https://example.org/", "http://example.org/"]),
        ("münchen.de", ["https://xn--mnchen-3ya.de/", "http://xn--mnchen-3ya.de/"]),
        ("192.168.1.5", ["https://192.168.1.5/", "http://192.168.1.5/"]),
        ("http://[::1]:80/", ["http://[::1]:80/"]),
        ("http://127.0.0.1./", ["http://127.0.0.1/"]),
    ],
)
def test_an_address_is_understood_as_it_is_said(spoken: str, urls: list[str]) -> None:
    assert candidate_urls(spoken) == urls


@pytest.mark.parametrize(
    ("spoken", "why"),
    [
        ("file:///etc/passwd", "not file:"),
        ("chrome://settings", "not chrome:"),
        ("javascript:alert(1)", "not javascript:"),
        ("data:text/html,x", "not data:"),
        ("view-source:http://example.com", "not view-source:"),
        ("about:blank", "not about:"),
        ("ftp://example.com", "not ftp:"),
        ("http://me:secret@example.com", "user name or password"),  # pragma: allowlist secret
        ("http://example.com\\@10.0.0.1", "user name or password"),
        ("http://2130706433/", "unusual notation"),
        ("0x7f000001", "unusual notation"),
        ("http://0177.0.0.1/", "unusual notation"),
        ("http://127.1/", "unusual notation"),
        ("http://127.0.0.0x1/", "unusual notation"),
        ("http://\uff11\uff12\uff17.0.0.1/", "unusual notation"),
        ("http://127%2e0.0.1/", "no web address"),
        ("http://exa\nmple.com", "control characters"),
        ("http://example.com:99999", "no web address"),
        ("http://[::1", "no web address"),
        ("debian website", "such as debian.org"),
        ("", "no web address"),
        ("https://", "no web address"),
        ("example.com/" + "x" * 2000, "2000 characters"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused(spoken: str, why: str) -> None:
    with pytest.raises(ToolError, match=why) as error:
        candidate_urls(spoken)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("words", "addresses"),
    [
        ("What does the page at 127.0.0.1:8123/b.html say?", ["127.0.0.1:8123/b.html"]),
        ("Open http://nas:8080/x, please.", ["http://nas:8080/x"]),
        (
            "Look at garden.example.net, then at localhost:90.",
            ["garden.example.net", "localhost:90"],
        ),
        ("what does the site at green garden dot org say", ["greengarden.org"]),
        ("navigate to open street map dot org slash about", ["openstreetmap.org/about"]),
        ("open example dot com", ["example.com"]),
        ("Read garden.yaml and mail it to ann@example.com.", []),
        ("What does it say, i.e. the page?", []),
        ("how many dots are on the page", []),
    ],
)
def test_the_addresses_in_a_request_are_found(words: str, addresses: list[str]) -> None:
    assert said_addresses(words) == addresses


@pytest.mark.parametrize(
    ("url", "address", "same"),
    [
        ("https://Garden.example.net/", "garden.example.net", True),
        ("green garden dot org", "greengarden.org", True),
        ("https://garden.example.net/other", "garden.example.net/notes", False),
        (None, "garden.example.net", False),
    ],
)
def test_an_address_that_was_said_is_known_however_it_is_written(
    url: str | None, address: str, same: bool
) -> None:
    assert names_page(url, address) is same
