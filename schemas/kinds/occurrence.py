"""Occurrence 事项: what every kind has in common, and the rules that a kind may override."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple, get_args, get_type_hints

import msgspec

from schemas.errors import Reject
from schemas.fields.party import Party, SizeEvidence
from schemas.kinds.columns import Column, Merge, Reads
from schemas.kinds.identity import Identity
from schemas.kinds.matching import Matching
from schemas.records.base import Record
from schemas.words import Term

Secrecy = Literal["public", "shared", "internal", "sensitive"]  # from the widest circle of readers to the narrowest
NARROWNESS: Mapping[Secrecy, int] = MappingProxyType({each: rank for rank, each in enumerate(get_args(Secrecy))})
Values = Mapping[str, Term]


@dataclass(frozen=True)
class Says:
    """What a field's annotation adds to its type (``says``)."""

    label: Term
    merge: Merge | None
    is_disputed: bool
    otherwise: str | bool | None
    values: Values
    secrecy: Secrecy


def says(
    zh: str,
    en: str,
    *,
    merge: Merge | None = None,
    is_disputed: bool = True,
    otherwise: str | bool | None = None,
    values: Values = MappingProxyType({}),
    secrecy: Secrecy = "public",
) -> Says:
    """A field's official term and its English; ``values``: the words of its codes; ``secrecy``: who may read it.

    ``merge``: instead of its type's policy. ``is_disputed`` False: sources may differ in it without disagreeing (a day
    on which a source publishes, words about a patent). ``otherwise``: an event's value when no source gives one.
    """
    return Says(Term(zh, en), merge, is_disputed, otherwise, values, secrecy)


@dataclass(frozen=True)
class FieldRule:
    """All that is known of one field of a kind."""

    name: str
    label: Term
    reads: Reads
    merge: Merge
    is_disputed: bool
    otherwise: str | bool | None
    values: Values
    secrecy: Secrecy  # narrower than that of the kind where it says so


class Effect(NamedTuple):
    """What an event does to the supply listing of its patent."""

    concludes_on: str | None = None  # the whole right passed on this day: offers posted up to it are over
    encumbers: Literal["pledge", "exclusive_licence"] | None = None
    since: str | None = None  # of the encumbrance
    opens_licence: bool = False  # anyone may have a licence on published terms
    evaluates: bool = False


NO_EFFECT = Effect()


class Occurrence(Record, frozen=True):
    """A statement of one kind, read and checked. One file a kind; the class is all the hub asks of it.

    A statement about n patents becomes n sightings that share the official number and the undivided amount.
    """

    name: ClassVar[str]  # on the wire: transfer, legal-status
    label: ClassVar[Term]
    secrecy: ClassVar[Secrecy] = "public"  # of its topic
    phases: ClassVar[Values]  # in the order in which one supersedes another
    is_listing: ClassVar[bool] = False
    shows_history: ClassVar[bool] = False  # its listing shows what happened to its subject (``effect``)
    giver: ClassVar[str | None] = None  # field with the parties who give the right
    taker: ClassVar[str | None] = None
    counts_on: ClassVar[str | None] = None  # field with the date that counts
    stated_on: ClassVar[tuple[str, ...]] = ()  # fields with the statement's own day: of equally trusted the newer wins
    named_on: ClassVar[tuple[str, ...]] = ()  # fields with a day on which the parties bore their names
    matching: ClassVar[Matching | None] = None  # None: only equal identities are one event
    describes_party: ClassVar[bool] = False  # the giver's profile is read from it

    def subjects(self) -> tuple[str, ...]:
        """Whom the statement is about (``schemas.subjects``): the Kafka keys after normalise. Never empty."""
        raise NotImplementedError

    def identity(self, subject: str, phase: str) -> Identity:
        """What makes this one event of its subject (docs/domain.md#identity-and-merging)."""
        raise NotImplementedError

    def occurred_on(self) -> str | None:
        """The day on which it counts."""
        return getattr(self, self.counts_on) if self.counts_on else None

    def effect(self, phase: str) -> Effect:
        """What it does to the supply listing of its patent."""
        return NO_EFFECT

    def passes_to(self, phase: str) -> tuple[Party, ...]:
        """Who holds the patent from then on, as a registered fact; empty: it does not pass."""
        return ()

    def held_by(self) -> tuple[Party, ...]:
        """Who holds the patent, as the register says beside something else; empty: it does not say."""
        return ()

    def size_evidence(self, phase: str) -> SizeEvidence | None:
        """What it proves of its giver's size (``describes_party``)."""
        return None

    def givers(self) -> tuple[Party, ...]:
        return getattr(self, self.giver) if self.giver else ()

    def takers(self) -> tuple[Party, ...]:
        return getattr(self, self.taker) if self.taker else ()

    @classmethod
    def roles(cls) -> tuple[str, ...]:
        """The fields that name parties."""
        return tuple(role for role in (cls.giver, cls.taker) if role)


def narrowest(*classes: Secrecy) -> Secrecy:
    """The class of what rests on things of these classes."""
    return max(classes, key=NARROWNESS.__getitem__)


class Statement(NamedTuple):
    """What was read of one subject or several: the kind's name, the phase, and the instance of the kind."""

    kind: str
    phase: str
    said: Occurrence


def checked(kind: type[Occurrence], values: Mapping[str, Any]) -> Occurrence:
    """The kind's class with these values, each of its field's type and within its bounds.

    Raises ``Reject``: field_missing, field_too_long, field_unreadable, or the reason that the class itself gives
    (``__post_init__``).
    """
    try:
        return msgspec.convert(values, kind, strict=False)  # a flag may be written as a word
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, Reject):
            raise error.__cause__ from None
        raise Reject(_reason(str(error)), f"{kind.name}: {error}"[:400]) from None


def _reason(complaint: str) -> str:
    """The reason behind a complaint of msgspec, which has no codes."""
    if "missing required" in complaint or "length >= " in complaint:
        return "field_missing"
    return "field_too_long" if "length <= " in complaint else "field_unreadable"


@cache
def rules_of(kind: type[Occurrence]) -> Mapping[str, FieldRule]:
    """The rule of each field of a kind, in the order of the class. Raises TypeError for a field without ``says``."""
    hints = get_type_hints(kind, include_extras=True)
    return MappingProxyType({name: _rule(kind, name, hints[name]) for name in kind.__struct_fields__})


@cache
def party_fields(kind: type[Occurrence]) -> tuple[str, ...]:
    """Every field that names parties, in a role of the kind or not: whoever keeps persons from the public looks at all of them."""
    return tuple(name for name, rule in rules_of(kind).items() if rule.reads is Reads.PARTIES)


def _rule(kind: type[Occurrence], name: str, hint: Any) -> FieldRule:
    found = list(_annotations(hint))
    said = next((each for each in found if isinstance(each, Says)), None)
    column = next((each for each in found if isinstance(each, Column)), Column(Reads.TEXT))
    if said is None:
        raise TypeError(f'{name}: has no terms; write {name}: Annotated[…, says("中文", "English")]')
    merge = said.merge or column.merge
    is_disputed = said.is_disputed and merge is not Merge.UNION
    return FieldRule(name, said.label, column.reads, merge, is_disputed, said.otherwise, said.values, said.secrecy)


def _annotations(hint: Any) -> Any:
    """Everything that stands in ``Annotated`` anywhere within a type, the outermost first."""
    if hasattr(hint, "__metadata__"):
        yield from hint.__metadata__
        yield from _annotations(hint.__origin__)
    else:
        for each in get_args(hint):
            yield from _annotations(each)
