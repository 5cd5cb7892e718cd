"""The state of the truth: what each record says after its last change, and what nobody can read. Part of the oracle."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ops.sandbox.ledger import Change

Fact = dict[str, Any]
Key = tuple[str, str, str]
AUTHORITY = {
    "cnipa_gazette": 0,
    "cn_patent_navigation": 1,
    "hn_ip_service": 2,
    "hn_sme_service": 2,
    "protection_centre_1": 3,
}


@dataclass(frozen=True)
class Said:
    """One statement of one record that stands now."""

    record: Key
    fact: Fact

    @property
    def rank(self) -> int:
        """Whose word counts more: the register, then national, provincial, a centre."""
        return AUTHORITY[self.record[0]]


@dataclass
class Truth:
    """All that stands; records that are dead letters now, and those that once were."""

    said: list[Said] = field(default_factory=list)
    unreadable: dict[Key, str] = field(default_factory=dict)
    ever_unreadable: dict[Key, str] = field(default_factory=dict)
    changes: int = 0


def settle(changes: Iterable[Change]) -> Truth:
    """The last state of every record. A record that became unreadable keeps its last good statement."""
    stated: dict[Key, list[Fact]] = {}
    truth = Truth()
    for change in changes:
        truth.changes += 1
        truth.unreadable.pop(change.key, None)
        if change.op == "delete":
            stated.pop(change.key, None)
        elif change.unreadable:
            truth.unreadable[change.key] = truth.ever_unreadable[change.key] = change.unreadable
        else:
            stated[change.key] = change.facts
    truth.said = [Said(key, fact) for key, facts in sorted(stated.items()) for fact in facts]
    return truth


def name_key(name: str) -> str:
    """How two names are compared: NFKC, no blanks, no closing 。;"""
    return "".join(unicodedata.normalize("NFKC", name).split()).strip("。;")


def party_key(party: Fact) -> str:
    """A person's key is a hash: the name cannot be read back."""
    key = name_key(party["name"])
    return f"person:{short_hash('person', key)}" if party["type"] == "individual" else key


def short_hash(*parts: str) -> str:
    """Twenty characters of SHA-256 over the parts, each behind its length in bytes."""
    joined = b"".join(str(len(part.encode())).encode() + b":" + part.encode() for part in parts)
    return hashlib.sha256(joined).hexdigest()[:20]


def event_id(kind: str, *parts: str) -> str:
    return f"{kind}:{short_hash(kind, *parts)}"
