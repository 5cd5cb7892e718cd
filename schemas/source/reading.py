"""Reading 解读: the meaning half of a source's definition, applied to one raw record.

Left of ``fields`` stands a field of the kind, ``phase``, or a part of a party (``owner.address``, ``.credit_code``,
``.type``, ``.region``, and of its size ``.trade``, ``.staff``, ``.turnover``, ``.assets``, ``.size_on``); right of it
a column, several (the first that says something), or a JSON Pointer. A column that is neither claimed, dropped nor
ignored is reported as unclaimed; a word that ``values`` does not know is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from schemas.errors import Reject
from schemas.gazette.statements import announced
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import Occurrence, Statement, checked, rules_of
from schemas.records.raw import RawRecord
from schemas.source.columns import NOTHING, Column, our_word, parties_beside
from schemas.source.model import Feed, Source
from schemas.source.pointer import at

__all__ = ["Reader", "Reading", "Statement", "read"]

Values = dict[str, Any]  # our field → their value, patched
Beside = Mapping[str, Values]  # our field with a party → what other columns say of it
NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class Reading(NamedTuple):
    """What one raw record says, and which of its columns nobody claimed."""

    statements: tuple[Statement, ...]
    unclaimed: tuple[str, ...] = ()
    given: Mapping[str, Any] = NO_VALUES
    beside: Beside = NO_VALUES

    @property
    def values(self) -> Values:
        """Our fields with their values as given, ``owner.address`` under this name; what is not said has no key."""
        told = {f"{party}.{part}": value for party, parts in self.beside.items() for part, value in parts.items()}
        return {**self.given, **told}


def read(source: Source, feed_id: str, raw: RawRecord) -> Reading:
    """The statements of one record of one feed. Raises ``Reject`` when the record cannot be understood."""
    feed = source.feeds.get(feed_id)
    if feed is None:
        raise Reject("feed_unknown", f"{source.id} has no feed {feed_id!r}; known: {', '.join(source.feeds)}")
    return Reader(feed).read(raw.content)


class Columns(NamedTuple):
    """Where the values of some fields stand: their columns, constants, and patches of their values."""

    constant: Values
    columns: tuple[tuple[str, tuple[str, ...], Mapping[str, Any]], ...]  # our field, their columns, patches

    def values(self, content: Mapping[str, Any]) -> Values:
        """Our fields with their values as given: constants, the first column that says something, patches applied."""
        found = self.constant.copy()
        for ours, names, patches in self.columns:
            for name in names:
                value = at(content, name) if name[:1] == "/" else content.get(name)
                if isinstance(value, str):
                    value = value.strip()
                if patches and str(value) in patches:
                    value = patches[str(value)]
                # ``says``, without a call for each column of each record.
                if value not in NOTHING if isinstance(value, str) else value is not None:
                    found[ours] = value
                    break
        return found


class Reader:
    """One feed's definition, made ready once for many records."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.given = columns_of(feed, "")
        parties = dict.fromkeys(party_and_part(ours)[0] for ours in (*feed.constant, *feed.fields))
        self.beside = {party: columns_of(feed, party) for party in parties if party}
        self.kind = None if feed.text else BY_NAME[feed.kind]
        self.fields = {name: Column.of(feed, rule) for name, rule in rules_of(self.kind).items()} if self.kind else {}
        key = (feed.key,) if isinstance(feed.key, str) else feed.key
        theirs = (name for names in feed.fields.values() for name in several(names))
        self.claimed = frozenset(map(top, (*theirs, *key, *feed.text, *feed.drop, *feed.ignore, *feed.volatile)))

    def read(self, content: Mapping[str, Any]) -> Reading:
        """The statements of one record's content. Raises ``Reject``."""
        unclaimed = content.keys() - self.claimed
        given = self.given.values(content)
        beside = {party: values for party, columns in self.beside.items() if (values := columns.values(content))}
        if self.kind:
            statements = [self.statement(self.kind, given, beside, unclaimed)]
        else:
            texts = [str(content.get(column) or "") for column in self.feed.text]
            statements = [statement for text in texts for statement in announced(text, given)]
        return Reading(tuple(statements), tuple(sorted(unclaimed)), given, beside)

    def statement(self, kind: type[Occurrence], given: Values, beside: Beside, unclaimed: set[str]) -> Statement:
        """One statement of the feed's own kind; words that ``values`` does not know are unclaimed."""
        phase, found = self.phase(kind, given), Values()
        for ours, value in given.items():
            if ours == "phase":
                continue
            if ours not in self.fields:
                raise Reject("field_unknown", f"{kind.name} has no field {ours!r}; known: {', '.join(self.fields)}")
            if ours in beside:
                made = parties_beside(self.fields[ours], value, beside[ours], given.get("valid_from"))
            else:
                made, unknown = self.fields[ours].read(value)
                if unknown:
                    unclaimed.update(f"{ours}={word}" for word in unknown)
            if made is not None:
                found[ours] = made
        return Statement(kind.name, phase, checked(kind, found))

    def phase(self, kind: type[Occurrence], given: Values) -> str:
        """The phase that a column tells, else the feed's."""
        phase: str = given.get("phase", self.feed.phase)
        if "phase" in self.feed.values and "phase" in given:
            phase = our_word("phase", self.feed.values["phase"], phase)
        if phase not in kind.phases:
            raise Reject("phase_unknown", f"{phase!r} is no phase of {kind.name}; accepted: {', '.join(kind.phases)}")
        return phase


def columns_of(feed: Feed, party: str) -> Columns:
    """The columns that stand beside a party; those of the record itself for no party."""
    placed = {ours: party_and_part(ours) for ours in (*feed.constant, *feed.fields)}
    return Columns(
        {placed[ours][1]: value for ours, value in feed.constant.items() if placed[ours][0] == party},
        tuple(
            (placed[ours][1], several(names), feed.patches.get(ours, {}))
            for ours, names in feed.fields.items()
            if placed[ours][0] == party
        ),
    )


def several(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def party_and_part(ours: str) -> tuple[str, str]:
    """Where a field of the definition belongs: ``owner.address`` beside the party in ``owner``; ``title`` by itself."""
    party, _, part = ours.rpartition(".")
    return party, part


def top(name: str) -> str:
    """The top-level column that a name or a JSON Pointer stands for."""
    return name.split("/")[1] if name.startswith("/") else name
