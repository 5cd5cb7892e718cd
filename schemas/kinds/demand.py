"""Demand 需求: a technology that somebody wants."""

from __future__ import annotations

from typing import Annotated

from schemas.fields.likeness import alike, bigrams
from schemas.fields.names import name_key
from schemas.kinds.columns import Area, AskingPrice, Day, Industries, Ipcs, Merge, OneParty, Text, Title, Words
from schemas.kinds.identity import Identity, standing_in
from schemas.kinds.matching import Candidate, Matching
from schemas.kinds.occurrence import Occurrence, says
from schemas.kinds.offering import DEAL_FORMS, OFFER_PHASES
from schemas.subjects import name_of, party_subject
from schemas.words import Term

ANY_DAY = "1985-04-01"  # two postings are compared whether they name a day or not
LEANING = 0.5  # share of common bigrams from which titles support near-equal descriptions


def bigrams_of_title(candidate: Candidate) -> frozenset[str]:
    return bigrams(candidate.statement.title)


def peers(one: Candidate, other: Candidate) -> bool:
    """One owner wants the same: titles near-equal, or near-equal descriptions under titles that lean together."""
    mine, theirs = one.statement, other.statement
    if alike(mine.title, theirs.title):
        return True
    if not (mine.problem and theirs.problem):
        return False
    return alike(mine.title, theirs.title, LEANING) and alike(mine.problem, theirs.problem)


class Demand(Occurrence, frozen=True):
    """One platform's posting of a need; its subject is its owner, so that postings of several platforms meet."""

    name, label, is_listing = "demand", Term("需求", "Demand"), True
    phases = OFFER_PHASES
    giver, counts_on = "owner", "posted_on"
    stated_on = ("posted_on",)
    named_on = ("posted_on",)
    matching = Matching(lambda candidate: ANY_DAY, bigrams_of_title, peers=peers, overlap=LEANING)
    describes_party = True

    owner: Annotated[OneParty, says("需求方", "Owner")]
    title: Annotated[Title, says("需求名称", "Title", is_disputed=False)]
    problem: Annotated[Text | None, says("需求描述", "Problem")] = None
    industries: Annotated[Industries, says("产业", "Industries")] = ()
    ipc: Annotated[Ipcs, says("IPC", "IPC", is_disputed=False)] = ()
    keywords: Annotated[Words, says("关键词", "Keywords", merge=Merge.UNION)] = ()
    area: Annotated[Area | None, says("地区", "Area")] = None
    cooperation_forms: Annotated[
        Words, says("合作方式", "Cooperation forms", merge=Merge.UNION, values=DEAL_FORMS)
    ] = ()
    budget: Annotated[AskingPrice | None, says("预算", "Budget")] = None
    deadline_on: Annotated[Day | None, says("截止日期", "Deadline")] = None
    posted_on: Annotated[Day | None, says("发布日期", "Posted on", is_disputed=False)] = None

    def subjects(self) -> tuple[str, ...]:
        return (party_subject(self.owner[0].key),)

    def identity(self, subject: str, phase: str) -> Identity:
        """Owner and title. Of two near-equal postings the earlier names the listing: a later one changes no address."""
        return standing_in(name_of(subject), name_key(self.title), since=self.posted_on or "9999")
