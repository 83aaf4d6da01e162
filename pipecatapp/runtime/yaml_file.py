"""Reads YAML files that people write, and reports what is wrong with them."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipecatapp.errors import UserError

Content = TypeVar("Content", bound=BaseModel)


def read_yaml(path: Path, form: type[Content]) -> Content:
    """Return the content of a file, validated.

    Args:
        path: The file, in UTF-8.
        form: The model that its content has to match.

    Raises:
        UserError: The file cannot be read or does not match; the message says where.
    """
    try:
        return form.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "content"
        raise UserError(f"{path}: {where}: {first['msg']}.") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        # PyYAML raises a bare ValueError for a date that does not exist.
        reason = " ".join(str(error).split())
        raise UserError(f"{path} cannot be read ({reason}): restore it from git.") from error
