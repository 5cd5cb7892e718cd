"""Guard: which addresses may be asked: the definition's own hosts only, and never one inside our network."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

from connectors.http.messages import Failure, HttpRequest
from ops.outbound import is_public

Networks = Sequence[IPv4Network | IPv6Network]


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
