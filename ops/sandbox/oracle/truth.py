"""The last statement of each record in the ledger, and the records that cannot be read. Part of the oracle."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ops.sandbox.world.ledger import Change

Fact = dict[str, Any]  # what a row states, in the hub's terms, as the ledger has it
Key = tuple[str, str, str]  # source, feed, record
# How far each platform is trusted, the register most (docs/domain.md#survivorship).
AUTHORITY = {
    "cnipa_gazette": 0,
    "cn_patent_navigation": 1,
    "hn_ip_service": 2,
    "hn_sme_service": 2,
    "tech_contracts": 0,
    "tech_contracts_gateway": 0,
    "patent_products": 0,
    "inventory_reports": 2,
    "project_declarations": 2,
    "hn_bureau_tables": 2,
    "hn_statistics": 2,
    "navigation_reports": 2,
    "univ_csu": 4,
    "univ_hnu": 4,
    "univ_xtu": 4,
    "park_430371": 7,
    "park_430472": 7,
    "park_430671": 7,
    "matching_activities": 8,
    "open_licence_zone": 2,
    "convertible_pool": 2,
    "party_lists": 2,
    "hn_ip_exchange": 3,
    "xiaoxiang_market": 3,
    "university_alliance": 4,
    "bank_pledges": 5,
    "risk_compensation": 2,
    "protection_centre_1": 6,
    "protection_centre_2": 6,
    "protection_centre_3": 6,
    "industry_centre_gcjx": 6,
    "industry_centre_gdjt": 6,
    "company_registry": 9,
    "cnipr": 9,
}
# Lists that only the hub itself may read: they count in figures and are on no public topic.
INTERNAL = frozenset({("bank_pledges", "loans"), ("risk_compensation", "compensations")})


@dataclass(frozen=True)
class Statement:
    """What one record states now; a record may make several statements."""

    record: Key
    fact: Fact

    @property
    def rank(self) -> int:
        """The lower, the higher the authority: the register, then national, provincial, local platforms."""
        return AUTHORITY[self.record[0]]

    @property
    def is_public(self) -> bool:
        """Whether subscribers may know it."""
        return self.record[:2] not in INTERNAL


@dataclass
class Truth:
    """All statements that hold now; the records that are unreadable now, and those that were so when they were last shown."""

    statements: list[Statement] = field(default_factory=list)
    unreadable: dict[Key, str] = field(default_factory=dict)
    last_unreadable: dict[Key, str] = field(default_factory=dict)
    changes: int = 0


def settle(changes: Iterable[Change]) -> Truth:
    """The last state of every record. A record that became unreadable keeps its last readable statements."""
    stated: dict[Key, list[Fact]] = {}
    truth = Truth()
    for change in changes:
        truth.changes += 1
        truth.unreadable.pop(change.key, None)
        if change.op != "delete":
            truth.last_unreadable.pop(change.key, None)
        if change.op == "delete":
            stated.pop(change.key, None)
        elif change.unreadable:
            truth.unreadable[change.key] = truth.last_unreadable[change.key] = change.unreadable
        else:
            stated[change.key] = change.facts
    truth.statements = [Statement(key, fact) for key, facts in sorted(stated.items()) for fact in facts]
    return truth


def name_key(name: str) -> str:
    """How two names are compared: NFKC, no blanks, no closing 。;"""
    return "".join(unicodedata.normalize("NFKC", name).split()).strip("。;")


def party_key(party: Fact) -> str:
    """The name key of an organisation; for a person a hash, from which the name cannot be read back."""
    key = name_key(party["name"])
    return f"person:{short_hash('person', key)}" if party["type"] == "individual" else key


def short_hash(*parts: str) -> str:
    """Twenty characters of SHA-256 over the parts, each after its length in bytes."""
    joined = b"".join(str(len(part.encode())).encode() + b":" + part.encode() for part in parts)
    return hashlib.sha256(joined).hexdigest()[:20]


def event_id(kind: str, *parts: str) -> str:
    """The id of an event: its kind and a hash of its identity."""
    return f"{kind}:{short_hash(kind, *parts)}"
