from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.settings import Settings
from pipecatapp.twin.history.personas import LONGEST_PERSONA, load_persona


def test_the_persona_that_comes_with_the_agent() -> None:
    assert "twin" in load_persona(Settings().prompts)


def test_an_edit_is_taken_at_the_next_load(tmp_path: Path) -> None:
    path = tmp_path / "router.txt"
    path.write_text("\nYou are a parrot.\n")
    assert load_persona(tmp_path) == "You are a parrot."
    path.write_text("You are an owl.")
    assert load_persona(tmp_path) == "You are an owl."


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (None, "restore it from git"),
        (b" \n", "write who the agent is"),
        (b"\xffno text", "save it as UTF-8"),
        (b"a" * (LONGEST_PERSONA + 1), f"longer than {LONGEST_PERSONA}"),
    ],
)
def test_a_persona_that_cannot_be_used_says_what_to_do(
    tmp_path: Path, content: bytes | None, remedy: str
) -> None:
    path = tmp_path / "router.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=remedy) as caught:
        load_persona(tmp_path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
