"""Compare: the records of two generations under the same key, without the fields that depend on their history. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from schemas import topics
from schemas.records.content import STATE_OF_RECORD
from schemas.records.validity import Validity
from schemas.wire import decode, encode, load

Content = dict[str, Any]  # a record's fields as plain JSON values: records of every class are compared alike
COMPARED = (*topics.EVENTS.values(), topics.SUPPLY, topics.DEMAND, topics.CONTRIBUTION, *topics.STATISTICS)
# A revision counts what was accepted on the way; the times of reception are those of the first record that said the same
# (``schemas.records.content``); the as-of of a figure may come from a contribution that is gone.
HISTORY = frozenset({"revision", "received_at", "last_seen_at"})
HISTORY_OF_FIGURE = frozenset({"revision", "as_of"})
REDIRECT = ("id", "kind", "subject", "state", "merged_into")  # of an id that leads to another


class PublicRecord(NamedTuple):
    """One record of a public topic as it was read."""

    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Difference(NamedTuple):
    """One key under which the generations differ. None: that generation has no record of it."""

    topic: str
    key: bytes
    running: PublicRecord | None
    following: PublicRecord | None

    @property
    def is_real(self) -> bool:
        """Whether a subscriber would see a difference; absent and withdrawn are the same."""
        return next(self.lines(), None) is not None

    def lines(self) -> Iterator[str]:
        """As text, one line for each field."""
        name = f"{self.topic} {self.key.decode()}"
        old, new = (
            substance(self.topic, record.value) if record else None for record in (self.running, self.following)
        )
        if old is None and new is None:
            return
        if old is None or new is None:
            yield f"{name}: only the {'next' if old is None else 'running'} generation has it"
        else:
            yield from (f"{name} {path}: {text(was)} → {text(now)}" for path, was, now in fields(old, new))


def substance(topic: str, value: bytes) -> Content | None:
    """A record's content without its history; None when it only marks something as no longer valid."""
    content: Content = decode(value)
    if load(Validity, value).is_gone and not is_misplaced(topic, content):
        return None
    if content.get("state") == "merged":  # it is not published again when the event to which it leads changes
        return {name: content.get(name) for name in REDIRECT}
    left_out = HISTORY_OF_FIGURE if topic in topics.FIGURES else HISTORY
    kept = {name: field for name, field in content.items() if name not in left_out}
    if "sources" in kept:
        kept["sources"] = [without_history(source) for source in kept["sources"]]
    return kept


def is_misplaced(topic: str, content: Content) -> bool:
    """A figure that an earlier release published on the topic of another class; what is not there must go, also a zero."""
    return topic in topics.FIGURES and topic != topics.statistic_in(content.get("unit", "")).name


def without_history(source: Content) -> Content:
    """A provenance without the state of the record that said it."""
    return {name: field for name, field in source.items() if name not in STATE_OF_RECORD}


def fields(old: Content, new: Content, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every field that differs, by its path; lists differ as a whole."""
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        if isinstance(was, dict) and isinstance(now, dict):
            yield from fields(was, now, f"{path}{name}.")
        else:
            yield f"{path}{name}", was, now


def text(value: Any) -> str:
    """A value on one line, of at most 120 characters."""
    shown = "nothing" if value is None else value if isinstance(value, str) else encode(value).decode()
    return shown if len(shown) <= 120 else shown[:117] + "..."
