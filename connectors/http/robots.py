"""Robots: which addresses of a host may be asked for, by its robots.txt (RFC 9309). The only user of Protego."""

from __future__ import annotations

from dataclasses import dataclass, field

from protego import Protego

TOKEN = "Tongda-hub"  # the product token by which a robots.txt names the hub
MOST_BYTES = 500 * 1024  # RFC 9309 §2.5: at least so much of the file is read; what follows is left out


@dataclass(frozen=True)
class Rules:
    """The group of the hub, else that of ``*``; the longest match decides, and ``allow`` between two of one length."""

    parsed: Protego = field(default_factory=Protego, repr=False)  # empty: everything is allowed

    def allow(self, url: str) -> bool:
        """Whether the address, with its query, may be asked for."""
        return self.parsed.can_fetch(url, TOKEN)


def rules_of(status: int, body: bytes) -> Rules:
    """The rules in an answer to ``/robots.txt`` below 500: a file, or none (§2.3.1.3: then everything is allowed)."""
    if status != 200:
        return Rules()
    return Rules(Protego.parse(body[:MOST_BYTES].decode("utf-8-sig", errors="replace")))
