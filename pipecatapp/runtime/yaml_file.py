"""Reads YAML files that people write, and says what is wrong with them."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipecatapp.errors import UserError

Content = TypeVar("Content", bound=BaseModel)


def read_yaml(path: Path, form: type[Content]) -> Content:
    """Return the checked content of a file.

    Args:
        path: The file, UTF-8.
        form: What it must hold.

    Raises:
        UserError: It cannot be read, or is not of that form; the message names the place.
    """
    try:
        return form.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "content"
        raise UserError(f"{path}: {where}: {first['msg']}.") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        # PyYAML lets a date that does not exist pass as a bare ValueError.
        reason = " ".join(str(error).split())
        raise UserError(f"{path} cannot be read ({reason}): restore it from git.") from error
