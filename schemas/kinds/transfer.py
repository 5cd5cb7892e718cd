"""Transfer 转让: the right in a patent passes from one party to another."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from schemas.fields.party import Party
from schemas.kinds.columns import Amount, Day, Flag, Ipcs, Number, Parties, Patents, Title
from schemas.kinds.identity import Identity, joined, official, standing_in
from schemas.kinds.matching import DEAL_WINDOW, Candidate, Matching, close, first_day, no_conflict, share
from schemas.kinds.occurrence import NO_EFFECT, Effect, Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term

RIGHTS = {"patent_right": Term("专利权", "Patent right"), "right_to_apply": Term("专利申请权", "Right to apply")}
FORMS = {
    "whole": Term("全部转让", "Whole"),
    "partial": Term("部分转让", "Partial"),
    "entry": Term("共有人加入", "Co-owner joins"),
    "exit": Term("共有人退出", "Co-owner leaves"),
}
CAUSES = {
    "assignment": Term("协议转让", "Assignment"),
    "merger": Term("合并分立", "Merger"),
    "inheritance": Term("继承", "Inheritance"),
    "court": Term("司法裁判", "Court"),
    "unknown": Term("不明", "Unknown"),
}


def notice_day(candidate: Candidate) -> str | None:
    return first_day(candidate.statement, "signed_on", "announced_on")


def effective_day(official: Candidate) -> str | None:
    return first_day(official.statement, "effective_on")


def takers_or_number(candidate: Candidate) -> frozenset[str]:
    number = candidate.statement.contract_number
    return candidate.takers | {f"№{number}"} if number else candidate.takers


def fits(notice: Candidate, record: Candidate) -> bool:
    """The takers overlap; givers, where both name them, do too: a co-owner's later sale to the firm is another."""
    return share(notice.takers, record.takers) and no_conflict(notice.givers, record.givers)


def peers(one: Candidate, other: Candidate) -> bool:
    """Two notices of one deal: one contract number; or close days, and the takers of one among those of the other."""
    number = one.statement.contract_number
    if number and number == other.statement.contract_number:
        return True
    some, others = one.takers, other.takers
    return (
        bool(some and others)
        and (some <= others or others <= some)
        and no_conflict(one.givers, other.givers)
        and close(notice_day(one), notice_day(other))
    )


class Transfer(Occurrence, frozen=True):
    """The gazette's TR01 and TA01 with a changed holder set, and deals noticed elsewhere before they are recorded."""

    name, label = "transfer", Term("转让", "Transfer")
    phases = {"noticed": Term("已公示", "Noticed"), "recorded": Term("已登记", "Recorded")}  # only the recorded counts
    giver, taker, counts_on = "transferor", "transferee", "effective_on"
    stated_on = ("announced_on", "signed_on")
    named_on = ("effective_on", "signed_on", "announced_on")
    matching = Matching(notice_day, takers_or_number, fits, DEAL_WINDOW, effective_day, peers)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    transferor: Annotated[Parties, says("转让人", "Transferor")] = ()
    transferee: Annotated[Parties, says("受让人", "Transferee")] = ()
    right: Annotated[
        Literal["patent_right", "right_to_apply"] | None, says("权利", "Right", otherwise="patent_right", values=RIGHTS)
    ] = None
    form: Annotated[
        Literal["whole", "partial", "entry", "exit"] | None, says("形态", "Form", otherwise="whole", values=FORMS)
    ] = None
    cause: Annotated[
        Literal["assignment", "merger", "inheritance", "court", "unknown"] | None,
        says("原因", "Cause", otherwise="unknown", values=CAUSES),
    ] = None
    related_party: Annotated[Flag | None, says("关联方", "Related party", otherwise=False)] = None
    effective_on: Annotated[Day | None, says("登记生效日", "Effective on")] = None
    announced_on: Annotated[Day | None, says("公告日", "Announced on", is_disputed=False)] = None
    signed_on: Annotated[Day | None, says("签订日", "Signed on")] = None
    consideration: Annotated[Amount | None, says("转让价款", "Consideration")] = None
    contract_number: Annotated[Number | None, says("合同登记编号", "Contract number")] = None
    ipc: Annotated[Ipcs, says("IPC", "IPC", is_disputed=False)] = ()
    title: Annotated[Title | None, says("专利名称", "Title", is_disputed=False)] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        """One patent changes hands once a day."""
        if self.effective_on:
            return official(name_of(subject), self.effective_on)
        return standing_in(name_of(subject), "noticed", joined(frozenset(party.key for party in self.transferee)))

    def effect(self, phase: str) -> Effect:
        """Only the whole right takes an offer away; of which day, as far as any is known."""
        if self.form not in (None, "whole"):
            return NO_EFFECT
        return Effect(concludes_on=self.effective_on or self.signed_on or self.announced_on)

    def passes_to(self, phase: str) -> tuple[Party, ...]:
        return self.transferee if phase == "recorded" else ()
