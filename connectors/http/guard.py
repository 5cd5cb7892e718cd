"""Guard: which addresses may be asked: the definition's own hosts only, and never one inside our network."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from connectors.http.messages import Failure, HttpRequest

Networks = Sequence[IPv4Network | IPv6Network]
# is_global alone lets ::127.0.0.1 and fec0::1 through on Python 3.11.
DENIED = [
    ip_network(text)
    for text in (
        "::/96",
        "fec0::/10",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "fc00::/7",
        "fe80::/10",
    )
]


def check_host(request: HttpRequest) -> None:
    """Raises Failure(``contract``) for an address that is on no host of the definition."""
    try:
        parts = urlsplit(request.url)
    except ValueError as error:
        raise Failure("contract", "host_refused", f"{request.url[:80]!r} is no address: {error}") from None
    if parts.netloc not in request.hosts or parts.scheme not in ("http", "https"):
        message = f"{parts.netloc[:80]!r} is no host of the definition: {', '.join(request.hosts)}"
        raise Failure("contract", "host_refused", message)


def check_addresses(host: str, addresses: list[str], private: Networks = ()) -> None:
    """Raises Failure(``contract``) unless a name resolves to public addresses, or ones of networks that the operator allows."""
    allowed = (is_public(each) or is_within(each, private) for each in addresses)
    if not addresses or not all(allowed):
        raise Failure("contract", "address_refused", f"{host} does not resolve to public addresses only")


def is_within(text: str, networks: Networks) -> bool:
    """An address of one of these networks."""
    address = ip_address(text)
    return any(address.version == network.version and address in network for network in networks)


def is_public(text: str) -> bool:
    """An address on the open internet, not of this machine or a private network."""
    address = ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    denied = any(address.version == network.version and address in network for network in DENIED)
    return address.is_global and not address.is_multicast and not denied
