"""Address guards that look names up in a table of the test."""

from collections.abc import Callable, Iterator

import pytest

from pipecatapp.tools.browser.addresses import AddressGuard

NewGuard = Callable[..., AddressGuard]


@pytest.fixture
def new_guard() -> Iterator[NewGuard]:
    guards: list[AddressGuard] = []

    def new(allow: str = "", **names: list[str]) -> AddressGuard:
        def resolve(host: str) -> list[str]:
            if host not in known:
                raise OSError("no such name")
            return known[host]

        known = {name.replace("_", "."): addresses for name, addresses in names.items()}
        guards.append(AddressGuard(allow, resolve))
        return guards[-1]

    yield new
    for guard in guards:
        guard.close()
