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
from sinks.portal import numbers, tables, words
from sinks.portal.filters import (
    EventFilter,
    ListingFilter,
    StatisticFilter,
    event_filter,
    listing_filter,
    statistic_filter,
)
from sinks.portal.look import Look, language_of
from sinks.portal.models import Indicator, Observation, Problem, TargetSet
from sinks.portal.views import Views
from sinks.portal.words import PREFECTURES, PROVINCE, Lang

EVENT_KINDS = tuple(kind.name for kind in KINDS if not kind.is_listing)
DEALS = ("transfer", "licence", "open-licence", "pledge")       # what the first page shows of the latest events
MONTHLY = ("transfers", "licences", "pledges", "pledge_financing", "contracts", "patent_contract_value")
ON_SCREEN = (
    "supply_listings", "demand_listings", "transfers", "licences", "university_to_sme_deals", "pledges",
    "pledge_financing", "patent_contract_value",
)
SORTS = ("relevance", "newest", "price", "expiry")
# Which words explain the values of a facet; the others (subclass, county) are shown as they are.
FACET_WORDS = {
    "kind": "kind", "industry": "industry", "area": "area", "right_type": "right_type", "section": "ipc_section",
    "deal_form": "deal_form", "price": "price_band", "stage": "stage", "owner_type": "party_type",
    "legal_status": "legal_status", "open_licence": "open_licence", "encumbrance": "encumbrance", "state": "state",
}
Handler = Callable[..., Response]


class Pages:
    """The portal for people."""

    def __init__(self, views: Views, look: Look) -> None:
        self.views, self.look = views, look

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
            ("/", self.home), ("/listings", self.listings),
            ("/supply/{id}", self.supply), ("/demand/{id}", self.demand),
            ("/patent/{number:path}", self.patent), ("/organisation/{id}", self.organisation),
            ("/events", self.events), ("/event/{kind}/{id}", self.event),
            ("/statistics", self.statistics), ("/statistics/explanation", self.explanation),
            ("/statistics/monthly/{month}", self.monthly), ("/statistics/{name}", self.indicator),
            ("/targets", self.targets), ("/sources", self.sources), ("/operations", self.operations),
            ("/api", self.api), ("/about/privacy", self.privacy), ("/screen", self.screen),
        )

    def home(self, request: Request) -> Response:
        figures = self.views.indicators().items
        chosen = _named(figures, request.query_params.get("grid", "")) or (figures[0] if figures else None)
        return self._page(
            request, "home.html", counters=self.views.counters(), supply=self.views.newest("supply", 5),
            demand=self.views.newest("demand", 5), events=self._latest(8), figures=figures,
            grid=self._grid(chosen, request), sets=self._plan(), sources=self.views.sources().items,
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
            request, "listings.html", filter=filter, results=results, sorts=SORTS,
            toggle=lambda facet, value, out=False: _address(filter.toggled(facet, value, exclude=out)),
            with_=lambda **change: _address(filter.model_copy(update={"cursor": None, **change})),
            next=_address(filter.following(results.next)), fewer=_fewer(filter.q), facet_word=self._facet_word(request),
        )

    def supply(self, request: Request, id: str) -> Response:
        return self._listing(request, "supply", id)

    def demand(self, request: Request, id: str) -> Response:
        return self._listing(request, "demand", id)

    def _listing(self, request: Request, kind: str, id: str) -> Response:
        full = _full_id(kind, id)
        listing = self.views.listing(full)
        dossier = self.views.patent(listing.patent_number) if listing.patent_number else None
        return self._page(
            request, "listing.html", listing=listing, dossier=dossier,
            history=self.views.listing_revisions(full).items, names=self._source_names(),
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
            request, "event.html", event=self.views.event(kind, full),
            history=self.views.event_revisions(kind, full).items, names=self._source_names(),
        )

    def statistics(self, request: Request) -> Response:
        figures = self.views.indicators().items
        columns = [tables.by_area(self._ask(figure, by=("area",), period=_latest_period(figure))) for figure in figures]
        chosen = _named(figures, request.query_params.get("grid", "")) or (figures[0] if figures else None)
        return self._page(
            request, "statistics.html", figures=figures, rows=tables.area_rows(columns),
            grid=self._grid(chosen, request),
            series={figure.indicator: self._series(figure) for figure in figures if not figure.stock},
            months=_months(figures),
        )

    def monthly(self, request: Request, month: str) -> Response:
        figures = [figure for name in MONTHLY if (figure := _named(self.views.indicators().items, name))]
        months = _months(figures)
        if month not in months:
            raise NotFound(f"no figures for {month[:20]}", next_step="/statistics")
        sheets = [(figure, self._monthly_rows(figure, month)) for figure in figures]
        return self._page(request, "monthly.html", month=month, months=months, sheets=sheets)

    def _monthly_rows(self, figure: Indicator, month: str) -> tuple[tables.Row, ...]:
        def ask(*by: str, accumulation: str = "period") -> tuple[Observation, ...]:
            return self._ask(figure, by=("area", *by), period=month, accumulation=accumulation)

        right = tables.by_value(ask("right_type"), "right_type") if "right_type" in figure.dimensions else {}
        party = tables.by_value(ask("party_type"), "party_type") if "party_type" in figure.dimensions else {}
        return tables.monthly_rows(tables.by_area(ask(accumulation="ytd")), tables.by_area(ask()), right, party)

    def indicator(self, request: Request, name: str) -> Response:
        figure = self.views.indicator(name)
        period = request.query_params.get("period") or _latest_period(figure)
        cells = self._ask(figure, by=("area",), period=period)
        cuts = [
            (dimension, self._ask(figure, by=(dimension,), where={"area": PROVINCE}, period=period))
            for dimension in figure.dimensions
        ]
        return self._page(
            request, "indicator.html", figure=figure, period=period, rows=tables.area_rows([tables.by_area(cells)]),
            series=self._series(figure), cuts=[cut for cut in cuts if cut[1]], grid=self._grid(figure, request, period),
            periods=_periods(figure),
        )

    def explanation(self, request: Request) -> Response:
        pairs = _pairs(request)
        name = dict(pairs).get("indicator", "")
        figure = self.views.indicator(name)
        asked = [pair for pair in pairs if pair[0] != "indicator"]
        filter = statistic_filter(name, ("area", *figure.dimensions), asked)
        return self._page(
            request, "explanation.html", figure=figure, why=self.views.explain(filter), names=self._source_names(),
        )

    def _ask(self, figure: Indicator, **question: Any) -> tuple[Observation, ...]:
        """Every cell of an answer: a table on a page is never cut by paging."""
        filter = StatisticFilter(indicator=figure.indicator, limit=200, **question)
        found: list[Observation] = []
        while True:
            page = self.views.statistics(filter)
            found += page.items
            if not page.next:
                return tuple(found)
            filter = filter.model_copy(update={"cursor": page.next})

    def _series(self, figure: Indicator) -> list[tuple[str, tables.Cell]]:
        if figure.stock or not figure.periods:
            return []
        first, last = figure.periods
        months = tables.months_between(first, last)
        where = {"area": PROVINCE}
        seen = self._ask(figure, where=where, start_period=months[0], end_period=months[-1])
        return tables.series(seen, first, last)

    def _grid(self, figure: Indicator | None, request: Request, period: str | None = None) -> dict[str, Any] | None:
        """The tile grid of one figure: marks for the chart, rows for the table beside it."""
        if figure is None:
            return None
        lang = language_of(request.url.path)[0]
        period = period or _latest_period(figure)
        cells = tables.by_area(self._ask(figure, by=("area",), period=period))
        start = ("/en" if lang == "en" else "") + "/listings?area="
        marks = tables.tiles(cells, figure.unit, lang, {area: start + area for area in PREFECTURES})
        return {"figure": figure, "period": period, "marks": marks, "rows": tables.area_rows([cells])}

    def targets(self, request: Request) -> Response:
        return self._page(request, "targets.html", sets=self.views.targets().items)

    def sources(self, request: Request) -> Response:
        return self._page(request, "sources.html", feeds=self.views.sources())

    def operations(self, request: Request) -> Response:
        return self._page(request, "operations.html", feeds=self.views.sources())

    def screen(self, request: Request) -> Response:
        lang = language_of(request.url.path)[0]
        figures = self.views.indicators().items
        return self._page(
            request, "screen.html", counters=self.views.counters(), tiles=_counters_on_screen(figures, lang),
            events=self._latest(8), grid=self._grid(figures[0] if figures else None, request), trades=self._trades(),
            sets=self._plan(),
            feeds=self.views.sources(), latest=tuple(figure.latest for figure in figures if figure.latest),
        )

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
            coded = facet in FACET_WORDS or value == "unknown"
            return words.word(FACET_WORDS.get(facet, "area"), value, lang) if coded else value

        return label

    def _source_names(self) -> dict[str, str]:
        """The official name of each platform."""
        return {feed.source: feed.name for feed in self.views.sources().items}

    def _page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        body = self.look.html(template, request.url.path, request.url.query, **values)
        return HTMLResponse(body, status_code=status)


