"""Renaming 曾用名: parties compared under the name they have now, as far as the same patent's dossier knows.

A change of name counts when the register announces exactly one organisation's name out and one in, on a day; persons
never. A name stands for its successor in statements of days up to that day: whoever bears the old name afterwards may
be another. Limits: a dossier knows the renames announced of its own patent only, ids are made of names as written,
and what a list says of the new name is not applied to the old one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.fields.party import is_person, name_key
from schemas.kinds import BY_NAME
from streams.days import span
from streams.identity import Seen, weight

RENAMED = "holder_renamed"
DAYS = ("signed_on", "registered_on", "recorded_on", "announced_on", "released_on", "posted_on")


class Rename(NamedTuple):
    """Until when the old name was borne, and the two names as compared."""

    until: int
    old: str
    new: str


def unsettling(seen: Seen) -> int:
    """What a legal status adds to every revision: a rename, or what restates a record that may have been one."""
    added = weight(seen)
    return added if seen["phase"] == RENAMED or added > 1 else 0


def renames(statuses: Iterable[Seen]) -> tuple[Rename, ...]:
    """The changes of name that legal statuses announce, the earliest first."""
    found = set()
    for seen in statuses:
        said = seen["statement"]
        before, after = said.get("renamed_from", ()), said.get("renamed_to", ())
        day = said.get("effective_on") or said.get("announced_on")
        if (
            seen["phase"] == RENAMED
            and day
            and len(before) == len(after) == 1
            and not is_person(before[0])
            and not is_person(after[0])
        ):
            found.add(Rename(span(day)[1], name_key(before[0]), name_key(after[0])))
    return tuple(sorted(found))


def called_now(key: str, day: int | None, known: tuple[Rename, ...]) -> str:
    """The name today of who bore ``key`` on that day; an undated statement takes the first rename that fits."""
    for rename in known:
        if rename.old == key and (day is None or day <= rename.until):
            key, day = rename.new, rename.until
    return key


def under_names_of_today(kind: str, sightings: list[Seen], known: tuple[Rename, ...]) -> list[Seen]:
    """The sightings of a kind, with ``called``: which of their parties' keys stand for which other."""
    if kind not in BY_NAME or kind == "legal-status":
        return sightings
    return [{**seen, "called": called} if (called := calls(seen, known)) else seen for seen in sightings]


def calls(seen: Seen, known: tuple[Rename, ...]) -> dict[str, str]:
    """Keys of a statement's parties that mean another name today."""
    kind, said = BY_NAME[seen["kind"]], seen["statement"]
    stated = next((said[name] for name in (kind.counts_on, *DAYS) if name and said.get(name)), None)
    day = span(stated)[0] if stated else None
    keys = sorted({party["key"] for role in (kind.giver, kind.taker) if role for party in said.get(role, ())})
    return {key: now for key in keys if (now := called_now(key, day, known)) != key}


def compared(seen: Seen, role: str | None) -> frozenset[str]:
    """Keys of the parties in a role, under the names they have now."""
    called: Mapping[str, str] = seen.get("called", {})
    return (
        frozenset(called.get(party["key"], party["key"]) for party in seen["statement"].get(role, ()))
        if role
        else frozenset()
    )


def givers(seen: Seen) -> frozenset[str]:
    return compared(seen, BY_NAME[seen["kind"]].giver)


def takers(seen: Seen) -> frozenset[str]:
    return compared(seen, BY_NAME[seen["kind"]].taker)
