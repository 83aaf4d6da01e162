import pytest

from pipecatapp.tools.browser.reading import Reading, page_text, told_deed
from pipecatapp.tools.tool import LONGEST_RESULT


def test_what_is_told_leaves_room_and_keeps_ours_in_front() -> None:
    reading = Reading("http://x.test/" + "u" * 5000, "title", "t" * 10_000, more=True)
    said = page_text(reading, ["A note."], ["Links: x"])
    assert LONGEST_RESULT - 600 < len(said) < LONGEST_RESULT
    assert said.startswith("A note.\nThe page is long: only its first ")
    assert "\nTitle: title\nLinks: x\n\nttt" in said


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (
            'Clicked button "Buy".\nThe page is long: only its first 9 characters follow.\n'
            "Address: http://a.example/b\nTitle: Thank you\n\nA long page.",
            'Clicked button "Buy". The page is now: Thank you.',
        ),
        ('Clicked link "x".\nAddress: http://a.example\nTitle: \n\ntext', 'Clicked link "x".'),
        ('Typed into "city".', 'Typed into "city".'),
    ],
)
def test_of_a_deed_on_a_page_the_deed_is_told(result: str, told: str) -> None:
    assert told_deed(result) == told
