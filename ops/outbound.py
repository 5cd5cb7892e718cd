"""Outbound: which addresses the hub may connect to when others name them, platforms and receivers of webhooks alike."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

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


def is_public(text: str) -> bool:
    """An address on the open internet, not of this machine or a private network."""
    address = ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    denied = any(address.version == network.version and address in network for network in DENIED)
    return address.is_global and not address.is_multicast and not denied
