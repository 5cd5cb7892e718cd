"""Reading 解读: the meaning half of a source's definition, applied to one raw record.

Left of ``fields`` stands a field of the kind, ``phase``, or a part of a party (``owner.address``, ``.credit_code``,
``.type``, ``.region``, and of its size ``.trade``, ``.staff``, ``.turnover``, ``.assets``, ``.size_on``); right of it
a column, several (the first that says something), or a JSON Pointer. A column that is neither claimed, dropped nor
ignored is reported as unclaimed; a word that ``values`` does not know is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from schemas.errors import Reject
from schemas.gazette.statements import announced
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import Statement, checked, rules_of
from schemas.records.raw import RawRecord
from schemas.source.columns import READERS, Cell, our_word, says
from schemas.source.model import Feed, Source
from schemas.source.pointer import at

__all__ = ["Reader", "Reading", "Statement", "read"]

Values = dict[str, Any]  # our field → their value, patched
Beside = Mapping[str, Values]  # our field with a party → what other columns say of it
NO_COLUMNS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Reading:
    """What one raw record says, and which of its columns nobody claimed.

    ``values``: our fields with their values as given, ``owner.address`` under this name; what the record does not say
    has no key.
    """

    statements: tuple[Statement, ...]
    unclaimed: tuple[str, ...] = ()
    values: Values = field(default_factory=dict)


def read(source: Source, feed_id: str, raw: RawRecord) -> Reading:
    """The statements of one record of one feed. Raises ``Reject`` when the record cannot be understood."""
    feed = source.feeds.get(feed_id)
    if feed is None:
        raise Reject("feed_unknown", f"{source.id} has no feed {feed_id!r}; known: {', '.join(source.feeds)}")
    return Reader(feed).read(raw.content)


class Reader:
    """One feed's definition, made ready once for many records."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.columns = tuple(
            (*placed(ours), (names,) if isinstance(names, str) else names, feed.patches.get(ours, {}))
            for ours, names in feed.fields.items()
        )
        self.constant = tuple((*placed(ours), value) for ours, value in feed.constant.items())
        key = (feed.key,) if isinstance(feed.key, str) else feed.key
        theirs = (name for _, _, names, _ in self.columns for name in names)
        self.claimed = frozenset(map(top, (*theirs, *key, *feed.text, *feed.drop, *feed.ignore, *feed.volatile)))

    def read(self, content: Mapping[str, Any]) -> Reading:
        """The statements of one record's content. Raises ``Reject``."""
        unclaimed = content.keys() - self.claimed
        values, beside = self.parted(content)
        if self.feed.text:
            texts = (str(content.get(column) or "") for column in self.feed.text)
            statements = tuple(statement for text in texts for statement in announced(text, values))
        else:
            statements = (read_statement(self.feed, values, beside, unclaimed),)
        told = {f"{party}.{part}": value for party, parts in beside.items() for part, value in parts.items()}
        return Reading(statements, tuple(sorted(unclaimed)), {**values, **told})

    def parted(self, content: Mapping[str, Any]) -> tuple[Values, Beside]:
        """Our fields with their values as given: constants, the first column that says something, patches applied.

        What stands beside a party is given apart, under the party's field.
        """
        found: defaultdict[str, Values] = defaultdict(dict)
        for party, ours, value in self.constant:
            found[party][ours] = value
        for party, ours, names, patches in self.columns:
            for name in names:
                value = content.get(name) if name[:1] != "/" else at(content, name)
                if isinstance(value, str):
                    value = value.strip()
                if patches and str(value) in patches:
                    value = patches[str(value)]
                if says(value):
                    found[party][ours] = value
                    break
        return found.pop("", {}), found


def placed(ours: str) -> tuple[str, str]:
    """Where a field of the definition belongs: ``owner.address`` beside the party in ``owner``; ``title`` by itself."""
    field, _, part = ours.rpartition(".")
    return field, part


def top(name: str) -> str:
    """The top-level column that a name or a JSON Pointer stands for."""
    return name.split("/")[1] if name.startswith("/") else name


def read_statement(feed: Feed, values: Values, beside: Beside, unclaimed: set[str]) -> Statement:
    """One statement of the feed's own kind."""
    kind, found = BY_NAME[feed.kind], Values()
    phase = values.get("phase", feed.phase)
    if "phase" in feed.values and "phase" in values:
        phase = our_word(feed, "phase", phase)
    if phase not in kind.phases:
        raise Reject("phase_unknown", f"{phase!r} is no phase of {kind.name}; accepted: {', '.join(kind.phases)}")
    rules = rules_of(kind)
    for ours, value in values.items():
        if ours == "phase":
            continue
        if ours not in rules:
            raise Reject("field_unknown", f"{kind.name} has no field {ours!r}; known: {', '.join(rules)}")
        cell = Cell(feed, ours, value, values, beside.get(ours, NO_COLUMNS), unclaimed)
        made = READERS[rules[ours].reads](cell)
        if made is not None:
            found[ours] = made
    return Statement(kind.name, phase, checked(kind, found))
