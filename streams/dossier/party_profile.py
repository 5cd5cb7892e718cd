"""Standing 身份: what is known of a party, told to every patent and contract that names it, by a loop through tongda.sighting.

A subject whose parties are not fully known sends each of them a mention; the party's dossier answers every subject that
mentioned it with a standing: type, code, place, lists it is on. All are answered again when more is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from schemas.kinds import BY_NAME
from schemas.topics import SIGHTING
from schemas.wire import decode, encode
from streams.choice import PROVINCE, by_trust, with_knowledge
from streams.conclude import INTERNAL
from streams.days import span
from streams.identity import Seen, weight
from streams.processor import Output

KNOWING = ("party-status", "demand")  # kinds from which a party's standing is read
NO_TIME = "1985-04-01T00:00:00+08:00"  # of a mention: which of several statements asked first must not show
MENTION = b"mention|"


class Askers:
    """Who asked about each party of a partition. A mention is kept as a state record of its own."""

    def __init__(self) -> None:
        self.asked_of: dict[bytes, dict[str, None]] = {}

    def restore(self, key: bytes, value: bytes | None) -> None:
        party, asking = decode(key.removeprefix(MENTION))
        if value is None:
            self.of(party.encode()).pop(asking, None)
        else:
            self.of(party.encode())[asking] = None

    def of(self, party: bytes) -> dict[str, None]:
        """Every subject that asked about this party, each once."""
        return self.asked_of.setdefault(party, {})

    def accepted(self, party: bytes, mention: Seen) -> bool:
        """Take a mention in, unless its subject asked before."""
        asking, asked = mention["statement"]["subject"], self.of(party)
        if asking in asked:
            return False
        asked[asking] = None
        return True


def state_of(party: str, asking: str) -> bytes:
    """The key of a mention's state record; it says everything."""
    return MENTION + encode([party, asking])


def is_asker(key: bytes) -> bool:
    """Whether a key of the state topic is a mention's."""
    return key.startswith(MENTION)


def asked(subject: str, before: list[str], new: Iterable[Seen]) -> list[Output]:
    """Mentions to the parties of a patent or contract about whom something is not known; each is asked once.

    They follow from what is accepted, not from what is concluded: the size of a batch must not decide who is asked.
    """
    if subject.startswith("party:"):
        return []
    outputs = []
    for seen in new:
        for party in parties_of(seen):
            if party["key"] not in before and is_unknown(party):
                before.append(party["key"])
                said = {"subject": subject, "key": party["key"]}
                name, asked_of = f"{subject}/{party['key']}", f"party:{party['key']}"
                outputs.append(internal("mention", name, asked_of, 1, NO_TIME, statement=said))
    return outputs


def parties_of(seen: Seen) -> list[dict[str, Any]]:
    """Everybody whom a statement names in a role."""
    if seen["kind"] in INTERNAL or seen.get("absent"):
        return []
    kind = BY_NAME[seen["kind"]]
    return [party for role in (kind.giver, kind.taker) if role for party in seen["statement"].get(role, ())]


def is_unknown(party: Mapping[str, Any]) -> bool:
    """A person is asked nothing; of a university only the place can be missing."""
    kind = party.get("party_type", "unknown")
    if kind == "individual":
        return False
    return (
        party.get("region") in (None, PROVINCE)
        or kind == "unknown"
        or (kind == "enterprise" and party.get("sme", "unknown") == "unknown")
    )


class Known(NamedTuple):
    """The statements from which a party's standing is read; ``rank`` rises with each, 0: nothing is known."""

    party: str
    statements: list[Seen]
    rank: int


def known_of(subject: str, sightings: Iterable[Seen]) -> Known:
    knowing = [seen for seen in sightings if seen["kind"] in KNOWING] if subject.startswith("party:") else []
    return Known(subject, knowing, sum(map(weight, knowing)))


def answers(known: Known, asking: Iterable[str]) -> list[Output]:
    """A standing to each subject that asks, if anything is or was known."""
    if not known.rank or not asking:
        return []
    standing = standing_of([seen for seen in known.statements if not seen.get("absent")])
    said = {"statement": standing} if standing else {"absent": True}
    received_at = max(seen["received_at"] for seen in known.statements)
    return [internal("standing", known.party, subject, known.rank, received_at, **said) for subject in asking]


def standing_of(knowing: Iterable[Seen]) -> dict[str, Any] | None:
    """What lists and postings say of a party; None when they no longer say anything.

    ``evidence`` of its size: since, until, yes or no, by what; lists first, so that no number outdoes them.
    """
    party: dict[str, Any] = {}
    lists, sizes = [], []
    for seen in by_trust(knowing):
        said = seen["statement"]
        named = said[BY_NAME[seen["kind"]].giver or ""][0]
        party = with_knowledge(party, named)
        if said.get("means_sme") and seen["phase"] == "listed":
            lists.append([said.get("valid_from"), said.get("valid_until"), "yes", said["list_name"]])
        if named.get("sme", "unknown") != "unknown":
            sizes.append([named.get("sme_on"), said.get("valid_until"), named["sme"], named.get("sme_by")])
    if not party:
        return None
    told = {name: party[name] for name in ("key", "credit_code", "party_type", "region") if party.get(name)}
    return {**told, "evidence": [*sorted(lists, key=encode), *sorted(sizes, key=newest_first)]}


def newest_first(size: list[str | None]) -> tuple[int, bytes]:
    """Of two statements of size the newer counts; an undated one comes last."""
    return (-span(size[0])[0] if size[0] else 0, encode(size))


def internal(kind: str, name: str, subject: str, sequence: int, received_at: str, **more: Any) -> Output:
    """A sighting of the hub's own, on its way to another dossier."""
    sighting = {
        "id": f"hub|{kind}|{name}",
        "subject": subject,
        "kind": kind,
        "phase": "",
        "sequence": sequence,
        "definition": 1,
        "authority": "register",
        "received_at": received_at,
        **more,
    }
    return Output(SIGHTING.name, subject.encode(), encode(sighting))
