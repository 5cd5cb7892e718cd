"""Announcing: from a gazette announcement to statements of the kinds. The text decides kind, phase and parties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from schemas.errors import Reject
from schemas.fields.names import name_key
from schemas.fields.party import Party, read_party
from schemas.gazette.announcement import Announcement, Wrapped, read_announcement, split_wrapper
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import Occurrence, Statement, checked


def announced(text: str, values: Mapping[str, Any]) -> Iterator[Statement]:
    """Every statement of a text. Deliveries and other matters state nothing.

    ``values`` holds what the table around the text says: patents, announced_on, title, code. Raises ``Reject``.
    """
    patent, announced_on, title, code = (
        str(values[name]) if values.get(name) else None for name in ("patents", "announced_on", "title", "code")
    )
    if not (text.strip() or title or code):
        raise Reject("announcement_missing", "neither a text, nor a title, nor a code")
    for wrapped in split_wrapper(text) or (Wrapped(""),):  # a title or a code may stand alone: 授权, C14
        read = read_announcement(wrapped, announced_on=announced_on, title=title, patent=patent, code=code)
        if not text.strip() and read.kind not in ("legal-status", "ignored"):
            raise Reject("announcement_missing", f"{read.title} without a text names no parties")
        if read.kind != "ignored":
            yield Statement(read.kind, read.phase, statement(read))


def statement(read: Announcement) -> Occurrence:
    """The kind's class of one announcement, with every field of its that the text can state under the same name.

    Raises ``Reject`` when the announcement names no patent.
    """
    kind = BY_NAME[read.kind]
    if not read.patents:
        raise Reject("patent_number_missing", "neither the announcement nor its table names a patent")
    values = {name: getattr(read, named) for name, named in stated_fields(kind)}
    if kind.giver:
        values[kind.giver] = parties(read, read.givers or read.after)
    if kind.taker:
        values[kind.taker] = parties(read, read.takers)
    return checked(kind, {name: value for name, value in values.items() if value or value is False})


@cache
def stated_fields(kind: type[Occurrence]) -> tuple[tuple[str, str], ...]:
    """The fields of a kind that a text can state, each with the name of the announcement's field.

    The announcement's own title names its matter; the title of the patent is its ``invention``.
    """
    named = {name: name for name in kind.__struct_fields__ if name in Announcement.__struct_fields__}
    return tuple((named | {"title": "invention"} if "title" in named else named).items())


def parties(read: Announcement, names: Iterable[str]) -> tuple[Party, ...]:
    """Parties with the addresses that the announcement gives beside them; persons are masked here."""
    addresses = dict(read.addresses)
    return tuple(read_party(name, address=addresses.get(name_key(name)) if addresses else None) for name in names)
