"""Reviews 复核: what waits for a person - slices that are held, events that may be one, records that may not belong - and rulings."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import Response

from ops.decisions import released
from schemas.errors import Unreachable
from sinks.access.roles import Action
from sinks.operator.candidates import doubtful, pairs
from sinks.operator.review import KnownRulings, Review
from sinks.portal.read.views import Views
from sinks.portal.show.look import Look
from sinks.portal.web.doors import Gate
from sinks.portal.web.operator_page import Address, Answered, OperatorPageMaker, answered, text_of
from sinks.portal.web.platform_pages import defined

READ_SECONDS = 60  # of the raw records, for the rulings among them; a further request goes on where one stopped


class ReviewPages(OperatorPageMaker):
    """The queue and its forms."""

    def __init__(self, views: Views, look: Look, gate: Gate) -> None:
        super().__init__(views, look, gate)
        self.known = KnownRulings(gate.settings, READ_SECONDS)

    def addresses(self) -> tuple[Address, ...]:
        """Every page and form."""
        return (
            Address(Action.SEE_REVIEWS, "/reviews", self.reviews),
            Address(Action.SEE_REVIEWS, "/reviews/rulings", self.rulings),
            Address(Action.RULE, "/reviews/merge", self.merge, "POST"),
            Address(Action.RULE, "/reviews/split", self.split, "POST"),
            Address(Action.RULE, "/reviews/rulings/undo", self.undo, "POST"),
            Address(Action.RELEASE_SLICES, "/reviews/release", self.release, "POST"),
        )

    def reviews(self, request: Request) -> Response:
        return self._reviews(request, None)

    def _reviews(self, request: Request, refused: Answered | None) -> Response:
        feeds = self.views.sources()  # by which the page knows whether it shows sample data
        held = [each for each in feeds.items if each.state == "held"]
        database = self.gate.database
        return self.operator_page(
            request, "reviews.html", refused, feeds=feeds, held=held, pairs=pairs(database), doubtful=doubtful(database)
        )

    def rulings(self, request: Request) -> Response:
        """When the broker does not answer, or the raw records are not read to their end yet, the page says so."""
        try:
            return self._rulings(request, None)
        except Unreachable as error:
            return self._rulings(request, answered(error))

    def _rulings(self, request: Request, refused: Answered | None) -> Response:
        listed = [] if refused and refused.status == 503 else self.review().listed()[::-1]
        return self.operator_page(request, "rulings.html", refused, rulings=listed, feeds=self.views.sources())

    def merge(self, request: Request) -> Response:
        one, other, reason = (text_of(request, name) for name in ("one", "other", "reason"))
        work = lambda: self.review().merge(one, other, reason)  # noqa: E731
        return self.decide(request, "review merge", f"{one} {other}", reason, work, self._again(request))

    def split(self, request: Request) -> Response:
        event, record, reason = (text_of(request, name) for name in ("event", "record", "reason"))
        work = lambda: self.review().split(event, record, reason)  # noqa: E731
        return self.decide(request, "review split", f"{event} {record}", reason, work, self._again(request))

    def undo(self, request: Request) -> Response:
        ruling, reason = text_of(request, "ruling"), text_of(request, "reason")
        work = lambda: self.review().undo(ruling, reason)  # noqa: E731
        again = lambda refused: self._rulings(request, refused)  # noqa: E731
        return self.decide(request, "review undo", ruling, reason, work, again)

    def release(self, request: Request) -> Response:
        source, feed, reason = (text_of(request, name) for name in ("source", "feed", "reason"))
        settings, now = self.gate.settings, self.gate.now()
        work = lambda: released(settings, defined(settings, source), feed, now, reason)  # noqa: E731
        return self.decide(request, "sources release", f"{source} {feed}", reason, work, self._again(request))

    def _again(self, request: Request) -> Callable[[Answered], Response]:
        return lambda refused: self._reviews(request, refused)

    def review(self) -> Review:
        """Rulings at this instant."""
        return Review(self.gate.database, self.gate.settings, self.gate.now(), self.known)
