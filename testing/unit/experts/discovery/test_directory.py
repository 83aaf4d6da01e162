from pathlib import Path

import pytest

from pipecatapp.errors import UserError
from pipecatapp.experts.discovery.local import LocalDirectory
from pipecatapp.settings import Settings

CALLING = "description: Knows plants.\nexamples: [a, b, c, d, e]\n"


def write(prompts: Path, name: str, profile: str = CALLING) -> None:
    (prompts / f"{name}_expert.txt").write_text(f"You are {name}.")
    (prompts / f"{name}_expert.yaml").write_text(profile)


def test_an_expert_is_a_persona_and_a_calling(tmp_path: Path) -> None:
    write(tmp_path, "garden")
    write(tmp_path, "cooking")
    (tmp_path / "router.txt").write_text("You are the twin.")
    (tmp_path / "talk.yaml").write_text("answer: []")
    cooking, garden = LocalDirectory(tmp_path).experts()
    assert (cooking.name, garden.name) == ("cooking", "garden")
    assert garden.persona == "garden_expert"
    assert garden.description == "Knows plants."
    assert garden.examples == ("a", "b", "c", "d", "e")


def test_half_an_expert_is_none(tmp_path: Path) -> None:
    write(tmp_path, "garden")
    (tmp_path / "garden_expert.txt").unlink()
    (tmp_path / "cooking_expert.txt").write_text("You cook.")
    assert LocalDirectory(tmp_path).experts() == []
    assert LocalDirectory(tmp_path / "missing").experts() == []


@pytest.mark.parametrize(
    ("profile", "named"),
    [
        (CALLING.replace(", e]", "]"), "examples"),
        (CALLING.replace("Knows plants.", ""), "description"),
        (CALLING + "colour: green\n", "colour"),
        ("", "content"),
        ("description: [", "cannot be read"),
    ],
)
def test_a_wrong_calling_is_said_in_a_line(tmp_path: Path, profile: str, named: str) -> None:
    write(tmp_path, "garden", profile)
    with pytest.raises(UserError, match=rf"garden_expert\.yaml.*{named}") as error:
        LocalDirectory(tmp_path)
    assert "\n" not in str(error.value)


def test_the_experts_of_the_product_are_there() -> None:
    names = [expert.name for expert in LocalDirectory(Settings().prompts).experts()]
    assert {"coding", "creative"} <= set(names)
    assert names == sorted(names)
