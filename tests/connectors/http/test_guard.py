"""Which addresses may be asked: public ones, and those of private networks that the operator names."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from connectors.http.guard import check_addresses
from connectors.http.messages import Failure

GOVERNMENT = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))


@pytest.mark.parametrize("addresses", [["10.1.2.3"], ["fd00:1::5", "10.1.0.1"], ["1.2.4.8", "10.1.2.3"]])
def test_a_private_network_is_asked_when_it_is_named(addresses: list[str]) -> None:
    check_addresses("platform", addresses, GOVERNMENT)
    with pytest.raises(Failure, match="public addresses only"):
        check_addresses("platform", addresses)


@pytest.mark.parametrize(
    "addresses", [[], ["10.2.0.1"], ["10.1.2.3", "127.0.0.1"], ["169.254.169.254"], ["::ffff:10.2.0.1"], ["::1"]]
)
def test_every_other_one_is_refused_all_the_same(addresses: list[str]) -> None:
    with pytest.raises(Failure, match="public addresses only"):
        check_addresses("platform", addresses, GOVERNMENT)
