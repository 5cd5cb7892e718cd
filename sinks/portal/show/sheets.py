"""Sheets 表页: questions about figures → the columns, series and grids that pages print. Counts nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from schemas.figures import BY_ID, SUBJECTS
from schemas.figures.derived import DERIVED, Derived, Side
from schemas.figures.subjects import SubjectGroup
from schemas.figures.values import PREFECTURES, PROVINCE
from schemas.words import Lang
from sinks.figures.derived import DerivedCell, cells
from sinks.portal.read.derived import is_published
from sinks.portal.read.figure_answers import CellValue, Indicator
from sinks.portal.read.filters import FigureFilter
from sinks.portal.read.kept import Kept
from sinks.portal.read.versions import FIGURES
from sinks.portal.read.views import Views
from sinks.portal.show import tables
from sinks.portal.show.charts import Datum

ORDER = {name: position for position, name in enumerate(BY_ID)}  # of display


@dataclass(frozen=True)
class Grid:
    """The tile grid of one figure: data of the chart, rows of the table beside it."""

    figure: Indicator
    period: str
    data: Sequence[Datum]
    rows: tuple[tables.Row, ...]


class Sheets:
    """Whatever a page prints of a figure; ``as_of``: as it was published at that instant, else as it stands."""

    def __init__(self, views: Views, kept: Kept, as_of: str | None = None) -> None:
        self.views, self.kept, self.as_of = views, kept, as_of

    def at(self, as_of: str | None) -> Sheets:
        """The same as of an instant."""
        return Sheets(self.views, self.kept, as_of)

    @property
    def last_month(self) -> str:
        """The newest month that is over, or was over at the instant."""
        return self.views.last_month_at(self.as_of)

    def figures(self) -> tuple[Indicator, ...]:
        """Every figure, in the order of the bureau's tables."""
        found = self.kept.get(FIGURES, ("figures", self.as_of), lambda: self.views.indicators(as_of=self.as_of).items)
        return tuple(sorted(found, key=lambda figure: (ORDER.get(figure.indicator, len(ORDER)), figure.indicator)))

    def ask(self, figure: Indicator, **question: Any) -> tuple[CellValue, ...]:
        """Every cell of an answer: a table on a page is never cut by paging."""
        filter = FigureFilter(indicator=figure.indicator, limit=200, as_of=self.as_of, **question)
        return self.kept.get(FIGURES, repr(filter), lambda: self._ask(figure, filter))

    def _ask(self, figure: Indicator, filter: FigureFilter) -> tuple[CellValue, ...]:
        found: list[CellValue] = []
        while True:
            page = self.views.statistics(filter, figure)
            found += page.items
            if not page.next:
                return tuple(found)
            filter = replace(filter, cursor=page.next)

    def by_area(self, figure: Indicator, period: str, accumulation: str = "period") -> dict[str, tables.Number]:
        """One column of a table: every area of one period."""
        found = self.ask(figure, by=("area",), period=period, accumulation=accumulation)
        return tables.whole(tables.by_area(found), figure.indicator, period, ytd=accumulation == "ytd")

    def series(self, figure: Indicator, area: str = PROVINCE) -> list[tuple[str, tables.Number]]:
        """The months of the province or of one area; of a stock what stood at their ends."""
        if figure.stock:
            return self.ends(figure, area)
        if not figure.periods:
            return []
        first, last = figure.periods
        months = tables.months_between(first, last)
        seen = self.ask(figure, where={"area": area}, start_period=months[0], end_period=months[-1])
        return tables.series(seen, figure.indicator, first, last, area)

    def ends(self, figure: Indicator, area: str) -> list[tuple[str, tables.Number]]:
        """What stood at the ends of the last two years' months, from the first of which anything is known."""
        if figure.indicator not in BY_ID or not BY_ID[figure.indicator].has_ends:
            return []
        last = self.last_month
        asked = {"start_period": tables.shifted(last, -23), "end_period": last}
        seen = self.ask(figure, where={"area": area}, accumulation="end", **asked)
        first = min((cell.period for cell in seen), default=None)
        if first is None or all(cell.value is None for cell in seen):
            return []
        return tables.series(seen, figure.indicator, first, last, area, at_end=True)

    def series_by_area(self, figure: Indicator) -> dict[str, list[tuple[str, tables.Number]]]:
        """The same months of every area, one question for all of them."""
        if figure.stock or not figure.periods:
            return {}
        months = tables.months_between(*figure.periods)
        seen = self.ask(figure, by=("area",), start_period=months[0], end_period=months[-1])
        found: dict[str, list[CellValue]] = {area: [] for area in PREFECTURES}
        for cell in seen:
            found.get(cell.area, []).append(cell)
        return {area: tables.series(cells, figure.indicator, *figure.periods, area) for area, cells in found.items()}

    def derived(self, figure: Indicator, period: str) -> list[tuple[Derived, list[DerivedCell]]]:
        """Shares and differences in which this figure is a side, by area; none of a stock, or while a side has no value."""
        known = {each.indicator: each for each in self.figures()}
        found = []
        for each in DERIVED:
            sides = (each.first, each.second)
            is_a_side = figure.indicator in {side.indicator for side in sides}
            if is_a_side and not figure.stock and all(is_published(side, known) for side in sides):
                found.append(
                    (each, cells(each, period, *(self._side(known[side.indicator], side, period) for side in sides)))
                )
        return found

    def _side(self, figure: Indicator, side: Side, period: str) -> dict[str, str | None]:
        asked = self.ask(figure, by=("area",), where=dict(side.held), period=period)
        return {cell.area: cell.value for cell in asked}

    def monthly_rows(self, figure: Indicator, month: str) -> tuple[tables.Row, ...]:
        def ask(*by: str, accumulation: str = "period") -> tuple[CellValue, ...]:
            return self.ask(figure, by=("area", *by), period=month, accumulation=accumulation)

        def cut(dimension: str, values: tuple[str, ...]) -> dict[tuple[str, str], tables.Number]:
            if dimension not in figure.dimensions:
                return {}
            return tables.whole_by(
                tables.by_value(ask(dimension), dimension), figure.indicator, month, dimension, values
            )

        year_ago = tables.shifted(month, -12)
        over, first = month <= self.last_month, (figure.periods or (month,))[0]
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

    def grid(self, figure: Indicator | None, lang: Lang, period: str | None = None) -> Grid | None:
        """The tile grid of one figure."""
        if figure is None:
            return None
        period = period or latest_period(figure)
        cells = self.by_area(figure, period)
        start = ("/en" if lang == "en" else "") + "/listings?area="
        data = tables.tiles(cells, figure.unit, lang, {area: start + area for area in PREFECTURES})
        return Grid(figure, period, data, tables.area_rows([cells]))


def groups(figures: Sequence[Indicator]) -> list[tuple[SubjectGroup, int]]:
    """Which subject of the table's head spans how many columns, in their order: 转让 3, 许可 4, …"""
    return [
        (subject, len(list(each))) for subject, each in groupby(figures, lambda figure: subject_of(figure.indicator))
    ]


def subject_of(indicator: str) -> SubjectGroup:
    """The subject of a figure; one that this release does not know stands with the last."""
    return BY_ID[indicator].subject if indicator in BY_ID else SUBJECTS[-1]


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


def months(figures: Sequence[Indicator], at_most: int = 24) -> tuple[str, ...]:
    """Months for which some figure exists, the oldest first; the newest ``at_most`` of them."""
    bounds = [figure.periods for figure in figures if figure.periods]
    return tables.months_between(min(b[0] for b in bounds), max(b[1] for b in bounds), at_most) if bounds else ()
