"""What every page is made with: views, sheets and templates; the small questions that several pages ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any, NamedTuple

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from schemas.errors import NotFound
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import Occurrence
from schemas.records.event import Event
from schemas.words import Lang
from sinks.portal.read.figure_answers import Indicator, TargetSet
from sinks.portal.read.filters import EventFilter
from sinks.portal.read.kept import Kept
from sinks.portal.read.versions import EVERYTHING, FIGURES
from sinks.portal.read.views import Views
from sinks.portal.secrecy import PUBLIC, shown_kinds
from sinks.portal.show.look import Look, language_of
from sinks.portal.show.sheets import Sheets, named

Handler = Callable[..., Response]
LIVE = "x-live"
Word = Annotated[str, Query(max_length=60, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]


class Page(NamedTuple):
    """One address, without its language. ``reads``: the families of records that decide it; None: it is never kept."""

    path: str
    handler: Handler
    reads: tuple[str, ...] | None = EVERYTHING


class PageMaker:
    """The base of the classes that make pages."""

    def __init__(self, views: Views, look: Look, kept: Kept) -> None:
        self.views, self.look, self.kept, self.sheets = views, look, kept, Sheets(views, kept)

    def answering(self, page: Page) -> Handler:
        """The handler of a page that is made once for each state of what it reads."""
        handler, reads = page.handler, page.reads
        if reads is None:
            return handler

        @wraps(handler)
        def kept(request: Request, **asked: Any) -> Response:
            with self.kept.one_version():
                address = (request.url.path, request.url.query, wants_numbers(request))
                return HTMLResponse(self.kept.get(reads, address, lambda: bytes(handler(request, **asked).body)))

        return kept

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        body = self.look.html(template, request.url.path, request.url.query, **values)
        return HTMLResponse(body, status_code=status)

    def live_parts(self, request: Request, template: str, **values: Any) -> Response:
        """The parts of a page that change while it is open, and nothing else of it."""
        return HTMLResponse(self.look.live_parts(template, request.url.path, request.url.query, **values))

    def source_names(self) -> dict[str, str]:
        """The official name of each platform."""
        return self.kept.get(
            ("source_status",), "names", lambda: {feed.source: feed.name for feed in self.views.sources().items}
        )

    def feed_names(self) -> dict[str, str]:
        """Platform and list in words, by ``source|feed``."""
        return {f"{each.source}|{each.feed}": f"{each.name} {each.feed_name}" for each in self.views.sources().items}

    def plan(self) -> tuple[TargetSet, ...]:
        """The plan that is running, else the last one."""
        sets = self.kept.get((*FIGURES, "source_status"), "plans", lambda: self.views.targets().items)
        return tuple(each for each in sets if not each.closed)[:1] or sets[:1]

    def latest(self, most: int) -> list[Event]:
        """The newest events of the kinds that are deals, by the instant at which the hub received them."""

        def found() -> list[Event]:
            events = [
                event for kind in deals() for event in self.views.events(EventFilter(kind=kind, limit=most)).items
            ]
            return sorted(events, key=lambda event: (event.received_at, event.id), reverse=True)[:most]

        return self.kept.get(("event",), ("latest", most), found)


def deals() -> tuple[str, ...]:
    """The public kinds that do something to a listing of their patent."""
    kinds = (BY_NAME[name] for name in shown_kinds(PUBLIC))
    return tuple(kind.name for kind in kinds if kind.effect is not Occurrence.effect)


def chosen(figures: Sequence[Indicator], name: str) -> Indicator | None:
    """The figure with this name, else the first."""
    return named(figures, name) or (figures[0] if figures else None)


def wants_numbers(request: Request) -> bool:
    """An open page asks for its changed numbers (portal.js)."""
    return LIVE in request.headers


def language(request: Request) -> Lang:
    return language_of(request.url.path)[0]


def public_url(request: Request) -> str:
    """The portal's own address, with which names in other catalogues begin."""
    return str(request.app.state.public_url)


def full_id(kind: str, id: str) -> str:
    """An address leaves out the kind before the colon."""
    return id if ":" in id else f"{kind}:{id}"


def static(look: Look, name: str) -> Response:
    """A hashed file never changes, so a browser may keep it for ever. Raises NotFound."""
    if name not in look.files:
        raise NotFound(f"no file is named {name[:60]}")
    body, media = look.files[name]
    return Response(body, media_type=media, headers={"Cache-Control": "public, max-age=31536000, immutable"})
