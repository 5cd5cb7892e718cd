"""Parameters of a question about one figure; each of its dimensions can be held to a value."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import AfterValidator, Field, create_model

from schemas.fields.instant import an_instant
from schemas.figures.dimensions import AREA, Dimension
from sinks.figures.revisions import vintage
from sinks.portal.read.filters import Accumulation, DerivedFilter, FigureFilter, Flow, RevisionFilter
from sinks.portal.show.words import DIMENSIONS, UNKNOWN
from sinks.portal.web.fields import (
    Bound,
    Code,
    Instant,
    Limit,
    OneOf,
    PageParameters,
    Parameters,
    Period,
    WholeParameters,
    said,
)

Area = Annotated[str, OneOf(tuple(AREA.values))]


class QuestionParameters(PageParameters):
    """One question about one figure, without the dimensions that can be held to a value."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 200
    by: Annotated[
        Annotated[str, Field(max_length=200, pattern=r"^[a-z_]+(,[a-z_]+)*$")] | None,
        said("按哪些维度展开，逗号分隔", "dimensions to spread over, separated by commas", "area,right_type"),
    ] = None
    area: Annotated[Area | None, said("地区；430000 为全省", "area; 430000 for the province", "430100")] = None
    period: Annotated[Period | None, said("期间：年、月或 current", "year, month or current", "2025-03")] = None
    start_period: Annotated[Bound | None, said("起始年或月", "first year or month", "2025-01")] = None
    end_period: Annotated[Bound | None, said("截止年或月", "last year or month", "2025-06")] = None
    as_of: Annotated[
        Instant | None, said("按那一时刻已公布的数字", "what was published at that instant", "2025-03-18")
    ] = None
    accumulation: Annotated[
        Accumulation,
        said("当期、当年累计或期末存量", "the period alone, the year to date, or what stood at the period's end"),
    ] = "period"

    def filter(self, indicator: str) -> FigureFilter:
        """The question as it is answered; which dimensions the figure has is checked there."""
        held = {name: getattr(self, name, None) for name in DIMENSIONS}
        return FigureFilter(
            indicator=indicator,
            by=tuple(self.by.split(",")) if self.by else (),
            where={name: value for name, value in held.items() if value},
            period=self.period,
            start_period=self.start_period,
            end_period=self.end_period,
            as_of=self.as_of,
            accumulation=self.accumulation,
            limit=self.limit,
            cursor=self.cursor,
        )


def _dimensions() -> dict[str, Any]:
    """A field for each dimension of any figure."""
    return {
        name: (Annotated[_type(dimension) | None, said(dimension.label.zh, dimension.label.en)], None)
        for name, dimension in DIMENSIONS.items()
        if name != AREA.id
    }


def _type(dimension: Dimension) -> Any:
    """Its values and ``unknown``, which a recount gives to contributions without it; an open list takes any code."""
    return Annotated[str, OneOf((*dict.fromkeys((*dimension.values, UNKNOWN)),))] if dimension.values else Code


class ExplainedParameters(QuestionParameters):
    """The page that explains one number, which has the figure among its parameters."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 20
    indicator: Annotated[Code, said("指标", "the figure", "transfers")]


if TYPE_CHECKING:  # a type checker does not follow models that are made of a table
    FigureParameters: TypeAlias = QuestionParameters
    ExplanationParameters: TypeAlias = ExplainedParameters
else:
    FigureParameters = create_model("FigureParameters", __base__=QuestionParameters, **_dimensions())
    ExplanationParameters = create_model("ExplanationParameters", __base__=ExplainedParameters, **_dimensions())


AsOf = Annotated[Instant | None, said("按那一时刻已公布的数字", "what was published at that instant", "2025-03-18")]


class MomentParameters(Parameters):
    """A page of figures, as of an instant."""

    as_of: AsOf = None


class GridParameters(MomentParameters):
    """The page of all figures, with the one whose tiles are shown."""

    grid: Annotated[Code | None, said("格图的指标", "the figure of the tiles", "transfers")] = None


class PeriodParameters(MomentParameters):
    """The page of one figure, of the province or of one area."""

    period: Annotated[Period | None, said("期间：年、月或 current", "year, month or current", "2025-03")] = None
    area: Annotated[Area | None, said("地区；430000 为全省", "area; 430000 for the province", "430100")] = None


Vintage = Annotated[str, Field(max_length=40, json_schema_extra={"examples": ["2025-03.1"]}), AfterValidator(vintage)]


class WholeMomentParameters(WholeParameters):
    """A short list of figures or goals, as of an instant."""

    as_of: AsOf = None


class DerivedParameters(WholeMomentParameters):
    """Which derived figures."""

    period: Annotated[Bound | None, said("数据期：年或月；缺省为今年", "year or month; else this year", "2025-03")] = (
        None
    )
    area: Annotated[Area | None, said("地区；430000 为全省", "area; 430000 for the province", "430100")] = None
    accumulation: Annotated[Flow, said("当期或当年累计", "the period alone, or the year to date")] = "period"

    def filter(self, today: date) -> DerivedFilter:
        """The question; ``today``: whose year it is of where it names no period."""
        asked = self.model_dump(exclude={"period"})
        return DerivedFilter(period=self.period or str(today.year), **asked)


class RevisionParameters(PageParameters):
    """Which revisions of figures."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 200
    since: Annotated[
        Vintage | None,
        said(
            "自此时刻或发布版起；缺省为本月初",
            "from this instant or release; else from the first of this month",
            "2025-03.1",
        ),
    ] = None
    until: Annotated[
        Vintage | None, said("至此时刻或发布版；缺省为现在", "to this instant or release; else to now", "2025-04-30")
    ] = None
    indicator: Annotated[Code | None, said("指标", "the figure", "transfers")] = None
    area: Annotated[Area | None, said("地区；430000 为全省", "area; 430000 for the province", "430100")] = None
    period: Annotated[Bound | None, said("数据期：年或月", "year or month", "2025-03")] = None
    totals: Annotated[bool, said("只列不分类的合计", "totals alone, without any further dimension")] = False

    def filter(self, today: date) -> RevisionFilter:
        """The question; ``today``: by whose month it begins where it does not say."""
        asked = self.model_dump(exclude={"since"})
        return RevisionFilter(since=self.since or an_instant(today.replace(day=1).isoformat()), **asked)


class RevisionPageParameters(RevisionParameters):
    """The page of revisions."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 50
