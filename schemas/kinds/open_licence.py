"""Open licence 开放许可: the patentee declares that anyone may have a licence on published terms (Patent Law, art. 50)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from schemas.fields.party import Party
from schemas.kinds.columns import Day, Ipcs, Parties, Patents, Text
from schemas.kinds.identity import Identity, official, standing_in
from schemas.kinds.matching import Candidate, Matching, everything, first_day
from schemas.kinds.occurrence import NO_EFFECT, Effect, Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term

ANY_TIME_BEFORE = (-36_500, 0)  # days: a withdrawal ends a declaration of any earlier day


def withdrawn_day(candidate: Candidate) -> str | None:
    return first_day(candidate.statement, "withdrawn_on", "announced_on")


def declared_day(official: Candidate) -> str | None:
    return first_day(official.statement, "declared_on", "announced_on")


def ends(candidate: Candidate, declaration: Candidate) -> bool:
    return declaration.phase == "declared"


class OpenLicence(Occurrence, frozen=True):
    """A declaration of the gazette (OL01) or its withdrawal (OL02)."""

    name, label = "open-licence", Term("开放许可", "Open licence")
    phases = {"declared": Term("已声明", "Declared"), "withdrawn": Term("已撤回", "Withdrawn")}
    giver, counts_on = "patentee", "announced_on"
    stated_on = ("announced_on",)
    named_on = ("announced_on",)
    matching = Matching(withdrawn_day, everything, ends, ANY_TIME_BEFORE, declared_day)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    patentee: Annotated[Parties, says("专利权人", "Patentee")] = ()
    declared_on: Annotated[Day | None, says("声明日", "Declared on")] = None
    withdrawn_on: Annotated[Day | None, says("撤回日", "Withdrawn on")] = None
    announced_on: Annotated[Day | None, says("公告日", "Announced on", is_disputed=False)] = None
    fee: Annotated[Text | None, says("许可使用费支付方式和标准", "Fee")] = None
    term: Annotated[Text | None, says("许可期限", "Term")] = None
    ipc: Annotated[Ipcs, says("IPC", "IPC", is_disputed=False)] = ()

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        """The declaration; a withdrawal only stands in for the declaration that it ends."""
        named = standing_in if phase == "withdrawn" else official
        return named(name_of(subject), self.declared_on or self.announced_on or "")

    def effect(self, phase: str) -> Effect:
        return Effect(opens_licence=True) if phase == "declared" else NO_EFFECT

    def held_by(self) -> tuple[Party, ...]:
        return self.patentee
