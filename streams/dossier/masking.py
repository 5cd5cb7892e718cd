"""Masking 脱敏: what leaves in a public topic carries no key of a natural person, only the masked name (张*).

Inside, a person's statements meet under ``person:<hash of the whole name>``; with a list of names such a hash can be
read back, so it stays in dossiers. Ids of events may be hashes over it: whoever knows patent, parties and name can
confirm an id he has in hand, and learns nothing he did not know.
"""

from __future__ import annotations

from typing import Any

from schemas.fields.names import masked as masked_name
from schemas.fields.names import name_key
from schemas.fields.party import PERSON, is_person_key, person_key
from schemas.kinds import BY_NAME
from schemas.records.sighting import party_subject

Document = dict[str, Any]
NOBODY = party_subject("person")


def may_name_a_person(value: bytes) -> bool:
    """Whether an encoded document can hold a person's key: most hold none, and ``masked`` would change nothing."""
    return PERSON.encode() in value


def masked(document: Document) -> Document:
    """An event or a card as the public may have it; one that speaks of no person is left as it is."""
    roles = roles_of(document["kind"])
    disputed = [one for one in document.get("disagreements", ()) if one["field"] in roles]
    lists = [document.get("statement", {}).get(role, []) for role in roles]
    lists += [value["value"] for one in disputed for value in one["values"]]
    persons = {party["key"] for parties in lists for party in parties if is_person_key(party["key"])}
    subject = document["subject"].removeprefix("party:")
    if is_person_key(subject):
        persons.add(subject)
        document = {**document, "subject": NOBODY}
    if not persons:
        return document
    shown = {**document, "sources": [with_record_masked(one, persons) for one in document["sources"]]}
    if "statement" in document:
        said = document["statement"]
        shown["statement"] = {**said, **{role: without_keys(said[role]) for role in roles if role in said}}
    if disputed:
        shown["disagreements"] = [settled(one) if one in disputed else one for one in document["disagreements"]]
    return shown


def roles_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind that name parties."""
    return tuple(role for role in (BY_NAME[kind].giver, BY_NAME[kind].taker) if role)


def settled(disagreement: Document) -> Document:
    """A disagreement about parties without persons' keys."""
    values = [{**value, "value": without_keys(value["value"])} for value in disagreement["values"]]
    return {**disagreement, "values": values}


def without_keys(parties: list[Document]) -> list[Document]:
    """The same parties; a person's key is left out."""
    return [
        {name: value for name, value in party.items() if name != "key"} if is_person_key(party["key"]) else party
        for party in parties
    ]


def with_record_masked(source: Document, persons: set[str]) -> Document:
    """A provenance whose record is named after a person (专利号/企业名称/评价日期) names him masked."""
    pieces = source["record"].split("/")
    shown = [masked_name(piece) if piece and person_key(name_key(piece)) in persons else piece for piece in pieces]
    return {**source, "record": "/".join(shown)} if shown != pieces else source
