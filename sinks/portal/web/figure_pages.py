"""Pages of figures, of their explanations and of targets."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from schemas.errors import NotFound
from schemas.figures.values import PROVINCE
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.read.versions import FIGURES
from sinks.portal.show import sheets, tables
from sinks.portal.web.fields import Name
from sinks.portal.web.figure_parameters import ExplanationParameters, PeriodParameters
from sinks.portal.web.page import Page, PageMaker, Word, chosen, language

MONTHLY = ("transfers", "licences", "pledges", "pledge_financing", "contracts", "patent_contract_value")


class FigurePages(PageMaker):
    """What was counted, and why."""

    def table(self) -> tuple[Page, ...]:
        return (
            Page("/statistics", self.statistics, FIGURES),
            Page("/statistics/explanation", self.explanation, None),  # says whether evidence is here
            Page("/statistics/monthly/{month}", self.monthly, (*FIGURES, "release")),
            Page("/statistics/{name}", self.indicator, (*FIGURES, "source_status")),
            Page("/targets", self.targets),
        )

    def statistics(self, request: Request, grid: Word = "") -> Response:
        figures = self.sheets.figures()
        columns = [self.sheets.by_area(figure, sheets.latest_period(figure)) for figure in figures]
        series = {figure.indicator: self.over(figure) for figure in figures if not figure.stock}
        return self.page(
            request,
            "statistics.html",
            figures=figures,
            rows=tables.area_rows(columns),
            grid=self.sheets.grid(chosen(figures, grid), language(request)),
            series=series,
            months=sheets.months(figures),
            last_month=self.views.last_month,
            compared={name: tables.compared(each, self.views.last_month) for name, each in series.items()},
            groups=sheets.groups(figures),
        )

    def monthly(self, request: Request, month: Name) -> Response:
        figures = [figure for name in MONTHLY if (figure := sheets.named(self.sheets.figures(), name))]
        months = sheets.months(figures)
        if month not in months:
            raise NotFound(f"no figures for {month[:20]}", next_step="/statistics")
        printed = [(figure, self.sheets.monthly_rows(figure, month)) for figure in figures]
        return self.page(
            request,
            "monthly.html",
            month=month,
            months=months,
            sheets=printed,
            over=month <= self.views.last_month,
            signed=next((one for one in self.views.releases().items if one.period == month), None),
            as_of=max(figure.latest.as_of for figure in figures if figure.latest),
        )

    def indicator(self, request: Request, name: Name, asked: Annotated[PeriodParameters, Query()]) -> Response:
        figure = self.views.indicator(name)
        period = asked.period or sheets.latest_period(figure)
        cuts = [
            (dimension, self.sheets.ask(figure, by=(dimension,), where={"area": PROVINCE}, period=period))
            for dimension in figure.dimensions
        ]
        series = self.over(figure)
        return self.page(
            request,
            "indicator.html",
            figure=figure,
            period=period,
            series=series,
            grown=[tables.compared(series, month) for month, _ in series[-12:]],
            names=self.source_names(),
            cuts=[cut for cut in cuts if cut[1]],
            grid=self.sheets.grid(figure, language(request), period),
            periods=sheets.periods(figure),
        )

    def over(self, figure: Indicator) -> list[tuple[str, tables.Number]]:
        """A figure's months that are over: one that has just begun would look like a fall."""
        return [(month, number) for month, number in self.sheets.series(figure) if month <= self.views.last_month]

    def explanation(self, request: Request, asked: Annotated[ExplanationParameters, Query()]) -> Response:
        filter = asked.filter(asked.indicator)
        return self.page(
            request,
            "explanation.html",
            figure=self.views.indicator(asked.indicator),
            why=self.views.explain(filter),
            names=self.source_names(),
        )

    def targets(self, request: Request) -> Response:
        known = {figure.indicator for figure in self.sheets.figures()}
        plans = self.views.targets()
        return self.page(
            request, "targets.html", sets=plans.items, as_of=plans.as_of, figures=known, feeds=self.feed_names()
        )
