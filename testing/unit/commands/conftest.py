from collections.abc import Iterator

import pytest

from pipecatapp.settings import load_settings


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Let each test read the settings of its own environment."""
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()
