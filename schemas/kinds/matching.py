"""Matching: how sightings of one kind find each other when they have no official identity in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.fields.span import may_lie_between

if TYPE_CHECKING:
    from schemas.kinds.occurrence import Occurrence

DEAL_WINDOW = (-30, 365)  # days from the notice of a deal to its record: docs/domain.md#identity-and-merging
NOTICE_WINDOW = (-30, 30)  # days between two notices of one deal

Day = str | None  # a RecordedDate


class Candidate(NamedTuple):
    """A sighting as it is compared: parties under the names they have now (renames applied)."""

    statement: Any  # of the kind that owns the rule
    phase: str
    givers: frozenset[str]  # name keys
    takers: frozenset[str]


@dataclass(frozen=True)
class Matching:
    """One kind's rule.

    ``shares`` finds the candidates that are worth comparing: two that ``fits`` or ``peers`` accepts have one of these
    texts in common, and at least the part ``overlap`` of them. Both must hold for every pair, else pairs are missed.

    A candidate without an official identity joins the official event whose sightings it ``fits``, if ``official_day``
    can lie ``window`` days after its ``day``; the nearest wins, and one that names no day joins only if exactly one
    event fits. Those left over join each other where they are ``peers``.
    """

    day: Callable[[Candidate], Day]
    shares: Callable[[Candidate], frozenset[str]]
    fits: Callable[[Candidate, Candidate], bool] = lambda candidate, official: False
    window: tuple[int, int] = DEAL_WINDOW
    official_day: Callable[[Candidate], Day] = lambda official: None
    peers: Callable[[Candidate, Candidate], bool] = lambda one, other: False  # symmetric
    overlap: float = 0.0


def first_day(statement: Occurrence, *fields: str) -> Day:
    """The first of these fields that names a day."""
    return next((day for name in fields if (day := getattr(statement, name))), None)


def takers(candidate: Candidate) -> frozenset[str]:
    """Statements that name no taker in common are never one event."""
    return candidate.takers


def everything(candidate: Candidate) -> frozenset[str]:
    """All of the subject are compared."""
    return frozenset({""})


def share(some: frozenset[str], others: frozenset[str]) -> bool:
    """The two sets of names have one in common."""
    return not some.isdisjoint(others)


def no_conflict(some: frozenset[str], others: frozenset[str]) -> bool:
    """Two sets of names may be of one event: they share one, or one of them is not given."""
    return not some or not others or share(some, others)


def same_parties(one: Candidate, other: Candidate) -> bool:
    """A giver and a taker are named by both."""
    return share(one.givers, other.givers) and share(one.takers, other.takers)


def close(one: Day, other: Day, window: tuple[int, int] = NOTICE_WINDOW) -> bool:
    """The days can lie so near each other; a day that is not given speaks against nothing."""
    return one is None or other is None or may_lie_between(one, other, *window)
