"""The types of which the rules of a language are made."""

import re

Pattern = re.Pattern[str]
Replacements = tuple[tuple[Pattern, str], ...]
"""Patterns and their replacements, applied in this order; `{}` is a person's name."""
