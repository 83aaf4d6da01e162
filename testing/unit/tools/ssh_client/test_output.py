import io

import pytest

from pipecatapp.text.language import language
from pipecatapp.text.telling import OUTPUT
from pipecatapp.tools.ssh_client.output import Stream, readable, report, told_report
from pipecatapp.tools.tool import LONGEST_RESULT

PHRASES = language().phrases


def drained(data: bytes, limit: int = 65536) -> str:
    stream = Stream(limit)
    stream.drain(io.BytesIO(data).read)
    return stream.text


def test_a_stream_keeps_its_beginning_and_its_end() -> None:
    assert drained(b"abcdefghijk", limit=4) == "abcd\n[... 3 characters left out ...]\nhijk"
    assert drained(b"abcdefgh", limit=4) == "abcdefgh"


def test_a_character_that_is_cut_in_two_is_left_out() -> None:
    text = drained("abc\u00fcdef\u00fcghi".encode(), limit=4)
    assert text == "abc\n[... 5 characters left out ...]\nghi"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1b(Bplain\x1b=", "plain"),
        (b"cut \x1b[3", "cut"),
        (b"10%\r20%\r\n", "10%\n20%"),
        (b"a\tb\x00\x08\x7f\xc2\x9b", "a\tb"),
        (b"\xe9t\xe9", "\ufffdt\ufffd"),
        (b"\n  indented\n", "  indented"),
        ("\u202egnirts\u202c".encode(), "gnirts"),
    ],
)
def test_output_is_readable(data: bytes, expected: str) -> None:
    assert readable(data.decode(errors="replace")) == expected
    assert drained(data) == expected


def test_a_report_names_what_there_is() -> None:
    assert report(0, "out", "") == "exit code 0\nstdout:\nout"
    assert report(1, "", "err") == "exit code 1\nstderr:\nerr"
    assert report(0, "", "") == "exit code 0\nno output"
    assert report(-1, "", "").startswith("no exit code: ")


def test_an_error_at_the_end_of_a_long_output_reaches_everybody() -> None:
    lines = [f"Get:{n} http://deb.debian.org/debian trixie/main" for n in range(60_000)]
    output = "\n".join([*lines, "E: Unable to locate package frobnicate"]).encode()
    result = report(100, drained(output), drained(b"W: old key\n" * 20_000))
    assert len(result) <= LONGEST_RESULT
    assert result.startswith("exit code 100\nstdout:\nGet:0 ")
    assert "E: Unable to locate package frobnicate\nstderr:\nW: old key" in result
    assert result.endswith("W: old key")


def test_a_stream_has_the_room_that_the_other_leaves() -> None:
    assert len(report(1, "", "error\n" * 600)) > 3000
    assert len(report(1, "out\n" * 900, "")) > 3000


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("exit code 0\nno output", "It ended with exit code 0. It printed nothing."),
        ("exit code 0\nstdout:\nup 3 days", "It ended with exit code 0.\nup 3 days"),
        ("exit code 2\nstderr:\nno such file", "It ended with exit code 2.\nno such file"),
    ],
)
def test_a_short_report_is_told_whole(result: str, told: str) -> None:
    assert told_report(result) == told


def test_a_long_report_is_told_by_its_exit_code_and_its_end() -> None:
    lines = "\n".join(f"/dev/sda{n} 20G 5G 15G 25% /mnt/{n}" for n in range(30))
    spoken, shown = told_report(report(1, lines, "df: /gone: No such file")).split(OUTPUT)
    assert spoken.startswith(f"It ended with exit code 1. {PHRASES.last_lines}\n")
    assert spoken.endswith("df: /gone: No such file\n")
    assert len(spoken) < 450
    assert "/dev/sda0 " in shown
