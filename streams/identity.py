"""Identity 同一性: what makes two sightings of one subject and kind the same event, and under which name.

Every sighting has one identity: its strength (lower is stronger) and the parts its id is a hash of. An official number
or a recorded day names the event; parties, dates and titles only stand in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from schemas.fields.party import name_key
from schemas.kinds import BY_NAME
from schemas.wire import short_hash

Seen = dict[str, Any]  # one sighting in its JSON form

OFFICIAL, STANDING_IN = 0, 1


class Identity(NamedTuple):
    """``strength`` orders names of one event: official ones first, then the earliest posting, then the text itself."""

    strength: tuple[int, str]
    parts: tuple[str, ...]

    @property
    def is_official(self) -> bool:
        return self.strength[0] == OFFICIAL


@lru_cache(maxsize=65_536)
def event_id(kind: str, parts: tuple[str, ...]) -> str:
    """The public name of what has this identity."""
    return f"{kind}:{short_hash(kind, *parts)}"


def keys_of(seen: Seen, role: str | None) -> frozenset[str]:
    """Names, as compared, of the parties in a role field."""
    return frozenset(party["key"] for party in seen["statement"].get(role, ())) if role else frozenset()


def givers(seen: Seen) -> frozenset[str]:
    return keys_of(seen, BY_NAME[seen["kind"]].giver)


def takers(seen: Seen) -> frozenset[str]:
    return keys_of(seen, BY_NAME[seen["kind"]].taker)


def weight(seen: Seen) -> int:
    """What a statement adds to a revision: it rises with every state of its record and its definition."""
    return int(seen["sequence"]) + int(seen["definition"]) - 1


def joined(keys: frozenset[str]) -> str:
    return ";".join(sorted(keys))


def tail(seen: Seen) -> str:
    """The subject without its class: the patent number, the contract number, the party's name key."""
    return str(seen["subject"].partition(":")[2])


def of_transfer(seen: Seen) -> Identity:
    """One patent changes hands once a day."""
    if day := seen["statement"].get("effective_on"):
        return Identity((OFFICIAL, ""), (tail(seen), day))
    return Identity((STANDING_IN, ""), (tail(seen), "noticed", joined(takers(seen))))


def of_licence(seen: Seen) -> Identity:
    return by_number(seen, "recordal_number", "signed_on")


def of_pledge(seen: Seen) -> Identity:
    return by_number(seen, "registration_number", "registered_on")


def by_number(seen: Seen, number: str, day: str) -> Identity:
    """The official number of this patent's deal, else its parties and day."""
    said = seen["statement"]
    if said.get(number):
        return Identity((OFFICIAL, ""), (tail(seen), said[number]))
    return Identity(
        (STANDING_IN, ""), (tail(seen), "parties", joined(givers(seen)), joined(takers(seen)), said.get(day) or "")
    )


def of_open_licence(seen: Seen) -> Identity:
    """A declaration; a withdrawal only stands in for the declaration it ends."""
    said = seen["statement"]
    strength = STANDING_IN if seen["phase"] == "withdrawn" else OFFICIAL
    return Identity((strength, ""), (tail(seen), said.get("declared_on") or said.get("announced_on") or ""))


def of_contract(seen: Seen) -> Identity:
    return Identity((OFFICIAL, ""), (tail(seen),))


def of_legal_status(seen: Seen) -> Identity:
    return Identity((OFFICIAL, ""), (tail(seen), seen["phase"], seen["statement"].get("announced_on") or ""))


def of_evaluation(seen: Seen) -> Identity:
    return Identity((OFFICIAL, ""), (tail(seen), joined(givers(seen)), seen["statement"].get("evaluated_on") or ""))


def of_party_status(seen: Seen) -> Identity:
    return Identity(
        (OFFICIAL, ""), (tail(seen), seen["statement"]["list_name"], seen["statement"].get("edition") or "")
    )


def of_activity(seen: Seen) -> Identity:
    said = seen["statement"]
    return Identity((STANDING_IN, ""), (tail(seen), said.get("held_on") or "", name_key(said["title"])))


def of_supply(seen: Seen) -> Identity:
    return Identity((OFFICIAL, ""), (tail(seen),))


def of_demand(seen: Seen) -> Identity:
    """Owner and title. Of two near-equal postings the earlier names the card: a later one changes no address."""
    said = seen["statement"]
    return Identity((STANDING_IN, said.get("posted_on") or "9999"), (tail(seen), name_key(said["title"])))


IDENTITIES: Mapping[str, Callable[[Seen], Identity]] = MappingProxyType(
    {
        "transfer": of_transfer,
        "licence": of_licence,
        "open-licence": of_open_licence,
        "pledge": of_pledge,
        "contract": of_contract,
        "legal-status": of_legal_status,
        "evaluation": of_evaluation,
        "party-status": of_party_status,
        "activity": of_activity,
        "supply": of_supply,
        "demand": of_demand,
    }
)


def identity(seen: Seen) -> Identity:
    """What names the event this sighting is of."""
    return IDENTITIES[seen["kind"]](seen)
