"""Pages of figures, of their explanations and of targets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import Query, Request
from fastapi.responses import Response

from schemas.errors import NotFound
from schemas.fields.date import CHINA
from schemas.figures import BY_ID
from schemas.figures.dimensions import TAKER_AREA
from schemas.figures.values import PROVINCE
from schemas.words import Term
from sinks.figures.calendar import is_settled
from sinks.figures.release import FigureRelease
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.read.versions import FIGURES
from sinks.portal.show import linked_data, sheets, tables
from sinks.portal.show.feeds import PATH, FeedLink
from sinks.portal.show.month_report import month_report
from sinks.portal.show.sheets import Sheets
from sinks.portal.show.words import ROWS
from sinks.portal.web.exported import XLSX
from sinks.portal.web.fields import Name
from sinks.portal.web.figure_parameters import ExplanationParameters, GridParameters, MomentParameters, PeriodParameters
from sinks.portal.web.page import Page, PageMaker, chosen, language, public_url

MONTHLY = ("transfers", "licences", "pledges", "pledge_financing", "contracts", "patent_contract_value")
EVERY_MONTH = 1_200


class Monthly(NamedTuple):
    """The tables of one month. ``signed``: its newest release."""

    months: tuple[str, ...]
    sheets: list[tuple[Indicator, tuple[tables.Row, ...]]]
    over: bool
    signed: FigureRelease | None
    as_of: str


class FigurePages(PageMaker):
    """What was counted, and why."""

    def table(self) -> tuple[Page, ...]:
        return (
            Page("/statistics", self.statistics, FIGURES),
            Page("/statistics/explanation", self.explanation, None),  # says whether evidence is here
            Page("/statistics/monthly/{month}.xlsx", self.month_report, None),
            Page("/statistics/monthly/{month}", self.monthly, (*FIGURES, "release")),
            Page("/statistics/{name}", self.indicator, (*FIGURES, "source_status", "event")),
            Page("/targets", self.targets),
        )

    def statistics(self, request: Request, asked: Annotated[GridParameters, Query()]) -> Response:
        sheet = self.sheets.at(asked.as_of)
        figures = sheet.figures()
        columns = [sheet.by_area(figure, sheets.latest_period(figure)) for figure in figures]
        series = {figure.indicator: over(sheet, figure) for figure in figures if not figure.stock}
        return self.page(
            request,
            "statistics.html",
            figures=figures,
            rows=tables.area_rows(columns),
            grid=sheet.grid(chosen(figures, asked.grid or ""), language(request)),
            series=series,
            months=sheets.months(monthly(figures)),
            last_month=sheet.last_month,
            compared={name: tables.compared(each, sheet.last_month) for name, each in series.items()},
            groups=sheets.groups(figures),
            at=in_china(asked.as_of),
        )

    def monthly(self, request: Request, month: Name, asked: Annotated[MomentParameters, Query()]) -> Response:
        found = self.month(month, asked.as_of)
        return self.page(request, "monthly.html", month=month, at=in_china(asked.as_of), **found._asdict())

    def month_report(self, request: Request, month: Name, asked: Annotated[MomentParameters, Query()]) -> Response:
        """The same tables as a workbook."""
        found, lang = self.month(month, asked.as_of), language(request)
        at, signed = in_china(asked.as_of) or found.as_of, found.signed
        who = f"；发布版 {signed.id}，{signed.signed_by}" if signed else ""
        whom = f"; release {signed.id}, {signed.signed_by}" if signed else ""
        note = Term(f"数据截至 {at}，状态为初步{who}", f"As of {at}, provisional{whom}")
        return Response(
            month_report(month, found.sheets, note, lang),
            media_type=XLSX,
            headers={"Content-Disposition": f'attachment; filename="tongda-{month}.xlsx"'},
        )

    def month(self, month: str, as_of: str | None) -> Monthly:
        """Raises NotFound: no figure has this month."""
        sheet = self.sheets.at(as_of)
        figures = monthly(sheet.figures())
        months = sheets.months(figures, at_most=EVERY_MONTH)
        if month not in months:
            raise NotFound(f"no figures for {month[:20]}", next_step="/statistics")
        return Monthly(
            months=months,
            sheets=[(figure, sheet.monthly_rows(figure, month)) for figure in figures],
            over=month <= sheet.last_month,
            signed=next((one for one in self.views.releases().items if one.period == month), None),
            as_of=max(figure.latest.as_of for figure in figures if figure.latest),
        )

    def indicator(self, request: Request, name: Name, asked: Annotated[PeriodParameters, Query()]) -> Response:
        figure, sheet = self.views.indicator(name, asked.as_of), self.sheets.at(asked.as_of)
        period, area = asked.period or sheets.latest_period(figure), asked.area or PROVINCE
        cuts = [
            (dimension, sheet.ask(figure, by=(dimension,), where={"area": area}, period=period))
            for dimension in figure.dimensions
        ]
        series = over(sheet, figure, area)
        return self.page(
            request,
            "indicator.html",
            figure=figure,
            published=bool(figure.latest or figure.periods) and (not asked.period or period in sheets.periods(figure)),
            by_taker=figure.indicator in BY_ID and BY_ID[figure.indicator].area is TAKER_AREA,
            period=period,
            area=area,
            areas=ROWS,
            series=series,
            settled=sum(is_settled(month, self.views.day_at(asked.as_of)) for month, _ in series),
            small={
                each: [one for one in months if one[0] <= sheet.last_month]
                for each, months in sheet.series_by_area(figure).items()
            },
            derived=sheet.derived(figure, period),
            reconciled=[] if asked.as_of else self.views.reconciled(name),
            grown=[tables.compared(series, month) for month, _ in series[-12:]],
            names=self.source_names(),
            cuts=[cut for cut in cuts if cut[1]],
            grid=sheet.grid(figure, language(request), period),
            periods=sheets.periods(figure),
            as_of=figure.latest.as_of if figure.latest else None,
            linked_data=linked_data.dataset(figure, public_url(request)),
            feed=FeedLink(f"{PATH}/statistics/{name}", [("area", area)] if area != PROVINCE else []),
            at=in_china(asked.as_of),
        )

    def explanation(self, request: Request, asked: Annotated[ExplanationParameters, Query()]) -> Response:
        filter = asked.filter(asked.indicator)
        return self.page(
            request,
            "explanation.html",
            figure=self.views.indicator(asked.indicator, asked.as_of),
            why=self.views.explain(filter),
            names=self.source_names(),
            at=in_china(asked.as_of),
        )

    def targets(self, request: Request, asked: Annotated[MomentParameters, Query()]) -> Response:
        known = {figure.indicator for figure in self.sheets.at(asked.as_of).figures()}
        plans = self.views.targets(as_of=asked.as_of)
        return self.page(
            request,
            "targets.html",
            sets=plans.items,
            as_of=plans.as_of,
            figures=known,
            feeds=self.feed_names(),
            at=in_china(asked.as_of),
        )


def over(sheet: Sheets, figure: Indicator, area: str = PROVINCE) -> list[tuple[str, tables.Number]]:
    """A figure's months that are over: one that has just begun would look like a fall."""
    return [(month, number) for month, number in sheet.series(figure, area) if month <= sheet.last_month]


def monthly(figures: Sequence[Indicator]) -> list[Indicator]:
    """The figures of the monthly tables; a month is offered when one of them has it, so that no link leads nowhere."""
    return [figure for name in MONTHLY if (figure := sheets.named(figures, name))]


def in_china(as_of: str | None) -> str | None:
    """An instant as pages print it and links carry it."""
    return datetime.fromisoformat(as_of).astimezone(CHINA).isoformat() if as_of else None
