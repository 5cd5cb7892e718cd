"""Pages 页面: every address that people read, in Chinese and, under ``/en``, in English.

The same views answer the API; nothing is computed twice. Handlers are plain functions: the views block, and the server
runs them in its worker threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from schemas.errors import NotFound
from sinks.access.roles import Action
from sinks.portal.read.kept import Kept
from sinks.portal.read.views import Views
from sinks.portal.search.facets import LISTING_KINDS
from sinks.portal.show.helpers import short_id
from sinks.portal.show.look import Look
from sinks.portal.web.desk_pages import DeskPages
from sinks.portal.web.doors import door
from sinks.portal.web.fields import Name
from sinks.portal.web.figure_pages import FigurePages
from sinks.portal.web.follow_pages import FollowPages
from sinks.portal.web.front_pages import FrontPages
from sinks.portal.web.listing_pages import ListingPages
from sinks.portal.web.note_pages import NotePages
from sinks.portal.web.page import Page, static
from sinks.portal.web.problems import Problem
from sinks.portal.web.release_pages import ReleasePages
from sinks.portal.web.routes import OnceRoute

GET = ["GET", "HEAD"]
DIGITS = "0123456789abcdef"  # by the first of which a listing's hash decides its part of the sitemap


class Pages:
    """The portal for people."""

    def __init__(self, views: Views, look: Look, public_url: str = "http://127.0.0.1:8080") -> None:
        self.views, self.look, kept = views, look, Kept(views.one_version)
        self.public_url = public_url  # never the Host header, which whoever asks may invent
        self.front = FrontPages(views, look, kept)
        makers = (ListingPages, FigurePages, ReleasePages)
        self.acting = (
            DeskPages(views, look, kept),
            NotePages(views, look, kept),
            FollowPages(views, look, kept, public_url),
        )
        self.parts = (self.front, *(each(views, look, kept) for each in makers), *self.acting)

    def router(self) -> APIRouter:
        """Every page, in both languages, and the files that belong to them."""
        router = APIRouter(include_in_schema=False, route_class=OnceRoute)
        reading = [door(Action.READ_PUBLIC)]
        for page in self.table():
            handler = self.front.answering(page)
            for prefix in ("", "/en"):
                address = prefix + page.path if page.path != "/" or not prefix else prefix
                router.add_api_route(address, handler, methods=GET, response_class=HTMLResponse, dependencies=reading)
        for path, form in (each for part in self.acting for each in part.forms()):
            for prefix in ("", "/en"):
                sending = [door(Action.SEND_FORMS)]
                router.add_api_route(
                    prefix + path, form, methods=["POST"], response_class=HTMLResponse, dependencies=sending
                )
        files: tuple[tuple[str, Callable[..., Response]], ...] = (
            ("static/{name}", self.static),
            ("robots.txt", self.robots),
            ("sitemap.xml", self.sitemap),
            ("sitemaps/pages.xml", self.sitemap_of_pages),
            *((f"sitemaps/{kind}-{{digit}}.xml", self.sitemap_of(kind)) for kind in LISTING_KINDS),
        )
        for path, file in files:
            router.add_api_route(f"/{path}", file, methods=GET, dependencies=reading)
        return router

    def table(self) -> tuple[Page, ...]:
        return tuple(page for part in self.parts for page in part.table())

    def problem(self, request: Request, problem: Problem) -> Response:
        """What went wrong, in words, with a way on. Needs no database: it must work when there is none."""
        return self.front.page(request, "problem.html", status=problem.status, problem=problem)

    def static(self, name: Name) -> Response:
        return static(self.look, name)

    def robots(self) -> Response:
        """What machines should not ask for, and where the sitemap is."""
        return PlainTextResponse(f"User-agent: *\nDisallow: /api/v1/stream\nSitemap: {self.public_url}/sitemap.xml\n")

    def sitemap(self) -> Response:
        """An index of parts, for a sitemap has at most 50,000 addresses."""
        parts = ["pages", *(f"{kind}-{digit}" for kind in LISTING_KINDS for digit in DIGITS)]
        entries = [(f"/sitemaps/{part}.xml", "") for part in parts]
        return self._sitemap("sitemapindex", "sitemap", entries)

    def sitemap_of(self, kind: str) -> Callable[[str], Response]:
        """A part: open listings of this kind, their patents and their owners; only what answers 200."""

        def part(digit: Name) -> Response:
            if digit not in DIGITS or len(digit) != 1:
                raise NotFound(f"no sitemap is named {kind}-{digit[:20]}")
            found = self.views.in_sitemap(kind, digit)
            entries = [(f"/{kind}/{short_id(each.id)}", each.changed_at) for each in found]
            patents = dict.fromkeys(each.patent for each in found if each.patent)
            owners = dict.fromkeys(each.organisation for each in found if each.organisation)
            entries += [(f"/patent/{patent}", "") for patent in patents]
            entries += [(f"/organisation/{short_id(owner)}", "") for owner in owners]
            return self._sitemap("urlset", "url", entries)

        return part

    def sitemap_of_pages(self) -> Response:
        """The standing pages and those of the figures."""
        standing = [page.path for page in self.table() if "{" not in page.path]
        for one in (
            "/statistics/explanation",
            "/post/manage",
            "/report",
            "/interest",
            "/receipt",
            "/follow",
            "/follow/sent",
            "/follow/manage",
            "/follow/stop",
        ):  # of what they are asked for
            standing.remove(one)
        entries = [(path, "") for path in standing]
        entries += [(f"/statistics/{each.indicator}", "") for each in self.views.indicators().items]
        return self._sitemap("urlset", "url", entries)

    def _sitemap(self, whole: str, one: str, entries: Sequence[tuple[str, str]]) -> Response:
        """Addresses, with when they changed where that is known."""
        body = self.look.html("sitemap.xml", "/", "", base=self.public_url, whole=whole, one=one, entries=entries)
        return Response(body, media_type="application/xml")
