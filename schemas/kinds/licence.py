"""Licence 许可: the right to use a patent is given for a time."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from schemas.kinds.columns import Amount, Day, Ipcs, Number, Parties, Patents, Text, Title
from schemas.kinds.identity import Identity, joined, official, standing_in
from schemas.kinds.matching import DEAL_WINDOW, Candidate, Matching, close, first_day, same_parties, takers
from schemas.kinds.occurrence import NO_EFFECT, Effect, Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term

LicenceKind = Literal["exclusive", "sole", "ordinary", "cross", "sublicence", "open", "unknown"]
LICENCE_KINDS = {
    "exclusive": Term("独占许可", "Exclusive"),
    "sole": Term("排他许可", "Sole"),
    "ordinary": Term("普通许可", "Ordinary"),
    "cross": Term("交叉许可", "Cross"),
    "sublicence": Term("分许可", "Sublicence"),
    "open": Term("开放许可", "Open"),
    "unknown": Term("不明", "Unknown"),
}


def day(candidate: Candidate) -> str | None:
    return first_day(candidate.statement, "recorded_on", "signed_on")


def peers(one: Candidate, other: Candidate) -> bool:
    """Two notices of one deal: shared parties on both sides, close days."""
    return same_parties(one, other) and close(day(one), day(other))


class Licence(Occurrence, frozen=True):
    """A recordal 备案 of the gazette (EE01, EM01, EC01), or a deal noticed elsewhere before it is recorded."""

    name, label = "licence", Term("许可", "Licence")
    phases = {
        "noticed": Term("已公示", "Noticed"),
        "recorded": Term("已登记", "Recorded"),
        "changed": Term("已变更", "Changed"),
        "cancelled": Term("已注销", "Cancelled"),
    }
    giver, taker, counts_on = "licensor", "licensee", "recorded_on"
    stated_on = ("announced_on", "recorded_on", "signed_on")
    named_on = ("recorded_on", "signed_on", "announced_on", "released_on")
    matching = Matching(day, takers, same_parties, DEAL_WINDOW, day, peers)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    licensor: Annotated[Parties, says("许可人", "Licensor")] = ()
    licensee: Annotated[Parties, says("被许可人", "Licensee")] = ()
    licence_kind: Annotated[
        LicenceKind | None, says("许可种类", "Licence kind", otherwise="unknown", values=LICENCE_KINDS)
    ] = None
    recordal_number: Annotated[Number | None, says("合同备案号", "Recordal number")] = None
    recorded_on: Annotated[Day | None, says("备案日期", "Recorded on")] = None
    signed_on: Annotated[Day | None, says("签订日", "Signed on")] = None
    released_on: Annotated[Day | None, says("解除日", "Released on")] = None
    announced_on: Annotated[Day | None, says("公告日", "Announced on", is_disputed=False)] = None
    royalty: Annotated[Amount | None, says("许可使用费", "Royalty")] = None
    royalty_basis: Annotated[Text | None, says("支付方式", "Royalty basis", is_disputed=False)] = None
    term: Annotated[Text | None, says("许可期限", "Term")] = None
    ipc: Annotated[Ipcs, says("IPC", "IPC", is_disputed=False)] = ()
    title: Annotated[Title | None, says("专利名称", "Title", is_disputed=False)] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        """The recordal number of this patent's deal, else its parties and the day of signing."""
        if self.recordal_number:
            return official(name_of(subject), self.recordal_number)
        givers, takers = (joined(frozenset(party.key for party in role)) for role in (self.licensor, self.licensee))
        return standing_in(name_of(subject), "parties", givers, takers, self.signed_on or "")

    def effect(self, phase: str) -> Effect:
        """An exclusive licence in force stands against every other use."""
        if self.licence_kind == "exclusive" and phase in ("recorded", "changed"):
            return Effect(encumbers="exclusive_licence", since=self.recorded_on)
        return NO_EFFECT
