import pytest

from pipecatapp.tools.browser.controls import BUTTONS, FIELDS, LINKS, choose, list_names, parse
from pipecatapp.tools.tool import ToolError

ANYTHING = BUTTONS | LINKS | FIELDS
SNAPSHOT = r"""
- main [ref=e2]:
  - heading "Shop" [level=1] [ref=e3]
  - textbox "E-mail" [ref=e4]:
    - /placeholder: you@example.com
  - 'button "it''s: \"new\"" [ref=e5]'
  - button "Log in" [ref=e6] [cursor=pointer]
  - link "Log in help" [ref=e7] [cursor=pointer]:
    - /url: /help
  - link "More" [ref=e8]:
    - /url: /more
  - link "More" [ref=e9]:
    - /url: /more
  - link "Open" [ref=e10]:
    - /url: "#"
  - link "Open" [ref=e11]:
    - /url: "#"
  - text: button "Fake" [ref=e99]
  - generic [ref=e12] [cursor=pointer]: Menu
  - button [ref=e13]
  - iframe [ref=e14]:
    - button "Play" [ref=f1e2]
"""


@pytest.mark.parametrize(
    ("target", "ref"),
    [
        ("log in", "e6"),
        ("Login", "e6"),
        ("the login button", "e6"),
        ("help link", "e7"),
        ("email", "e4"),
        ("the e mail field", "e4"),
        ("you@example.com", "e4"),
        ("it's new", "e5"),
        ("more", "e8"),
        ("menu", "e12"),
        ("play", "f1e2"),
        ("help log", "e7"),
    ],
)
def test_a_name_is_found_as_people_say_it(target: str, ref: str) -> None:
    found = choose(parse(SNAPSHOT), target, ANYTHING)
    assert ref in (found.ref, "e8" if found.ref == "e9" else None)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("open", '2 things on the page could be \'open\': link "Open", link "Open"'),
        ("log", "2 things on the page"),
        ("logging", 'is named .*There are: "Log in"'),
        ("fake", "Nothing on the page is named"),
        ("", "Nothing on the page is named"),
        ("!", "Nothing on the page is named"),
    ],
)
def test_a_name_that_does_not_fit_is_answered(target: str, why: str) -> None:
    with pytest.raises(ToolError, match=why):
        choose(parse(SNAPSHOT), target, ANYTHING)


def test_names_fit_a_line_each() -> None:
    many = "\n".join(f'- button "Number {index}" [ref=e{index}]' for index in range(500))
    (line,) = list_names(parse(many))
    assert line.startswith('Buttons: "Number 0", "Number 1", ')
    assert line.endswith(", and more")
    assert len(line) < 600
