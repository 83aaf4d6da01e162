import re

import pytest

from pipecatapp.text.shortening import shortened

LOG = "\n".join(f"line {number}: all is well here" for number in range(400)) + "\nE: it failed"


def counted(text: str) -> tuple[int, int]:
    """Return the characters and the lines that the only note of a text counts."""
    (note,) = re.findall(r"\[\.\.\. (\d+) characters(?: in (\d+) lines)? left out \.\.\.\]", text)
    return int(note[0]), int(note[1] or 0)


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert shortened(LOG, len(LOG)) == LOG


@pytest.mark.parametrize("longest", [300, 900, 1600, 4000])
def test_a_long_text_keeps_whole_lines_of_its_beginning_and_its_end(longest: int) -> None:
    short = shortened(LOG, longest)
    assert len(short) <= longest
    head, _, tail = re.split(r"(\[\.\.\. .* \.\.\.\]\n)", short)
    assert LOG.startswith(head)
    assert LOG.endswith(f"\n{tail}")
    assert tail.endswith("\nE: it failed")
    characters, lines = counted(short)
    missing = LOG[len(head) - 1 : len(LOG) - len(tail)]
    assert abs(characters - len(missing)) <= 2
    assert abs(lines - missing.count("\n")) <= 1


def test_what_is_cut_twice_says_so_once_and_counts_both() -> None:
    once = shortened(LOG, 4000)
    twice = shortened(once, 900)
    assert len(twice) <= 900
    assert twice.endswith("E: it failed")
    characters, lines = counted(twice)
    # Line ends beside a note are neither kept nor counted.
    assert abs(characters + len(twice) - len(LOG)) < 70
    assert lines > counted(once)[1]


def test_two_gaps_become_one() -> None:
    both = "\n".join(
        (
            "exit code 9",
            shortened(LOG, 2000),
            "stderr:",
            shortened(LOG.replace("well", "ill"), 2000),
        )
    )
    short = shortened(both, 1000)
    assert len(short) <= 1000
    assert short.startswith("exit code 9\nline 0")
    assert short.endswith("E: it failed")
    counted(short)


def test_words_are_not_cut_where_lines_have_no_end() -> None:
    words = "word " * 1000 + "the end"
    head, _, tail = shortened(words, 500).split("\n")
    assert set(head.split()) == {"word"}
    assert set(tail.split()) == {"word", "the", "end"}


def test_a_text_without_gaps_is_cut_anywhere() -> None:
    short = shortened("x" * 10_000 + "y", 1000)
    assert len(short) <= 1000
    assert short.endswith("xy")
    assert counted(short)[0] == 10_001 - short.count("x") - short.count("y") + short.count("xt")


def test_a_note_that_an_output_ends_with_is_text_like_any_other() -> None:
    text = "start\n" + "middle\n" * 1000 + "E: broken\n[... 3 characters left out ...]\n"
    assert "E: broken" in shortened(text, 600)
