"""Sheets 表页: questions about figures → the columns, series and grids that pages print. Asks the views, counts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sinks.portal import tables, words
from sinks.portal.filters import StatisticFilter
from sinks.portal.models import Indicator, Observation
from sinks.portal.views import Views
from sinks.portal.words import PREFECTURES, PROVINCE, Lang

SUBJECTS = {
    "transfer": ("transfers", "transferred_patents", "university_to_sme_transfers"),
    "licence": ("licences", "licence_contracts", "university_to_sme_licences"),
    "both": ("university_to_sme_deals",),
    "pledge": (
        "pledges",
        "pledged_patents",
        "pledge_financing",
        "pledge_enterprises",
        "inclusive_loan_enterprises",
        "inclusive_loan_enterprises_20m",
        "pledge_releases",
    ),
    "contract": ("contracts", "contract_value", "patent_contract_value"),
}


class Sheets:
    """Whatever a page prints of a figure."""

    def __init__(self, views: Views) -> None:
        self.views = views

    def figures(self) -> tuple[Indicator, ...]:
        """Every figure, in the order of the bureau's tables."""
        return tuple(sorted(self.views.indicators().items, key=lambda figure: words.place_of(figure.indicator)))

    def ask(self, figure: Indicator, **question: Any) -> tuple[Observation, ...]:
        """Every cell of an answer: a table on a page is never cut by paging."""
        filter = StatisticFilter(indicator=figure.indicator, limit=200, **question)
        found: list[Observation] = []
        while True:
            page = self.views.statistics(filter, figure)
            found += page.items
            if not page.next:
                return tuple(found)
            filter = filter.model_copy(update={"cursor": page.next})

    def by_area(self, figure: Indicator, period: str, accumulation: str = "period") -> dict[str, tables.Cell]:
        """One column of a table: every area of one period."""
        found = self.ask(figure, by=("area",), period=period, accumulation=accumulation)
        return tables.whole(tables.by_area(found), figure.indicator, period, ytd=accumulation == "ytd")

    def series(self, figure: Indicator) -> list[tuple[str, tables.Cell]]:
        if figure.stock or not figure.periods:
            return []
        first, last = figure.periods
        months = tables.months_between(first, last)
        where = {"area": PROVINCE}
        seen = self.ask(figure, where=where, start_period=months[0], end_period=months[-1])
        return tables.series(seen, figure.indicator, first, last)

    def monthly_rows(self, figure: Indicator, month: str) -> tuple[tables.Row, ...]:
        def ask(*by: str, accumulation: str = "period") -> tuple[Observation, ...]:
            return self.ask(figure, by=("area", *by), period=month, accumulation=accumulation)

        def cut(dimension: str, values: tuple[str, ...]) -> dict[tuple[str, str], tables.Cell]:
            if dimension not in figure.dimensions:
                return {}
            return tables.whole_by(
                tables.by_value(ask(dimension), dimension), figure.indicator, month, dimension, values
            )

        year_ago = tables.shifted(month, -12)
        over, first = month <= self.views.last_month, (figure.periods or (month,))[0]
        return tables.monthly_rows(
            tables.whole(tables.by_area(ask(accumulation="ytd")), figure.indicator, month, ytd=True),
            self.by_area(figure, month),
            cut("right_type", tables.RIGHTS),
            cut("party_type", (*tables.SERVICE, "individual")),
            (
                self.by_area(figure, year_ago, accumulation="ytd") if over and first <= year_ago[:4] + "-01" else {},
                self.by_area(figure, year_ago) if over and first <= year_ago else {},
            ),
        )

    def grid(self, figure: Indicator | None, lang: Lang, period: str | None = None) -> dict[str, Any] | None:
        """The tile grid of one figure: marks for the chart, rows for the table beside it."""
        if figure is None:
            return None
        period = period or latest_period(figure)
        cells = self.by_area(figure, period)
        start = ("/en" if lang == "en" else "") + "/listings?area="
        marks = tables.tiles(cells, figure.unit, lang, {area: start + area for area in PREFECTURES})
        return {"figure": figure, "period": period, "marks": marks, "rows": tables.area_rows([cells])}


def groups(figures: Sequence[Indicator]) -> list[tuple[str, int]]:
    """Which subject of the table's head spans how many columns, in their order: 转让 3, 许可 4, …"""
    return [(name, len(list(each))) for name, each in groupby(figures, lambda figure: subject(figure.indicator))]


def subject(indicator: str) -> str:
    return next((subject for subject, names in SUBJECTS.items() if indicator in names), "other")


def named(figures: Sequence[Indicator], name: str) -> Indicator | None:
    return next((figure for figure in figures if figure.indicator == name), None)


def latest_period(figure: Indicator) -> str:
    """The period of the newest figure for the province: the running year, or ``current`` for a stock."""
    if figure.stock:
        return "current"
    return figure.latest.period if figure.latest else (figure.periods[1][:4] if figure.periods else "current")


def periods(figure: Indicator) -> tuple[str, ...]:
    """What a reader may choose, the newest first: each year, then each month."""
    if figure.stock or not figure.periods:
        return ("current",)
    months = tables.months_between(*figure.periods)[::-1]
    return (*dict.fromkeys(month[:4] for month in months), *months)


def months(figures: Sequence[Indicator]) -> tuple[str, ...]:
    """Months for which some figure exists, the oldest first."""
    bounds = [figure.periods for figure in figures if figure.periods]
    return tables.months_between(min(b[0] for b in bounds), max(b[1] for b in bounds)) if bounds else ()
