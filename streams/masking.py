"""Masking 脱敏: what leaves in a public topic carries no key of a natural person, only the masked name (张*).

Inside, a person's statements meet under ``person:<hash of the whole name>``; with a list of names such a hash can be
read back, so it stays in dossiers. Ids of events may be hashes over it: whoever knows patent, parties and name can
confirm an id he has in hand, and learns nothing he did not know.
"""

from __future__ import annotations

from typing import Any

from schemas.fields.party import is_person_key
from schemas.kinds import BY_NAME
from schemas.sighting import party_subject

Document = dict[str, Any]
NOBODY = party_subject("person")


def masked(document: Document) -> Document:
    """An event or a card as the public may have it."""
    shown = dict(document)
    if is_person_key(shown["subject"].removeprefix("party:")):
        shown["subject"] = NOBODY
    if "statement" in shown:
        shown["statement"] = with_roles_masked(shown["kind"], shown["statement"])
    roles = roles_of(shown["kind"])
    if any(one["field"] in roles for one in shown.get("disagreements", ())):
        shown["disagreements"] = [
            {**one, "values": [{**value, "value": without_keys(value["value"])} for value in one["values"]]}
            if one["field"] in roles
            else one
            for one in shown["disagreements"]
        ]
    return shown


def roles_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind that name parties."""
    return tuple(role for role in (BY_NAME[kind].giver, BY_NAME[kind].taker) if role)


def with_roles_masked(kind: str, statement: Document) -> Document:
    return {**statement, **{role: without_keys(statement[role]) for role in roles_of(kind) if role in statement}}


def without_keys(parties: list[Document]) -> list[Document]:
    """The same parties; a person's key is left out."""
    return [
        {name: value for name, value in party.items() if name != "key"}
        if is_person_key(party.get("key", ""))
        else party
        for party in parties
    ]
