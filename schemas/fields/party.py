"""Party 当事人: who gave, who took, and what is known of them (docs/domain.md#parties)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.errors import Reject
from schemas.fields.credit_code import is_personal_id, read_credit_code
from schemas.fields.name_list import split_parties
from schemas.fields.names import INVISIBLE, is_person, is_starred, masked, name_key
from schemas.fields.organisation import known_organisation
from schemas.fields.party_type import PartyType, party_type
from schemas.fields.place import is_abroad, region_of
from schemas.records.base import Record
from schemas.wire import short_hash

__all__ = ["Party", "PartyType", "is_person", "is_person_key", "name_key", "party_type", "read_party", "split_parties"]


class Party(Record, frozen=True, kw_only=True):
    """One party as a statement names it. A natural person's name is masked (张*) before it gets here.

    ``key`` is empty in public topics when the party is a person: a hash of a name can be read back with a list of
    names. ``organisation_id`` stands in public topics alone (``streams.dossier.masking``). ``sme`` None: no list and no
    number tells whether it is small or medium.
    """

    name: Annotated[str, Meta(max_length=400)]
    key: str = ""  # name_key(name); a person's is person:<hash of the whole name>
    organisation_id: str | None = None  # org:<hash of the key>, under which /organisations has it; None for persons
    party_type: PartyType
    credit_code: str | None = None  # 统一社会信用代码
    region: str | None = None  # 行政区划, six digits
    sme: Literal["yes", "no"] | None = None  # 中小企业
    sme_on: str | None = None  # since when the evidence for it holds
    sme_by: str | None = None  # the list or the standard it rests on


class SizeEvidence(Record, frozen=True, kw_only=True):
    """What a list or a firm's own numbers prove of its size, and for which days."""

    since: str | None = None
    until: str | None = None
    sme: Literal["yes", "no"]
    by: str | None = None  # the list or the standard


NUMBER = re.compile(r"^(?:ZL|CN)?\d{8,13}(?:\.[\dX])?$", re.ASCII)
PERSON = "person:"  # what a natural person's key begins with
LONGEST = 400


def read_party(
    name: str, *, address: str | None = None, credit_code: str | None = None, stated_type: str | None = None
) -> Party:
    """A party by name, with what the record has beside it; a natural person is masked (张*) and has a hashed key.

    The place: the address, else the directory, else a place at the head of an organisation's name; never the
    registering office in a credit code. Raises ``Reject``: party_name_missing, personal_id_dropped; a damaged credit
    code is dropped.
    """
    party = party_by_name(name, credit_code, stated_type)
    if not address:
        return party
    region = region_of(address) or (None if is_abroad(address) else party.region)
    return party if region == party.region else msgspec.structs.replace(party, region=region)


# Without the address: a party has one name in thousands of records, and each may write its address in its own way.
@lru_cache(maxsize=32_768)
def party_by_name(name: str, credit_code: str | None, stated_type: str | None) -> Party:
    """A party whose address is not known."""
    shown = " ".join(INVISIBLE.sub("", name).split()) if isinstance(name, str) else ""
    key = name_key(shown)
    if not key or len(shown) > LONGEST:
        raise Reject("party_name_missing", "a party without a name")
    if NUMBER.match(key):
        raise Reject("party_name_missing", f"{shown!r} is a patent's number and no party's name")
    if is_personal_id(key):
        raise Reject("personal_id_dropped", "a personal id stands where a party's name should")
    code = code_or_none(credit_code)
    entry = known_organisation(key)
    type_ = party_type(shown, credit_code=code, stated_type=stated_type)
    if type_ == "individual" or is_starred(key):
        return Party(name=masked(shown), key=person_key(key), party_type=type_)
    region = entry.region if entry else region_of(shown)
    return Party(name=shown, key=key, party_type=type_, credit_code=code, region=region)


def person_key(key: str) -> str:
    """One key for all statements of one person. Public topics leave it out (streams/dossier/masking.py)."""
    return f"{PERSON}{short_hash('person', key)}"


def is_person_key(key: str) -> bool:
    """Whether a key stands for a natural person."""
    return key.startswith(PERSON)


def code_or_none(credit_code: str | None) -> str | None:
    """A checked credit code; None for a damaged one. Raises personal_id_dropped, so that the record is refused."""
    if not credit_code:
        return None
    try:
        return read_credit_code(credit_code)
    except Reject as refused:
        if refused.reason == "personal_id_dropped":
            raise
        return None
