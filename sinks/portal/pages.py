"""Pages 页面: one method a page: address → view → template. The same views answer the API; nothing is computed twice.

Every address exists in Chinese and, under ``/en``, in English. Handlers are plain functions: the views block, and the
server runs them in its worker threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from schemas.errors import NotFound
from schemas.kinds import KINDS
from schemas.topics import TOPICS
from sinks.portal import numbers, sheets, tables, words
from sinks.portal.filters import (
    EventFilter,
    ListingFilter,
    event_filter,
    listing_filter,
    statistic_filter,
)
from sinks.portal.look import Look, language_of
from sinks.portal.models import Indicator, Problem, Results, TargetSet
from sinks.portal.sheets import Sheets
from sinks.portal.views import Views
from sinks.portal.words import PROVINCE, Lang

EVENT_KINDS = tuple(kind.name for kind in KINDS if not kind.is_listing)
DEALS = ("transfer", "licence", "open-licence", "pledge")  # what the first page shows of the latest events
MONTHLY = ("transfers", "licences", "pledges", "pledge_financing", "contracts", "patent_contract_value")
HEADLINE = (  # the six figures of the first page
    "transfers",
    "licences",
    "university_to_sme_deals",
    "pledges",
    "pledge_financing",
    "patent_contract_value",
)
ON_SCREEN = (
    "supply_listings",
    "demand_listings",
    "transfers",
    "licences",
    "university_to_sme_deals",
    "pledges",
    "pledge_financing",
    "patent_contract_value",
)
SORTS = ("relevance", "newest", "price", "expiry")
# Which words explain the values of a facet; the others (subclass, county) are shown as they are.
FACET_WORDS = {
    "kind": "kind",
    "industry": "industry",
    "area": "area",
    "county": "area",
    "right_type": "right_type",
    "section": "ipc_section",
    "deal_form": "deal_form",
    "price": "price_band",
    "stage": "stage",
    "owner_type": "party_type",
    "legal_status": "legal_status",
    "open_licence": "open_licence",
    "encumbrance": "encumbrance",
    "state": "state",
}
Handler = Callable[..., Response]


class Pages:
    """The portal for people."""

    def __init__(self, views: Views, look: Look) -> None:
        self.views, self.look, self.sheets = views, look, Sheets(views)

    def router(self) -> APIRouter:
        """Every page, in both languages, and the files that belong to them."""
        router = APIRouter(include_in_schema=False)
        for path, page in self.table():
            for prefix in ("", "/en"):
                address = prefix + path if path != "/" or not prefix else prefix
                router.add_api_route(address, page, methods=["GET", "HEAD"], response_class=HTMLResponse)
        router.add_api_route("/static/{name}", self.static, methods=["GET", "HEAD"])
        router.add_api_route("/robots.txt", self.robots, methods=["GET", "HEAD"])
        router.add_api_route("/sitemap.xml", self.sitemap, methods=["GET", "HEAD"])
        return router

    def table(self) -> tuple[tuple[str, Handler], ...]:
        return (
            ("/", self.home),
            ("/listings", self.listings),
            ("/supply/{id}", self.supply),
            ("/demand/{id}", self.demand),
            ("/patent/{number:path}", self.patent),
            ("/organisation/{id}", self.organisation),
            ("/events", self.events),
            ("/event/{kind}/{id}", self.event),
            ("/statistics", self.statistics),
            ("/statistics/explanation", self.explanation),
            ("/statistics/monthly/{month}", self.monthly),
            ("/statistics/{name}", self.indicator),
            ("/targets", self.targets),
            ("/sources", self.sources),
            ("/operations", self.operations),
            ("/api", self.api),
            ("/about/privacy", self.privacy),
            ("/screen", self.screen),
        )

    def home(self, request: Request) -> Response:
        figures = self.sheets.figures()
        chosen = sheets.named(figures, request.query_params.get("grid", "")) or (figures[0] if figures else None)
        return self._page(
            request,
            "home.html",
            counters=self.views.counters(),
            supply=self.views.newest("supply", 5),
            demand=self.views.newest("demand", 5),
            events=self._latest(8),
            figures=[figure for name in ON_SCREEN if (figure := sheets.named(figures, name))],
            headline=[
                (figure, tables.compared(self.sheets.series(figure), self.views.last_month))
                for name in HEADLINE
                if (figure := sheets.named(figures, name)) and figure.latest
            ],
            grid=self.sheets.grid(chosen, _lang(request)),
            sets=self._plan(),
            sources=self.views.sources().items,
        )

    def _plan(self) -> tuple[TargetSet, ...]:
        """The plan that is running, else the last one."""
        sets = self.views.targets().items
        return tuple(each for each in sets if not each.closed)[:1] or sets[:1]

    def _latest(self, most: int) -> list[Any]:
        """The newest deals of all public kinds, by the instant the hub received them."""
        found = [event for kind in DEALS for event in self.views.events(EventFilter(kind=kind, limit=most)).items]
        return sorted(found, key=lambda event: (event.received_at, event.id), reverse=True)[:most]

    def listings(self, request: Request) -> Response:
        filter = listing_filter(_pairs(request))
        results = self.views.search(filter)
        return self._page(
            request,
            "listings.html",
            filter=filter,
            results=results,
            sorts=SORTS,
            toggle=lambda facet, value, out=False: _address(filter.toggled(facet, value, exclude=out)),
            with_=lambda **change: _address(filter.model_copy(update={"cursor": None, **change})),
            next=_address(filter.following(results.next)),
            fewer=_fewer(filter.q),
            facet_word=self._facet_word(request),
        )

    def supply(self, request: Request, id: str) -> Response:
        return self._listing(request, "supply", id)

    def demand(self, request: Request, id: str) -> Response:
        return self._listing(request, "demand", id)

    def _listing(self, request: Request, kind: str, id: str) -> Response:
        full = _full_id(kind, id)
        listing = self.views.listing(full)
        dossier = self.views.patent(listing.patent_number) if listing.patent_number else None
        other = ListingFilter(
            include={"kind": ("demand" if kind == "supply" else "supply",), "industry": listing.industries[:2]}, limit=4
        )
        return self._page(
            request,
            "listing.html",
            listing=listing,
            dossier=dossier,
            others_at=_address(other),
            others=self.views.search(other) if listing.industries else Results(items=(), total=0),
            history=self.views.listing_revisions(full).items,
            names=self._source_names(),
        )

    def patent(self, request: Request, number: str) -> Response:
        return self._page(request, "patent.html", dossier=self.views.patent(number), names=self._source_names())

    def organisation(self, request: Request, id: str) -> Response:
        return self._page(request, "organisation.html", dossier=self.views.organisation(_full_id("org", id)))

    def events(self, request: Request) -> Response:
        pairs = dict(_pairs(request))
        kind = pairs.pop("kind", EVENT_KINDS[0])
        if kind not in EVENT_KINDS:
            raise NotFound(f"no kind of event is named {kind[:40]}", next_step="/events")
        filter = event_filter(kind, [("limit", "30"), *pairs.items()])
        return self._page(request, "events.html", kinds=EVENT_KINDS, filter=filter, page=self.views.events(filter))

    def event(self, request: Request, kind: str, id: str) -> Response:
        full = _full_id(kind, id)
        return self._page(
            request,
            "event.html",
            event=self.views.event(kind, full),
            history=self.views.event_revisions(kind, full).items,
            names=self._source_names(),
        )

    def statistics(self, request: Request) -> Response:
        figures = self.sheets.figures()
        columns = [self.sheets.by_area(figure, sheets.latest_period(figure)) for figure in figures]
        chosen = sheets.named(figures, request.query_params.get("grid", "")) or (figures[0] if figures else None)
        series = {figure.indicator: self._over(figure) for figure in figures if not figure.stock}
        return self._page(
            request,
            "statistics.html",
            figures=figures,
            rows=tables.area_rows(columns),
            grid=self.sheets.grid(chosen, _lang(request)),
            series=series,
            months=sheets.months(figures),
            last_month=self.views.last_month,
            compared={name: tables.compared(each, self.views.last_month) for name, each in series.items()},
            groups=sheets.groups(figures),
        )

    def monthly(self, request: Request, month: str) -> Response:
        figures = [figure for name in MONTHLY if (figure := sheets.named(self.sheets.figures(), name))]
        months = sheets.months(figures)
        if month not in months:
            raise NotFound(f"no figures for {month[:20]}", next_step="/statistics")
        printed = [(figure, self.sheets.monthly_rows(figure, month)) for figure in figures]
        return self._page(
            request,
            "monthly.html",
            month=month,
            months=months,
            sheets=printed,
            over=month <= self.views.last_month,
            as_of=max(figure.latest.as_of for figure in figures if figure.latest),
        )

    def indicator(self, request: Request, name: str) -> Response:
        figure = self.views.indicator(name)
        period = request.query_params.get("period") or sheets.latest_period(figure)
        cuts = [
            (dimension, self.sheets.ask(figure, by=(dimension,), where={"area": PROVINCE}, period=period))
            for dimension in figure.dimensions
        ]
        series = self._over(figure)
        return self._page(
            request,
            "indicator.html",
            figure=figure,
            period=period,
            series=series,
            grown=[tables.compared(series, month) for month, _ in series[-12:]],
            names=self._source_names(),
            cuts=[cut for cut in cuts if cut[1]],
            grid=self.sheets.grid(figure, _lang(request), period),
            periods=sheets.periods(figure),
        )

    def _over(self, figure: Indicator) -> list[tuple[str, tables.Cell]]:
        """A figure's months that are over: one that has just begun would look like a fall."""
        return [(month, cell) for month, cell in self.sheets.series(figure) if month <= self.views.last_month]

    def explanation(self, request: Request) -> Response:
        pairs = _pairs(request)
        name = dict(pairs).get("indicator", "")
        figure = self.views.indicator(name)
        asked = [("limit", "20"), *(pair for pair in pairs if pair[0] not in ("indicator", "limit"))]
        filter = statistic_filter(name, ("area", *figure.dimensions), asked)
        return self._page(
            request,
            "explanation.html",
            figure=figure,
            why=self.views.explain(filter),
            names=self._source_names(),
        )

    def targets(self, request: Request) -> Response:
        known = {figure.indicator for figure in self.sheets.figures()}
        plans = self.views.targets()
        return self._page(request, "targets.html", sets=plans.items, as_of=plans.as_of, figures=known)

    def sources(self, request: Request) -> Response:
        return self._page(request, "sources.html", feeds=self.views.sources())

    def operations(self, request: Request) -> Response:
        return self._page(request, "operations.html", now=self.views.operations(), names=self._source_names())

    def screen(self, request: Request) -> Response:
        lang = language_of(request.url.path)[0]
        figures = self.sheets.figures()
        return self._page(
            request,
            "screen.html",
            counters=self.views.counters(),
            tiles=self._counters_on_screen(figures, lang),
            events=self._latest(10),
            grid=self.sheets.grid(figures[0] if figures else None, _lang(request)),
            trades=self._trades(),
            sets=self._plan(),
            feeds=self.views.sources(),
            latest=tuple(figure.latest for figure in figures if figure.latest),
        )

    def _counters_on_screen(
        self, figures: Sequence[Indicator], lang: Lang
    ) -> list[tuple[str, str, str, tables.Compared | None]]:
        """Name, number, unit and growth of the eight counters of the wall screen."""
        return [
            (
                words.figure_word(figure.indicator, figure.label, lang),
                *numbers.readable(figure.latest.value if figure.latest else None, figure.unit, lang),
                tables.compared(self.sheets.series(figure), self.views.last_month),
            )
            for name in ON_SCREEN
            if (figure := sheets.named(figures, name))
        ]

    def _trades(self) -> list[tuple[str, int]]:
        """The sixteen industries of the 4×4 system, in its order, with the supply that is on offer in each."""
        found = self.views.search(ListingFilter(include={"kind": ("supply",)}, limit=1))
        industry = next(facet for facet in found.facets if facet.name == "industry")
        counts = {each.value: each.count for each in industry.values}
        return [(code, counts.get(code, 0)) for code in words.table()["industry"] if code[1:].isdigit()]

    def api(self, request: Request) -> Response:
        paths = request.app.openapi()["paths"]
        calls = [(path, verb.upper(), call) for path, verbs in sorted(paths.items()) for verb, call in verbs.items()]
        return self._page(request, "api.html", calls=calls, topics=[topic for topic in TOPICS if topic.is_public])

    def privacy(self, request: Request) -> Response:
        return self._page(request, "privacy.html")

    def problem(self, request: Request, problem: Problem) -> Response:
        """What went wrong, in words, with a way on. Needs no database: it must work when there is none."""
        return self._page(request, "problem.html", status=problem.status, problem=problem)

    def static(self, name: str) -> Response:
        """A hashed file never changes, so a browser may keep it for ever."""
        if name not in self.look.files:
            raise NotFound(f"no file is named {name[:60]}")
        body, media = self.look.files[name]
        return Response(body, media_type=media, headers={"Cache-Control": "public, max-age=31536000, immutable"})

    def robots(self, request: Request) -> Response:
        base = str(request.base_url)
        return PlainTextResponse(f"User-agent: *\nDisallow: /api/v1/stream\nSitemap: {base}sitemap.xml\n")

    def sitemap(self, request: Request) -> Response:
        """The standing pages and the newest open cards; only what answers 200."""
        cards = [*self.views.newest("supply", 200), *self.views.newest("demand", 200)]
        standing = [path for path, _ in self.table() if "{" not in path and path != "/statistics/explanation"]
        entries = [(path, "") for path in standing]
        entries += [(f"/{card.kind}/{card.id.split(':', 1)[-1]}", card.received_at) for card in cards]
        body = self.look.html("sitemap.xml", "/", "", base=str(request.base_url).rstrip("/"), entries=entries)
        return Response(body, media_type="application/xml")

    def _facet_word(self, request: Request) -> Callable[[str, str], str]:
        """The label of a facet's value: a platform's name, a code's word, or the value itself (IPC, county)."""
        lang, names = language_of(request.url.path)[0], self._source_names()

        def label(facet: str, value: str) -> str:
            if facet == "source":
                return names.get(value, value)
            coded = facet in FACET_WORDS or value == "unknown"  # a county has its official name, IPC classes their own
            return words.word(FACET_WORDS.get(facet, "area"), value, lang) if coded else value

        return label

    def _source_names(self) -> dict[str, str]:
        """The official name of each platform."""
        return {feed.source: feed.name for feed in self.views.sources().items}

    def _page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        body = self.look.html(template, request.url.path, request.url.query, **values)
        return HTMLResponse(body, status_code=status)


def _lang(request: Request) -> Lang:
    return language_of(request.url.path)[0]


def _pairs(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.url.query, keep_blank_values=True)


def _address(filter: ListingFilter) -> str:
    return "/listings" + (f"?{query}" if (query := filter.query()) else "")


def _fewer(words: str) -> tuple[str, ...]:
    """The query without each of its words in turn, for a search that found nothing."""
    parts = words.split()
    return tuple(" ".join(parts[:n] + parts[n + 1 :]) for n in range(len(parts))) if len(parts) > 1 else ()


def _full_id(kind: str, id: str) -> str:
    return id if ":" in id else f"{kind}:{id}"
