import io

import pytest

from pipecatapp.tools.ssh import STDERR_BYTES, STDOUT_BYTES
from pipecatapp.tools.ssh_client.output import Stream, readable, report
from pipecatapp.tools.tool import LONGEST_RESULT


def test_a_stream_keeps_its_beginning() -> None:
    stream = Stream(limit=5)
    chunks = [b"abc", b"def", b"ghi", b""]
    stream.drain(lambda size: chunks.pop(0))
    assert stream.text == "abcde\n[... 4 bytes left out ...]"


def test_a_character_that_is_cut_in_two_is_left_out() -> None:
    stream = Stream(limit=4)
    chunks = ["abcü".encode(), b"more", b""]
    stream.drain(lambda size: chunks.pop(0))
    assert stream.text.startswith("abc\n")


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
    ],
)
def test_output_is_readable(data: bytes, expected: str) -> None:
    assert readable(data) == expected


def test_a_report_names_what_there_is() -> None:
    assert report(0, "out", "") == "exit code 0\nstdout:\nout"
    assert report(1, "", "err") == "exit code 1\nstderr:\nerr"
    assert report(0, "", "") == "exit code 0\nno output"
    assert report(-1, "", "").startswith("no exit code: ")


def test_the_longest_report_reaches_the_model_whole() -> None:
    streams = []
    for limit in (STDOUT_BYTES, STDERR_BYTES):
        streams.append(Stream(limit))
        streams[-1].drain(io.BytesIO(b"x" * 10**6).read)
    assert len(report(-1, *(stream.text for stream in streams))) <= LONGEST_RESULT
