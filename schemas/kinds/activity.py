"""Activity 对接活动、路演: an event at which supply and demand meet."""

from __future__ import annotations

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.party import Party
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import party_subject


class Activity(Occurrence):
    """One event; organiser, day and title make it the same event on several platforms."""

    name, label, counts_on = "activity", "对接活动", "held_on"
    phases = ("recorded",)
    giver = "organiser"

    organiser: tuple[Party, ...] = Field(min_length=1, title="主办单位")
    title: str = Field(min_length=1, title="活动名称")
    held_on: RecordedDate | None = Field(None, title="举办日期")
    posted_on: RecordedDate | None = Field(None, title="发布日期")
    place: str | None = Field(None, title="地点")
    industries: tuple[str, ...] = Field((), title="产业")

    def subjects(self) -> tuple[str, ...]:
        return (party_subject(self.organiser[0].key),)
