"""The network that an address is in."""

import pytest

from pipelines.warehouse.parser import connect


@pytest.mark.parametrize(
    ("address", "network", "family"),
    [
        ("192.0.2.17", "192.0.2.0/24", "IPv4"),
        ("192.0.2.17:443", "192.0.2.0/24", "IPv4"),
        ("::FFFF:192.0.2.1", "192.0.2.0/24", "IPv4"),
        ("2001:DB8:00a0:0::1", "2001:db8:a0:0::/64", "IPv6"),
        ("2001:db8::1", "2001:db8:0:0::/64", "IPv6"),
        ("2001:db8::1:2:3:4:5", "2001:db8:0:1::/64", "IPv6"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "IPv6"),
        ("::1", "0:0:0:0::/64", "IPv6"),
        ("unknown", "unknown", "IPv4"),
        ("", None, "IPv4"),
        (None, None, "IPv4"),
    ],
)
def test_network_of_an_address(address: str | None, network: str | None, family: str) -> None:
    with connect() as connection:
        query = "select network_of($1), network_family(network_of($1))"
        assert connection.execute(query, [address]).fetchall() == [(network, family)]
