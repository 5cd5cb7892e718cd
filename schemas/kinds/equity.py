"""Equity 作价投资: a patent is contributed to a company for a share in it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from schemas.fields.party import Party
from schemas.kinds.columns import Amount, Day, Parties, Patents, Text, Title
from schemas.kinds.identity import Identity, joined, official, standing_in
from schemas.kinds.matching import Candidate, Matching, close, first_day, same_parties, takers
from schemas.kinds.occurrence import Effect, Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term


def notice_day(candidate: Candidate) -> str | None:
    return first_day(candidate.statement, "announced_on")


def registration_day(official: Candidate) -> str | None:
    return first_day(official.statement, "registered_on")


def peers(one: Candidate, other: Candidate) -> bool:
    """Two notices of one contribution: shared parties on both sides, close days."""
    return same_parties(one, other) and close(notice_day(one), notice_day(other))


class Equity(Occurrence, frozen=True):
    """A contribution that its holder announces, and the company's registration with it."""

    name, label = "equity", Term("作价投资", "Equity contribution")
    phases = {"noticed": Term("已公示", "Noticed"), "registered": Term("已登记", "Registered")}
    giver, taker, counts_on = "contributor", "company", "registered_on"
    stated_on = ("announced_on", "registered_on")
    named_on = ("registered_on", "announced_on")
    matching = Matching(day=notice_day, shares=takers, fits=same_parties, official_day=registration_day, peers=peers)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    title: Annotated[Title | None, says("项目名称", "Title", is_disputed=False)] = None
    contributor: Annotated[Parties, says("出资人", "Contributor")] = ()
    company: Annotated[Parties, says("被投资企业", "Company")] = ()
    registered_on: Annotated[Day | None, says("登记日", "Registered on")] = None
    announced_on: Annotated[Day | None, says("公示日", "Announced on", is_disputed=False)] = None
    contribution_value: Annotated[Amount | None, says("作价金额", "Contribution value")] = None
    share: Annotated[Text | None, says("持股比例", "Share")] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        """A patent is contributed once a day; a notice stands in with its parties."""
        if self.registered_on:
            return official(name_of(subject), self.registered_on)
        names = (joined(frozenset(party.key for party in role)) for role in (self.contributor, self.company))
        return standing_in(name_of(subject), "noticed", *names)

    def effect(self, phase: str) -> Effect:
        """The whole right goes to the company: what was offered before is over."""
        return Effect(concludes_on=self.registered_on or self.announced_on)

    def passes_to(self, phase: str) -> tuple[Party, ...]:
        return self.company if phase == "registered" else ()
