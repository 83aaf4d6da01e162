from ipaddress import ip_address

import pytest

from pipecatapp.errors import UserError
from pipecatapp.tools.browser.addresses import (
    AddressGuard,
    AddressRefusedError,
    UnknownHostError,
    is_public,
)

from .conftest import NewGuard


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.0.9",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.251",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",
        "100::1",
        "2001:0:1::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:c0a8:101::1",
        "3fff::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
async def test_an_address_that_is_not_public_is_refused(new_guard: NewGuard, address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefusedError, match="allow it by WEB_BROWSER_ALLOW"):
        await new_guard().addresses(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)
async def test_a_public_address_is_let(new_guard: NewGuard, address: str) -> None:
    assert await new_guard().addresses(address) == [str(ip_address(address))]


async def test_a_name_is_judged_by_its_addresses(new_guard: NewGuard) -> None:
    guard = new_guard(
        public_test=["9.9.9.9"], inside_test=["192.168.1.7"], both_test=["10.0.0.1", "9.9.9.9"]
    )
    assert await guard.addresses("Public.test.") == ["9.9.9.9"]
    assert await guard.addresses("both.test") == ["9.9.9.9"]
    with pytest.raises(AddressRefusedError, match=r"inside.test is at 192.168.1.7, a private"):
        await guard.addresses("inside.test")
    for host in ("unknown.test", "", "a b", "-x.test", "x" * 64, "host\n.test", "a..b"):
        with pytest.raises(UnknownHostError):
            await guard.addresses(host)


@pytest.mark.parametrize("notation", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
async def test_the_system_may_read_any_notation_and_the_outcome_counts(notation: str) -> None:
    guard = AddressGuard()
    with pytest.raises((AddressRefusedError, UnknownHostError)):
        await guard.addresses(notation)
    guard.close()


async def test_the_settings_allow_addresses_networks_and_names(new_guard: NewGuard) -> None:
    allow = " 192.168.1.5, 10.0.0.0/8 ,fd00::/8, NAS.lan,"
    guard = new_guard(allow, nas_lan=["172.16.0.9"], other_lan=["172.16.0.9"])
    for host in ("192.168.1.5", "10.200.0.1", "fd00::2", "::ffff:10.0.0.1"):
        assert await guard.addresses(host)
    assert await guard.addresses("nas.lan") == ["172.16.0.9"]
    for host in ("192.168.1.6", "fe80::1", "172.16.0.9", "other.lan"):
        with pytest.raises(AddressRefusedError):
            await guard.addresses(host)


@pytest.mark.parametrize("item", ["http://nas", "192.168.1.300", "10.0.0.0/40", "a b", "*.lan"])
def test_a_malformed_allowance_is_named(item: str) -> None:
    with pytest.raises(UserError, match=r"WEB_BROWSER_ALLOW: .* 192.168.1.0/24"):
        AddressGuard(f"10.0.0.1, {item}")
