"""Personas: the plain text files that say who the agent is."""

from pathlib import Path

from pipecatapp.errors import UserError

LONGEST_PERSONA = 8_000


def load_persona(prompts: Path, name: str = "router") -> str:
    """Return a persona's text.

    Args:
        prompts: The directory of persona files.
        name: The file's name without `.txt`.

    Raises:
        UserError: The file is missing, empty, too long or not UTF-8.
    """
    path = prompts / f"{name}.txt"
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UserError(
            f"The persona {path} cannot be read ({error.strerror}): restore it from git."
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"The persona {path} is not UTF-8 text: save it as UTF-8.") from error
    if not text:
        raise UserError(f"The persona {path} is empty: write who the agent is.")
    if len(text) > LONGEST_PERSONA:
        raise UserError(f"The persona {path} is longer than {LONGEST_PERSONA} characters.")
    return text
