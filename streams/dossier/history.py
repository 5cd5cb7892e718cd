"""History: what happened to a patent, as far as its supply listing shows it. Kept up to date event by event.

Of the announcements about the right only the last of each turn (``schemas.kinds.legal_status.TURNS``) counts, so that
a patent with very many of them is judged as fast as one with few.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from typing import NamedTuple

from schemas.fields.span import span
from schemas.kinds.legal_status import TURNS, LegalStatus, Right, right_after
from schemas.kinds.occurrence import Effect
from schemas.records.event import Event
from schemas.records.listing import Encumbrance

MOST_ENCUMBRANCES = 64  # shown on a listing


class Announced(NamedTuple):
    """An announcement in the order in which such take effect: undated first, so that it never undoes what is dated."""

    day: int  # ordinal of the first day it can mean; 0: undated
    place: int  # of one day, as the law orders the phases
    event: str
    phase: str
    occurred_on: str | None


class Concluded(NamedTuple):
    """A transfer of the whole right."""

    event: str
    last_day: int  # ordinal of the last day it can mean
    reason: str


_PLACES = {phase: place for place, phase in enumerate(LegalStatus.phases)}


class History:
    """The events of one patent."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events: dict[str, tuple[str, Effect, Announced | None]] = {}  # phase, what it does, what it announces
        self._encumbrances: dict[str, Encumbrance] = {}
        self._conclusions: dict[str, Concluded] = {}
        self._turns: dict[str, list[Announced]] = {}
        self.evaluations = self.declarations = 0
        self.is_news = True  # it says something that the listing does not show yet
        for event in events:
            self.put(event)

    @property
    def open_licence(self) -> bool:
        return self.declarations > 0

    def put(self, event: Event) -> None:
        """Take an event in, or its new state."""
        effect, told = event.statement.effect(event.phase), announced(event)
        if self._events.get(event.id) == (event.phase, effect, told):
            return
        self.drop(event.id)
        self.is_news = True
        self._events[event.id] = (event.phase, effect, told)
        self.evaluations += effect.evaluates
        self.declarations += effect.opens_licence
        if effect.encumbers:
            self._encumbrances[event.id] = Encumbrance(type=effect.encumbers, since=effect.since, event_id=event.id)
        if effect.concludes_on:
            reason = f"{event.kind}_{event.phase}"
            self._conclusions[event.id] = Concluded(event.id, span(effect.concludes_on)[1], reason)
        if told:
            insort(self._turns.setdefault(TURNS[event.phase], []), told)

    def drop(self, event_id: str) -> None:
        """Take an event out, if it is there."""
        known = self._events.pop(event_id, None)
        if known is None:
            return
        _, effect, told = known
        self.is_news = True
        self.evaluations -= effect.evaluates
        self.declarations -= effect.opens_licence
        self._encumbrances.pop(event_id, None)
        self._conclusions.pop(event_id, None)
        if told:
            turn = self._turns[TURNS[told.phase]]
            del turn[bisect_left(turn, told)]

    def right(self) -> Right:
        """Legal status, its day, and what stops dealing."""
        last = sorted(turn[-1] for turn in self._turns.values() if turn)
        return right_after((told.phase, told.occurred_on, told.event) for told in last)

    def encumbrances(self) -> tuple[Encumbrance, ...]:
        """Pledges and exclusive licences in force, in a fixed order."""
        ordered = sorted(self._encumbrances.values(), key=lambda one: (one.type, one.event_id))
        return tuple(ordered[:MOST_ENCUMBRANCES])

    def concluded_since(self, day: int) -> Concluded | None:
        """A transfer of the whole right that can lie on or after a day; of several the one with the smallest id."""
        return min((one for one in self._conclusions.values() if one.last_day >= day), default=None)


def announced(event: Event) -> Announced | None:
    """What an event announces about the right, if it is such an announcement."""
    if not isinstance(event.statement, LegalStatus) or event.phase not in TURNS:
        return None
    day = span(event.occurred_on)[0] if event.occurred_on else 0
    return Announced(day, _PLACES[event.phase], event.id, event.phase, event.occurred_on)
