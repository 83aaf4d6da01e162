from collections.abc import Iterator

import pytest

from pipecatapp.settings import load_settings


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    """Have each test read the settings anew: whatever speaks a phrase reads them."""
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()
