"""Evaluation 企业评价: what an enterprise says of a convertible patent."""

from __future__ import annotations

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.party import Party
from schemas.fields.patent_number import PatentNumber
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import patent_subject


class Evaluation(Occurrence):
    """One enterprise's evaluation of one patent on one day; the evaluator's name is never read."""

    name, label, counts_on, secrecy = "evaluation", "企业评价", "evaluated_on", "shared"
    phases = ("recorded",)
    giver = "enterprise"

    patents: tuple[PatentNumber, ...] = Field(min_length=1, title="专利号")
    enterprise: tuple[Party, ...] = Field((), title="企业名称")
    evaluated_on: RecordedDate | None = Field(None, title="评价日期")
    prospects: str | None = Field(None, title="产业化前景")
    improvement: str | None = Field(None, title="技术改进需求")
    cooperation: str | None = Field(None, title="产学研合作意愿")

    def subjects(self) -> tuple[str, ...]:
        return tuple(patent_subject(number) for number in self.patents)
