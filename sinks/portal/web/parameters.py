"""Parameters of events, changes and the live stream."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.records.event import EventState
from schemas.topics import STATISTIC
from sinks.portal.read.filters import ChangeFilter, EventFilter
from sinks.portal.secrecy import KEY_HOLDER, PUBLIC, shown_kinds, shown_topics
from sinks.portal.web.fields import (
    MOST_SEQUENCE,
    Code,
    Day,
    Division,
    Instant,
    Limit,
    OneOf,
    PageParameters,
    Parameters,
    Text,
    said,
)

TOPICS = tuple(topic.name for topic in shown_topics(KEY_HOLDER))  # some of them with a key alone
Topics = Annotated[
    tuple[Annotated[str, OneOf(TOPICS)], ...],
    Field(min_length=1, max_length=len(TOPICS)),
    AfterValidator(lambda given: tuple(dict.fromkeys(given))),
]


class EventParameters(PageParameters):
    """Events of one kind, the newest first."""

    subject: Annotated[Text | None, said("主体", "whom it is about", "patent:202110123456.7")] = None
    area: Annotated[
        Division | None,
        said("转出方或受让方所在地区；430000 为全省", "where a party is; 430000 the province", "430100"),
    ] = None
    phase: Annotated[Code | None, said("阶段", "phase of its kind", "recorded")] = None
    state: Annotated[EventState, said("状态", "state")] = "current"
    since: Annotated[Day | None, said("计入日期不早于", "the date that counts, on or after", "2025-03-01")] = None
    until: Annotated[Day | None, said("计入日期不晚于", "the date that counts, on or before", "2025-03-31")] = None
    updated_since: Annotated[
        Instant | None,
        said("入库时间不早于（含）", "the hub's commit time, inclusive", "2025-03-18T10:42:07+08:00"),
    ] = None

    def filter(self, kind: str) -> EventFilter:
        return EventFilter(kind=kind, **self.model_dump(exclude={"kind"}))


class EventPageParameters(EventParameters):
    """The page of events, which has the kind among its parameters."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 30
    kind: Annotated[Code, said("类别", "kind")] = shown_kinds(PUBLIC)[0]


class ChangeParameters(Parameters):
    """Changes of one topic or several after a sequence."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 200
    topic: Annotated[Topics, said("主题，可重复", "the topic; repeat it for several", ["tongda.transfer.v1"])]
    after: Annotated[int, Field(ge=0, le=MOST_SEQUENCE), said("此序号之后", "after this sequence number")] = 0

    def filter(self) -> ChangeFilter:
        return ChangeFilter(topics=self.topic, after=self.after, limit=self.limit)


class StreamParameters(Parameters):
    """The live changes of one topic or several."""

    topic: Annotated[Topics, said("主题，可重复", "the topic; repeat it for several", ["tongda.transfer.v1"])] = (
        STATISTIC.name,
    )
