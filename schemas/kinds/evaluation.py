"""Evaluation 企业评价: what an enterprise says of a convertible patent."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from schemas.kinds.columns import Day, Parties, Patents, Text
from schemas.kinds.identity import Identity, joined, official
from schemas.kinds.occurrence import Effect, Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term

DEGREES = {"high": Term("高", "High"), "medium": Term("中", "Medium"), "low": Term("低", "Low")}


class Evaluation(Occurrence, frozen=True):
    """One enterprise's evaluation of one patent on one day; the evaluator's name is never read."""

    name, label, secrecy = "evaluation", Term("企业评价", "Evaluation"), "shared"
    phases = {"recorded": Term("已登记", "Recorded")}
    giver, counts_on = "enterprise", "evaluated_on"
    stated_on = ("evaluated_on",)
    named_on = ("evaluated_on",)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    enterprise: Annotated[Parties, says("企业名称", "Enterprise")] = ()
    evaluated_on: Annotated[Day | None, says("评价日期", "Evaluated on")] = None
    prospects: Annotated[Text | None, says("产业化前景", "Prospects", values=DEGREES)] = None
    improvement: Annotated[Text | None, says("技术改进需求", "Improvement", values=DEGREES)] = None
    cooperation: Annotated[Text | None, says("产学研合作意愿", "Cooperation", values=DEGREES)] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        givers = joined(frozenset(party.key for party in self.enterprise))
        return official(name_of(subject), givers, self.evaluated_on or "")

    def effect(self, phase: str) -> Effect:
        return Effect(evaluates=True)
