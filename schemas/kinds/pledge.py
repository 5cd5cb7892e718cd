"""Pledge 质押: a patent secures a debt."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from schemas.kinds.columns import Amount, Day, Flag, Ipcs, Number, Parties, Patents, Title
from schemas.kinds.identity import Identity, joined, official, standing_in
from schemas.kinds.matching import Candidate, Matching, close, first_day, same_parties, takers
from schemas.kinds.occurrence import NO_EFFECT, Effect, Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term

LEDGER_WINDOW = (-30, 30)  # days between a bank's ledger, which has no number, and the register
COLLATERALS = {
    "patent": Term("专利", "Patents"),
    "trade_mark": Term("商标", "Trade marks"),
    "mixed": Term("专利和商标", "Both"),
}


def day(candidate: Candidate) -> str | None:
    return first_day(candidate.statement, "registered_on", "announced_on")


def peers(one: Candidate, other: Candidate) -> bool:
    """Two statements of one pledge: shared parties on both sides, close days."""
    return same_parties(one, other) and close(day(one), day(other))


class Pledge(Occurrence, frozen=True):
    """A registration 登记 (PE01), its change (PM01) and release (PC01); amounts never come from the gazette.

    That a fund compensated the bank, or that the pledged patents were sold for the debt, is a change of the pledge.
    Who owes how much to which bank is not for everybody: amounts, and whether a loan is inclusive, are of class shared.
    """

    name, label = "pledge", Term("质押", "Pledge")
    phases = {
        "registered": Term("已登记", "Registered"),
        "changed": Term("已变更", "Changed"),
        "released": Term("已解除", "Released"),
    }
    giver, taker, counts_on = "pledgor", "pledgee", "registered_on"
    stated_on = ("announced_on", "registered_on")
    named_on = ("registered_on", "announced_on", "released_on")
    matching = Matching(day, takers, same_parties, LEDGER_WINDOW, day, peers)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    pledgor: Annotated[Parties, says("出质人", "Pledgor")] = ()
    pledgee: Annotated[Parties, says("质权人", "Pledgee")] = ()
    registration_number: Annotated[Number | None, says("登记号", "Registration number")] = None
    registered_on: Annotated[Day | None, says("登记生效日", "Registered on")] = None
    released_on: Annotated[Day | None, says("解除日", "Released on")] = None
    announced_on: Annotated[Day | None, says("公告日", "Announced on", is_disputed=False)] = None
    secured_amount: Annotated[Amount | None, says("被担保债权数额", "Secured amount", secrecy="shared")] = None
    loan_amount: Annotated[Amount | None, says("贷款金额", "Loan amount", secrecy="shared")] = None
    assessed_value: Annotated[Amount | None, says("评估价值", "Assessed value", secrecy="shared")] = None
    inclusive_loan: Annotated[Flag | None, says("普惠贷款", "Inclusive loan", secrecy="shared")] = None
    compensated_amount: Annotated[Amount | None, says("风险补偿金额", "Compensated amount", secrecy="shared")] = None
    compensated_on: Annotated[Day | None, says("风险补偿日", "Compensated on")] = None
    disposal: Annotated[Title | None, says("质物处置方式", "Disposal")] = None
    disposed_on: Annotated[Day | None, says("质物处置日", "Disposed on")] = None
    collateral: Annotated[
        Literal["patent", "trade_mark", "mixed"] | None,
        says("质物", "Collateral", otherwise="patent", values=COLLATERALS),
    ] = None
    ipc: Annotated[Ipcs, says("IPC", "IPC", is_disputed=False)] = ()
    title: Annotated[Title | None, says("专利名称", "Title", is_disputed=False)] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        """The registration number of this patent's pledge, else its parties and day."""
        if self.registration_number:
            return official(name_of(subject), self.registration_number)
        givers, takers = (joined(frozenset(party.key for party in role)) for role in (self.pledgor, self.pledgee))
        return standing_in(name_of(subject), "parties", givers, takers, self.registered_on or "")

    def occurred_on(self) -> str | None:
        """A release of a pledge whose registration was never seen counts on its own day."""
        return self.registered_on or self.released_on

    def effect(self, phase: str) -> Effect:
        return NO_EFFECT if phase == "released" else Effect(encumbers="pledge", since=self.registered_on)
