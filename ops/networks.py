"""Networks: what tells one client of a listener from another."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

HOST_BITS = 64  # of an IPv6 address the network alone: a household has as many addresses as it likes (RFC 6177)


def client_network(address: str) -> str:
    """An IPv4 address, also one written as IPv6 (``::ffff:192.0.2.1``), or the /64 of an IPv6 address.

    What is no address (a socket of this machine) stays as it is.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found.packed, HOST_BITS), strict=False))
    return str(found.ipv4_mapped if isinstance(found, IPv6Address) else found)
