"""Renaming 曾用名: parties compared under the name they have now, as far as the same patent's dossier knows.

A change of name counts when the register announces exactly one organisation's name out and one in, on a day; persons
never. A name stands for its successor in statements of days up to that day: whoever bears the old name afterwards may
be another. Limits: a dossier knows the renames announced of its own patent only, ids are made of names as written,
and what a list says of the new name is not applied to the old one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from schemas.fields.names import is_person, name_key
from schemas.fields.span import span
from schemas.kinds.legal_status import RENAMED, LegalStatus
from schemas.records.sighting import Sighting, kind_of

Names = Mapping[str, str]  # key of a party as a statement names it → the key that it stands for today
AS_WRITTEN: Names = MappingProxyType({})


class Rename(NamedTuple):
    """Until when the old name was borne (an ordinal day), and the two names as compared."""

    until: int
    old: str
    new: str


Renames = tuple[Rename, ...]  # the earliest first


def rename_in(sighting: Sighting) -> Rename | None:
    """The change of name that a legal status announces, if it announces exactly one."""
    statement = sighting.statement
    if not isinstance(statement, LegalStatus) or sighting.phase != RENAMED:
        return None
    day = statement.effective_on or statement.announced_on
    if not day or not len(statement.renamed_from) == len(statement.renamed_to) == 1:
        return None
    (old,), (new,) = statement.renamed_from, statement.renamed_to
    return None if is_person(old) or is_person(new) else Rename(span(day)[1], name_key(old), name_key(new))


def renames(sightings: Iterable[Sighting]) -> Renames:
    """The changes of name that these sightings announce."""
    return tuple(sorted({found for sighting in sightings if (found := rename_in(sighting))}))


def unsettles(sighting: Sighting) -> bool:
    """Whether a legal status may change which names are one: a rename, or a later state of what may have been one."""
    return sighting.phase == RENAMED or sighting.weight > 1


def called_now(key: str, day: int | None, known: Renames) -> str:
    """The name today of who bore ``key`` on that day; an undated statement takes the first rename that fits."""
    for rename in known:
        if rename.old == key and (day is None or day <= rename.until):
            key, day = rename.new, rename.until
    return key


def names_today(sighting: Sighting, known: Renames) -> Names:
    """Keys of a statement's parties that mean another name today. A kind without days of names keeps them as written."""
    kind = kind_of(sighting)
    if not known or not kind.named_on:
        return AS_WRITTEN
    statement = sighting.statement
    stated = next((day for name in kind.named_on if (day := getattr(statement, name))), None)
    day = span(stated)[0] if stated else None
    keys = sorted({party.key for party in (*statement.givers(), *statement.takers())})
    return {key: now for key in keys if (now := called_now(key, day, known)) != key} or AS_WRITTEN
