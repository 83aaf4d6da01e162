from pipecatapp.tools.browser.reading import Reading, page_text
from pipecatapp.tools.tool import LONGEST_RESULT


def test_what_is_told_leaves_room_and_keeps_ours_in_front() -> None:
    reading = Reading("http://x.test/" + "u" * 5000, "title", "t" * 10_000, more=True)
    said = page_text(reading, ["A note."], ["Links: x"])
    assert LONGEST_RESULT - 600 < len(said) < LONGEST_RESULT
    assert said.startswith("A note.\nThe page is long: only its first ")
    assert "\nTitle: title\nLinks: x\n\nttt" in said
