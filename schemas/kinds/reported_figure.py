"""Reported figure 公布数据: a number as an office publishes it, kept beside what the hub counts itself."""

from __future__ import annotations

from typing import Annotated

from schemas.kinds.columns import Area, Day, OneParty, Text, Title
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.subjects import name_of, party_subject
from schemas.words import Term


class ReportedFigure(Occurrence, frozen=True):
    """One indicator of one area in one period. It enters no figure of the hub: it is what they are compared with."""

    name, label = "reported-figure", Term("公布数据", "Reported figure")
    phases = {"issued": Term("已发布", "Issued")}
    giver, counts_on = "publisher", "period"
    stated_on = ("published_on", "period")
    named_on = ("published_on",)

    publisher: Annotated[OneParty, says("发布单位", "Publisher")]
    title: Annotated[Title, says("指标", "Indicator", is_disputed=False)]
    value: Annotated[Text, says("数值", "Value")]
    unit: Annotated[Text | None, says("单位", "Unit")] = None
    area: Annotated[Area | None, says("地区", "Area")] = None
    period: Annotated[Day | None, says("统计期", "Period")] = None
    published_on: Annotated[Day | None, says("发布日期", "Published on", is_disputed=False)] = None

    def subjects(self) -> tuple[str, ...]:
        return (party_subject(self.publisher[0].key),)

    def identity(self, subject: str, phase: str) -> Identity:
        """A figure that is restated later is the same one with another value."""
        return official(name_of(subject), self.title, self.area or "", self.period or "")