def _pairs(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.url.query, keep_blank_values=True)


def _address(filter: ListingFilter) -> str:
    return "/listings" + (f"?{query}" if (query := filter.query()) else "")


def _counters_on_screen(figures: Sequence[Indicator], lang: Lang) -> list[tuple[str, str, str]]:
    """Name, number and unit of the eight counters of the wall screen."""
    named = [figure for name in ON_SCREEN if (figure := _named(figures, name))]
    return [
        (words.word("indicator", figure.indicator, lang),
         *numbers.readable(figure.latest.value if figure.latest else None, figure.unit, lang)) for figure in named
    ]


def _fewer(words: str) -> tuple[str, ...]:
    """The query without each of its words in turn, for a search that found nothing."""
    parts = words.split()
    return tuple(" ".join(parts[:n] + parts[n + 1:]) for n in range(len(parts))) if len(parts) > 1 else ()


def _full_id(kind: str, id: str) -> str:
    return id if ":" in id else f"{kind}:{id}"


def _named(figures: Sequence[Indicator], name: str) -> Indicator | None:
    return next((figure for figure in figures if figure.indicator == name), None)


def _latest_period(figure: Indicator) -> str:
    """The period of the newest figure for the province: the running year, or ``current`` for a stock."""
    if figure.stock:
        return "current"
    return figure.latest.period if figure.latest else (figure.periods[1][:4] if figure.periods else "current")


def _periods(figure: Indicator) -> tuple[str, ...]:
    """What a reader may choose, the newest first: each year, then each month."""
    if figure.stock or not figure.periods:
        return ("current",)
    months = tables.months_between(*figure.periods)[::-1]
    return (*dict.fromkeys(month[:4] for month in months), *months)


def _months(figures: Sequence[Indicator]) -> tuple[str, ...]:
    """Months for which some figure exists, the oldest first."""
    bounds = [figure.periods for figure in figures if figure.periods]
    return tables.months_between(min(b[0] for b in bounds), max(b[1] for b in bounds)) if bounds else ()
