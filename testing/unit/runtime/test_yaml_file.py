from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from pipecatapp.errors import UserError
from pipecatapp.runtime.yaml_file import read_yaml


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    parts: list[int] = []


def test_a_file_of_the_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text("name: grün\nparts: [1, 2]\n", encoding="utf-8")
    assert read_yaml(path, Form) == Form(name="grün", parts=[1, 2])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name: x\nparts: [1, '2']\n", r"parts\.1: "),
        (b"parts: []\n", "name: "),
        (b"name: x\nother: y\n", "other: "),
        (b"", "content: "),
        (b"- a\n- b\n", "content: "),
        (b"name: [\n", r"cannot be read .*restore it from git"),
        (b"name: 2023-99-99\n", "cannot be read"),
        (b"name: \xff\n", "cannot be read"),
        (b"name: !!python/object:os.system x\n", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "form.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"form\.yaml.*{said}") as error:
        read_yaml(path, Form)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.yaml cannot be read .*No such file"):
        read_yaml(tmp_path / "gone.yaml", Form)
