"""Dead letters 死信: what was refused, why in words, the record as it came, and putting it back."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from sinks.access.roles import Action
from sinks.operator.letters import LISTED, listed, must_know, replay, shown
from sinks.portal.web.doors import session_of
from sinks.portal.web.operator_page import Address, Answered, OperatorPageMaker, text_of
from sinks.portal.web.page import Word
from sinks.store import trail

MOST_SHOWN = 20_000  # characters of an original; the command prints all
LetterId = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class LetterPages(OperatorPageMaker):
    """The list, a letter whole, and their form. An original may hold personal data: who looks at one is in the trail."""

    def addresses(self) -> tuple[Address, ...]:
        """Every page and form."""
        return (
            Address(Action.SEE_LETTERS, "/dead-letters", self.letters),
            Address(Action.SEE_LETTERS, "/dead-letters/letter", self.letter),
            Address(Action.REPLAY_LETTERS, "/dead-letters/replay", self.replay, "POST"),
        )

    def letters(self, request: Request, source: Word = "", reason: Word = "") -> Response:
        return self._letters(request, source, reason, None)

    def _letters(self, request: Request, source: str, reason: str, refused: Answered | None) -> Response:
        found = listed(self.gate.database, source=source or None, reason=reason or None)
        names = self.source_names()
        return self.operator_page(
            request,
            "letters.html",
            refused,
            letters=found,
            source=source,
            reason=reason,
            names=names,
            most=LISTED,
            feeds=self.views.sources(),
        )

    def letter(self, request: Request, id: LetterId) -> Response:
        """Raises NotFound."""
        found = shown(self.gate.database, id).letter
        action = trail.Action(session_of(request).actor, "dead-letters show", id)
        trail.note(self.gate.database, action, trail.DONE, self.gate.now())
        original, is_cut = found.original[:MOST_SHOWN], len(found.original) > MOST_SHOWN
        names = self.source_names()
        return self.operator_page(
            request, "letter.html", letter=found, original=original, cut=is_cut, names=names, feeds=self.views.sources()
        )

    def replay(self, request: Request) -> Response:
        """One letter, or all open ones of a platform or a reason, or without either all that are open."""
        id, source, reason = (text_of(request, name, needed=False) for name in ("id", "source", "reason"))
        object = id or f"all open: source {source or 'any'}, reason {reason or 'any'}"

        def work() -> None:
            must_know(self.gate.database, self.gate.settings, source or None)
            ids = (id,) if id else ()
            replay(self.gate.database, self.gate.settings, ids, source=source or None, reason=reason or None)

        again = lambda refused: self._letters(request, source, reason, refused)  # noqa: E731
        return self.decide(request, "dead-letters replay", object, "", work, again)
