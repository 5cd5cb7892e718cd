"""Platforms 平台: how each feed fares, and letting a platform or a feed rest until it is resumed."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import Response

from ops.decisions import paused, resumed
from ops.settings import Settings
from ops.sources import named_source, read_sources
from schemas.source.model import Source
from sinks.access.roles import Action
from sinks.portal.web.operator_page import Address, Answered, OperatorPageMaker, text_of


class PlatformPages(OperatorPageMaker):
    """The list and its forms. A feed's state is what the connectors report, some seconds after a decision."""

    def addresses(self) -> tuple[Address, ...]:
        """Every page and form."""
        return (
            Address(Action.SEE_PLATFORMS, "/platforms", self.platforms),
            Address(Action.STEER_PLATFORMS, "/platforms/pause", self.pause, "POST"),
            Address(Action.STEER_PLATFORMS, "/platforms/resume", self.resume, "POST"),
        )

    def platforms(self, request: Request) -> Response:
        return self._platforms(request, None)

    def _platforms(self, request: Request, refused: Answered | None) -> Response:
        return self.operator_page(request, "platforms.html", refused, feeds=self.views.sources())

    def pause(self, request: Request) -> Response:
        source, feed, reason = (
            text_of(request, "source"),
            text_of(request, "feed", needed=False),
            text_of(request, "reason"),
        )
        settings, now = self.gate.settings, self.gate.now()
        work = lambda: paused(settings, defined(settings, source), feed, now, reason)  # noqa: E731
        return self.decide(request, "sources pause", f"{source} {feed or '*'}", reason, work, self._again(request))

    def resume(self, request: Request) -> Response:
        source, feed = text_of(request, "source"), text_of(request, "feed", needed=False)
        settings = self.gate.settings
        work = lambda: resumed(settings, defined(settings, source), feed)  # noqa: E731
        return self.decide(request, "sources resume", f"{source} {feed or '*'}", "", work, self._again(request))

    def _again(self, request: Request) -> Callable[[Answered], Response]:
        return lambda refused: self._platforms(request, refused)


def defined(settings: Settings, source: str) -> Source:
    """The definition of a platform; that of another one may be wrong. Raises NotFound."""
    return named_source(read_sources(settings.sources, settings).sources, source)
