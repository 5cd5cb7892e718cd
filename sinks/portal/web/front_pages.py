"""The first page, the wall screen, and the pages about the hub itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import Response

from schemas.topics import STATISTIC
from schemas.words import Lang
from sinks.portal.read.answers import Counters
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.search.facets import LISTING_KINDS, SHOWN_STATES
from sinks.portal.search.filter import ListingFilter
from sinks.portal.secrecy import KEY_HOLDER, PUBLIC, shown_kinds, shown_topics, withheld_fields
from sinks.portal.show import numbers, sheets, tables, words
from sinks.portal.web.page import Page, PageMaker, Word, chosen, language, wants_numbers

HEADLINE = (  # the six figures of the first page
    "transfers",
    "licences",
    "university_to_sme_deals",
    "pledges",
    "pledge_financing",
    "patent_contract_value",
)
ON_SCREEN = ("supply_listings", "demand_listings", *HEADLINE)
IN_A_SENTENCE = ("transfers", "licences", "pledges")
COUNTED_STATES = ("reserved", "concluded")  # counted over all kinds of listings


class Counter(NamedTuple):
    """A number of the first page: its name, and the listings that it counts."""

    group: str
    code: str
    number: int
    filter: ListingFilter


class Tile(NamedTuple):
    """A number of the wall screen."""

    name: str
    number: str
    unit: str
    compared: tables.Compared | None


class FrontPages(PageMaker):
    """Where a reader arrives."""

    def table(self) -> tuple[Page, ...]:
        return (
            Page("/", self.home),
            Page("/sources", self.sources),
            Page("/api", self.api, None),
            Page("/about/privacy", self.privacy, None),
            Page("/screen", self.screen),
        )

    def home(self, request: Request, grid: Word = "") -> Response:
        last = "" if wants_numbers(request) else self.last_event_id()
        figures = self.sheets.figures()
        counters = self.views.counters()
        live: dict[str, Any] = {
            "counters": counters,
            "counted": counted(counters),
            "headline": [
                (figure, tables.compared(self.sheets.series(figure), self.views.last_month))
                for figure in self.named(figures, HEADLINE)
                if figure.latest
            ],
        }
        if wants_numbers(request):
            return self.live_parts(request, "home.html", **live)
        return self.page(
            request,
            "home.html",
            last_event_id=last,
            **live,
            lately=self.lately(figures),
            newest=[(kind, self.views.newest(kind, 5)) for kind in LISTING_KINDS],
            events=(events := self.latest(8)),
            titles=self.views.titles(events),
            figures=self.named(figures, ON_SCREEN),
            grid=self.sheets.grid(chosen(figures, grid), language(request)),
            sets=self.plan(),
            sources=self.views.sources().items,
        )

    def last_event_id(self) -> str:
        """The event from which the stream of an open page goes on. To be asked before what the page shows."""
        return "{}-{}".format(*self.views.last_change(STATISTIC.name))

    def lately(self, figures: Sequence[Indicator]) -> list[tuple[Indicator, tables.Compared]]:
        """What the newest month that is over and was read brought, of the figures that are told in one sentence."""
        series = [(figure, self.sheets.series(figure)) for figure in self.named(figures, IN_A_SENTENCE)]
        months = [month for _, each in series for month, cell in each if month <= self.views.last_month and cell.value]
        newest = max(months, default="")
        return [(figure, told) for figure, each in series if newest and (told := tables.compared(each, newest))]

    def screen(self, request: Request) -> Response:
        figures = self.sheets.figures()
        return self.page(
            request,
            "screen.html",
            last_event_id=self.last_event_id(),
            counters=self.views.counters(),
            tiles=self.tiles(figures, language(request)),
            events=self.latest(10),
            grid=self.sheets.grid(figures[0] if figures else None, language(request)),
            trades=self.trades(),
            sets=self.plan(),
            feeds=self.views.sources(),
            latest=tuple(figure.latest for figure in figures if figure.latest),
        )

    def tiles(self, figures: Sequence[Indicator], lang: Lang) -> list[Tile]:
        """The eight counters of the wall screen."""
        return [
            Tile(
                words.figure_word(figure.indicator, figure.label, lang),
                *numbers.readable(figure.latest.value if figure.latest else None, figure.unit, lang),
                tables.compared(self.sheets.series(figure), self.views.last_month),
            )
            for figure in self.named(figures, ON_SCREEN)
        ]

    def trades(self) -> list[tuple[str, int]]:
        """The sixteen industries, with the listings of the first kind that are open in each."""
        found = self.views.search(ListingFilter(include={"kind": LISTING_KINDS[:1]}, limit=1))
        industry = next(facet for facet in found.facets if facet.name == "industry")
        counts = {each.value: each.count for each in industry.values}
        return [(code, counts.get(code, 0)) for code in words.industries()]

    def sources(self, request: Request) -> Response:
        return self.page(request, "sources.html", feeds=self.views.sources())

    def api(self, request: Request) -> Response:
        paths = request.app.openapi()["paths"]
        calls = [
            (path, method.upper(), call) for path, methods in sorted(paths.items()) for method, call in methods.items()
        ]
        return self.page(request, "api.html", calls=calls, topics=shown_topics(KEY_HOLDER), by_key=by_key())

    def privacy(self, request: Request) -> Response:
        return self.page(request, "privacy.html")

    @staticmethod
    def named(figures: Sequence[Indicator], names: Sequence[str]) -> list[Indicator]:
        """Those of the figures that have a point, in the order of their names."""
        return [figure for name in names if (figure := sheets.named(figures, name))]


def counted(counters: Counters) -> list[Counter]:
    """Open listings of each kind, then those in other states, whatever their kind."""
    first, *_ = SHOWN_STATES
    found = counters.listings
    by_kind = [
        Counter("kind", kind, found.get(kind, {}).get(first, 0), _states(first, kind=(kind,))) for kind in LISTING_KINDS
    ]
    by_state = [
        Counter("state", state, sum(states.get(state, 0) for states in found.values()), _states(state))
        for state in COUNTED_STATES
    ]
    return by_kind + by_state


def by_key() -> dict[str, tuple[str, ...]]:
    """What is read with a key alone: kinds, and fields of public kinds; no field means the whole kind."""
    public = shown_kinds(PUBLIC)
    found = {kind: withheld_fields(kind, PUBLIC) for kind in public}
    whole = {kind: () for kind in shown_kinds(KEY_HOLDER) if kind not in public}
    return whole | {kind: fields for kind, fields in found.items() if fields}


def _states(state: str, **further: tuple[str, ...]) -> ListingFilter:
    return ListingFilter(include={**further, "state": (state,)})
