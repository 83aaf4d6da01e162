import pytest

from pipecatapp.runtime.cluster.prompt_mirror import LARGEST_FILE, usable


@pytest.mark.parametrize(
    "name",
    ["../router.txt", "/etc/passwd", "a/b.txt", "..", ".", ".hidden", "", "a b.txt", "a\n", "é.txt",
     "x" * 101, "router.txt\0"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_left_out(name: str) -> None:
    assert usable({name: b"text", "router.txt": b"ours"}) == {"router.txt": "ours"}


def test_what_is_too_large_is_left_out() -> None:
    assert usable({"a.txt": b"x" * LARGEST_FILE, "b.txt": b"x" * (LARGEST_FILE + 1)}).keys() == {
        "a.txt"
    }


def test_a_set_that_is_too_large_is_cut() -> None:
    many = {f"{number:02}.txt": b"x" * LARGEST_FILE for number in range(20)}
    assert len(usable(many)) == 16


def test_what_is_no_text_is_left_out() -> None:
    assert usable({"a.txt": b"\xff\xfe"}) == {}
