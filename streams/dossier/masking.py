"""Masking 脱敏: what leaves in a public topic carries no key of a natural person, only the masked name (张*).

An organisation leaves with its public id beside its key (``schemas.records.listing.organisation_of``).

Inside, a person's statements meet under ``person:<hash of the whole name>``; with a list of names such a hash can be
read back, so it stays in dossiers. Ids of events may be hashes over it: they can confirm a name to a reader who has the
patent, the parties and that name already, and tell nothing beyond.

Which names are those of persons and how one is masked (张*) is ``schemas.fields.names``; here it is applied to statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from msgspec.structs import replace

from schemas.fields.names import masked as masked_name
from schemas.fields.names import name_key
from schemas.fields.party import PERSON, Party, is_person_key, person_key
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import party_fields
from schemas.records.event import Disagreement, Event, Provenance
from schemas.records.listing import Listing, organisation_of
from schemas.subjects import name_of, party_subject

Document = TypeVar("Document", bound=Event | Listing)
NOBODY = party_subject("person")


def identified(document: Document) -> Document:
    """An event or a listing whose organisations have their public id, wherever it names parties."""
    fields = party_fields(BY_NAME[document.kind])
    changes: dict[str, Any] = {}
    if any(one.field in fields for one in document.disagreements):
        changes["disagreements"] = tuple(
            with_parties(one, with_ids) if one.field in fields else one for one in document.disagreements
        )
    if statement := getattr(document, "statement", None):  # a listing has none
        named = {field: with_ids(parties) for field in fields if (parties := getattr(statement, field))}
        if named:
            changes["statement"] = replace(statement, **named)
    return replace(document, **changes) if changes else document


def with_ids(parties: Iterable[Party]) -> tuple[Party, ...]:
    """The same parties; an organisation has its public id."""
    return tuple(replace(party, organisation_id=id) if (id := organisation_of(party)) else party for party in parties)


def may_name_a_person(value: bytes) -> bool:
    """Whether an encoded event can hold a person's key: most hold none, and ``masked`` would change nothing."""
    return PERSON.encode() in value


def masked(document: Document) -> Document:
    """An event or a listing as the public may have it; one that names no person is left as it is."""
    fields = party_fields(BY_NAME[document.kind])
    disputed = [one for one in document.disagreements if one.field in fields]
    statement = getattr(document, "statement", None)  # a listing has none
    named = [party for field in fields if statement for party in getattr(statement, field)]
    named += [party for one in disputed for value in one.values for party in value.value]
    persons = {party.key for party in named if is_person_key(party.key)}
    changes: dict[str, Any] = {}
    if is_person_key(name_of(document.subject)):
        persons.add(name_of(document.subject))
        changes["subject"] = NOBODY
    if not persons:
        return document
    changes["sources"] = tuple(with_record_masked(one, persons) for one in document.sources)
    changes["disagreements"] = tuple(
        with_parties(one, without_keys) if one in disputed else one for one in document.disagreements
    )
    if statement:
        keyless = {field: without_keys(getattr(statement, field)) for field in fields}
        changes["statement"] = replace(statement, **keyless)
    return replace(document, **changes)


def with_parties(disagreement: Disagreement, shown: Callable[[Iterable[Party]], tuple[Party, ...]]) -> Disagreement:
    """A disagreement about parties, each of its values as ``shown`` gives them."""
    values = tuple(replace(value, value=shown(value.value)) for value in disagreement.values)
    return replace(disagreement, values=values)


def without_keys(parties: Iterable[Party]) -> tuple[Party, ...]:
    """The same parties; a person's key is left out."""
    return tuple(replace(party, key="") if is_person_key(party.key) else party for party in parties)


def with_record_masked(source: Provenance, persons: set[str]) -> Provenance:
    """A provenance whose record is named after a person (专利号/企业名称/评价日期) names him masked."""
    pieces = source.record.split("/")
    shown = [masked_name(piece) if piece and person_key(name_key(piece)) in persons else piece for piece in pieces]
    return replace(source, record="/".join(shown)) if shown != pieces else source
