"""Activity 对接活动、路演: an occasion at which supply and demand meet."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from schemas.fields.likeness import alike
from schemas.fields.names import name_key
from schemas.kinds.columns import Count, Day, Industries, Parties, Text, Title
from schemas.kinds.identity import Identity, standing_in
from schemas.kinds.matching import Candidate, Matching
from schemas.kinds.occurrence import Occurrence, says
from schemas.subjects import name_of, party_subject
from schemas.words import Term

ANY_DAY = "1985-04-01"  # two announcements are compared whether they name a day or not


def same_day(candidate: Candidate) -> frozenset[str]:
    day = candidate.statement.held_on
    return frozenset({day} if day else ())


def peers(one: Candidate, other: Candidate) -> bool:
    """The same day, announced under titles that say the same."""
    days = one.statement.held_on, other.statement.held_on
    return days[0] is not None and days[0] == days[1] and alike(one.statement.title, other.statement.title)


class Activity(Occurrence, frozen=True):
    """One occasion, and what came of it; organiser, day and title make it the same one on several platforms."""

    name, label = "activity", Term("对接活动", "Matchmaking event")
    phases = {"recorded": Term("已登记", "Recorded")}
    giver, counts_on = "organiser", "held_on"
    stated_on = ("posted_on", "held_on")
    named_on = ("held_on", "posted_on")
    matching = Matching(lambda candidate: ANY_DAY, same_day, peers=peers)

    organiser: Annotated[Parties, Meta(min_length=1), says("主办单位", "Organiser")]
    title: Annotated[Title, says("活动名称", "Title", is_disputed=False)]
    held_on: Annotated[Day | None, says("举办日期", "Held on")] = None
    posted_on: Annotated[Day | None, says("发布日期", "Posted on", is_disputed=False)] = None
    place: Annotated[Text | None, says("地点", "Place")] = None
    industries: Annotated[Industries, says("产业", "Industries")] = ()
    projects: Annotated[Count | None, says("路演项目数", "Projects presented")] = None
    intentions: Annotated[Count | None, says("达成意向数", "Intentions declared")] = None
    agreements: Annotated[Count | None, says("签约项目数", "Agreements signed")] = None

    def subjects(self) -> tuple[str, ...]:
        return (party_subject(self.organiser[0].key),)

    def identity(self, subject: str, phase: str) -> Identity:
        return standing_in(name_of(subject), self.held_on or "", name_key(self.title))
