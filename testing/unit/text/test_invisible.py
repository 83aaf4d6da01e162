import time

import pytest

from pipecatapp.text.invisible import visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("transfer \u202e001 ot\u202c 7", "transfer 001 ot 7"),
        ("\u2066admin\u2069\u200e\u200f\u061c", "admin"),
        ("pass\u200bword\ufeff\u2060\u00ad", "password"),
        ("note\U000e0069\U000e0067\U000e006e", "note"),
        ("a\ufe01\ufe02\U000e0101b", "a\ufe01b"),
        ("\u3164name\uffa0", "name"),
        ("\x1b[31;1mred\x1b[0m \x9b2Jgone", "red gone"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]0;no end\nnext line", "\nnext line"),
        ("caf\x90\xe9", "caf\xe9"),
        ("N\x08NA\x08AM\x08ME\x08E", "NAME"),
        ("wrong\x08\x08\x08\x08\x08right", "right"),
        ("at the end\x08\x08", "at the end"),
        ("5%\r50%\r\n100%", "5%\n50%\n100%"),
        ("one\u2028two\x85three", "one\ntwo\nthree"),
        ("bell\x07 nul\x00 del\x7f tab\t.", "bell nul del tab\t."),
        ("half \ud83d a pair", "half  a pair"),
    ],
)
def test_what_nobody_sees_is_taken_out(text: str, seen: str) -> None:
    assert visible(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "Die Äpfel kosten 3 €, l'été arrive — naïve façade",
        "שלום, מה שלומך?",
        "السلام عليكم ١٢٣",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # a joiner of Persian
        "क्\u200dष",  # one of Hindi
        "👩\u200d👩\u200d👧 and ❤\ufe0f\u200d🔥 and 1\ufe0f\u20e3",
        "e\u0301 decomposed",
        "日本語\tと\n中文",
    ],
)
def test_letters_of_all_scripts_and_emojis_stay(text: str) -> None:
    assert visible(text) == text


def test_joiners_that_join_nothing_are_taken_out() -> None:
    assert visible("pay\u200dpal \u200c\u200d\u200c x\u200d") == "paypal  x"


def test_a_megabyte_of_anything_takes_no_time() -> None:
    begun = time.monotonic()
    for text in ("\x08" * 10**6, "a" * 500_000 + "\x08" * 500_000 + "b", "\x1b]" * 500_000):
        visible(text)
    assert time.monotonic() - begun < 10
