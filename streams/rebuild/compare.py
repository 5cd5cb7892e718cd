"""Compare: what two generations say under the same key, without what only tells their history. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from schemas import topics
from schemas.records.content import UNTIMED
from schemas.wire import decode, encode

Document = dict[str, Any]
COMPARED = (*topics.EVENTS.values(), topics.SUPPLY, topics.DEMAND, topics.CONTRIBUTION, topics.STATISTIC)
# What tells of the way on which a record came to say what it says: a revision counts what was accepted, times are those of
# the last change of content, the as-of of a figure is also that of a contribution that came and went.
HISTORY = frozenset({"revision", "received_at", "last_seen_at", "as_of"})
OF_A_REDIRECT = frozenset({"id", "kind", "state", "merged_into"})


class Said(NamedTuple):
    """One record of a public topic as it was read."""

    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Difference(NamedTuple):
    """One id on which the generations differ. None: that generation never had it."""

    topic: str
    key: bytes
    running: Said | None
    following: Said | None

    @property
    def is_real(self) -> bool:
        """One of them says what the other does not; two ways of saying nothing are no difference."""
        return next(self.lines(), None) is not None

    def lines(self) -> Iterator[str]:
        """In words, a line for each field or cell."""
        name = f"{self.topic} {self.key.decode()}"
        old, new = (substance(said.value) if said else None for said in (self.running, self.following))
        if old is None and new is None:
            return
        if old is None or new is None:
            yield f"{name}: only the {'next' if old is None else 'running'} generation has it"
        else:
            yield from (f"{name} {path}: {text(was)} → {text(now)}" for path, was, now in fields(old, new))


def substance(value: bytes) -> Document | None:
    """What a record says now; None when it only tells that something is no longer so."""
    document: Document = decode(value)
    if is_gone(document):
        return None
    if document.get("state") == "merged":
        return {name: document.get(name) for name in OF_A_REDIRECT}
    found = {name: value for name, value in document.items() if name not in HISTORY}
    if "sources" in found:
        found["sources"] = [
            {name: value for name, value in source.items() if name not in UNTIMED} for source in found["sources"]
        ]
    return found


def is_gone(document: Document) -> bool:
    """An event or a card that is no longer concluded, a dead contribution, a figure behind which nothing stands.

    A card that its platform withdrew is a statement like any other.
    """
    if document.get("state") == "withdrawn":
        return bool(document.get("state_reason", "absent") == "absent")
    return document.get("live") is False or document.get("contributions") == 0


def fields(old: Document, new: Document, path: str = "") -> Iterator[tuple[str, Any, Any]]:
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
    """A value in a line of its own."""
    shown = "nothing" if value is None else value if isinstance(value, str) else encode(value).decode()
    return shown if len(shown) <= 120 else shown[:117] + "..."
