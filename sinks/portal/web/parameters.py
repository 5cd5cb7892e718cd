"""Parameters of events, changes and the live stream."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar, get_args

from pydantic import AfterValidator, Field

from schemas.figures import BY_ID
from schemas.kinds import BY_NAME
from schemas.records.event import EventState
from schemas.topics import STATISTIC
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read.filters import ChangeFilter, EventFilter, GoneFilter, MatchFilter, RecordFilter
from sinks.portal.search.facets import LISTING_KINDS
from sinks.portal.search.filter import Chosen, ListingFilter
from sinks.portal.secrecy import KEY_HOLDER, shown_kinds, shown_topics
from sinks.portal.web.fields import (
    MOST_EVENT_ID,
    MOST_SEQUENCE,
    Code,
    Day,
    Division,
    Instant,
    Limit,
    OneOf,
    OrganisationId,
    PageParameters,
    Parameters,
    Subject,
    Text,
    said,
)

TOPICS = tuple(topic.name for topic in shown_topics(KEY_HOLDER))  # some of them with a key alone
Topics = Annotated[
    tuple[Annotated[str, OneOf(TOPICS)], ...],
    Field(min_length=1, max_length=len(TOPICS)),
    AfterValidator(lambda given: tuple(dict.fromkeys(given))),
]
KINDS_SHOWN = (*shown_kinds(KEY_HOLDER), *LISTING_KINDS)
One = TypeVar("One")
Values = Annotated[tuple[One, ...], Field(max_length=20)]
STATES: tuple[EventState, ...] = get_args(EventState)
ANY = "any"
States = Annotated[tuple[Annotated[str, OneOf((*STATES, ANY))], ...], Field(max_length=len(STATES) + 1)]
DELETED_SINCE = said(
    "此时起（含）撤回、并入或移除的，列在 deleted；不与其他条件并用",
    "what was withdrawn, merged or taken down since this commit time, inclusive, as `deleted`; asked alone",
    "2025-03-18T10:42:07+08:00",
)


class EventSearchParameters(PageParameters):
    """Events of one kind, the newest first."""

    subject: Annotated[
        Subject | None, said("主体，或专利号", "whom it is about, or a patent number", "patent:202110123456.7")
    ] = None
    area: Annotated[
        Division | None,
        said(
            "提供方所在省、市州或县区，口径同统计：多个提供方时取第一个在湖南的；OTHER 为省内不明市州",
            "where the giver is (province, prefecture or county), as figures count: of several givers the first in Hunan; "
            "OTHER: in Hunan, prefecture unknown",
            "430100",
        ),
    ] = None
    taker_area: Annotated[
        Division | None, said("取得方所在地区，规则同 area", "where the taker is, by the rule of area", "430200")
    ] = None
    phase: Annotated[Code | None, said("阶段", "phase of its kind", "recorded")] = None
    state: Annotated[
        States,
        said(
            "状态，可重复；any 为全部。不写时为 current，有 updated_since 时为 any",
            "state; repeat it for several, any for all. Not given: current, with updated_since any",
            ["any"],
        ),
    ] = ()
    since: Annotated[Day | None, said("计入日期不早于", "the date that counts, on or after", "2025-03-01")] = None
    until: Annotated[Day | None, said("计入日期不晚于", "the date that counts, on or before", "2025-03-31")] = None
    updated_since: Annotated[
        Instant | None,
        said("入库时间不早于（含）", "the hub's commit time, inclusive", "2025-03-18T10:42:07+08:00"),
    ] = None

    def filter(self, kind: str) -> EventFilter:
        """The question. Raises QueryInvalid for a phase that the kind does not have, and for days that end before they begin."""
        if self.since and self.until and self.until < self.since:
            message = f"{self.until} is before since, {self.since}: no day lies between them · 截止日早于起始日"
            raise QueryInvalid([FieldError(name="until", message=message)])
        phases = tuple(BY_NAME[kind].phases)
        if self.phase and self.phase not in phases:
            message = f"{self.phase[:40]!r} is no phase of {kind}; accepted: {', '.join(phases)}"
            raise QueryInvalid([FieldError(name="phase", message=message)])
        asked = self.model_dump(exclude={"kind", "state", "deleted_since", "q", "lang"})
        return EventFilter(kind=kind, states=self.states, **asked)

    @property
    def states(self) -> tuple[EventState, ...]:
        """What was merged or withdrawn is part of what changed, so ``updated_since`` tells of it too."""
        if ANY in self.state or (self.updated_since and not self.state):
            return STATES
        return tuple(state for state in STATES if state in self.state) or STATES[:1]


class EventParameters(EventSearchParameters):
    """Events of one kind by the API, or with ``deleted_since`` those that went away."""

    deleted_since: Annotated[Instant | None, DELETED_SINCE] = None

    def gone(self, kind: str) -> GoneFilter | None:
        """What went away, if that is the question."""
        return gone(self, self.deleted_since, "event", (kind,))


class EventPageParameters(EventSearchParameters):
    """The page of events, which has the kind among its parameters."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 30
    kind: Annotated[Code | None, said("类别", "kind")] = None
    q: Annotated[Text, said("专利名称、专利号、单位、登记号", "title, patent, party, number", "传感器")] = ""

    def search(self) -> ListingFilter:
        """The question to the index, which has words."""
        area = "county" if self.area and not self.area.endswith("00") else "area"
        asked = {"kind": self.kind, area: self.area, "phase": self.phase}
        include: Chosen = {name: (value,) for name, value in asked.items() if value}
        return ListingFilter(q=self.q, include=include, since=self.since, limit=self.limit, cursor=self.cursor)


def gone(
    asked: PageParameters, since: str | None, table: Literal["event", "listing"], kinds: tuple[str, ...]
) -> GoneFilter | None:
    """The question for what went away. It stands alone, for that is told of a whole kind. Raises QueryInvalid."""
    if since is None:
        return None
    if beside := asked.model_fields_set - {"deleted_since", "limit", "cursor"}:
        names = ", ".join(sorted(beside))
        message = (
            f"is asked without {names}: what went away is told of the whole kind; accepted beside it: limit, cursor"
        )
        raise QueryInvalid([FieldError(name="deleted_since", message=message)])
    return GoneFilter(table=table, kinds=kinds, since=since, limit=asked.limit, cursor=asked.cursor)


class MatchParameters(PageParameters):
    """The matches of one supply, one demand or one organisation."""

    supply: Annotated[Text | None, said("供给编号", "the id of a supply", "supply:3f2a9c1b7d5e4f60a1b2")] = None
    demand: Annotated[Text | None, said("需求编号", "the id of a demand", "demand:3f2a9c1b7d5e4f60a1b2")] = None
    organisation: Annotated[
        Text | None,
        said(
            "单位编号：其最新的在架供需", "the id of an organisation: its newest listings", "org:3f2a9c1b7d5e4f60a1b2"
        ),
    ] = None

    def filter(self) -> MatchFilter:
        """Raises QueryInvalid unless exactly one of the three is given."""
        asked = {"supply": self.supply, "demand": self.demand, "org": self.organisation}
        given = [(kind, id) for kind, id in asked.items() if id is not None]
        if len(given) != 1:
            message = "matches are of one supply, one demand or one organisation: give exactly one of the three"
            raise QueryInvalid(
                [FieldError(name=name, message=message) for name in ("supply", "demand", "organisation")]
            )
        ((kind, id),) = given
        whole = id if ":" in id else f"{kind}:{id}"
        if not whole.startswith(f"{kind}:"):
            name = "organisation" if kind == "org" else kind
            raise QueryInvalid([FieldError(name=name, message=f"takes an id that begins with {kind}:")])
        return MatchFilter(id=whole, limit=self.limit, cursor=self.cursor)


class RecordParameters(Parameters):
    """Of which records something is told; a part that is repeated holds any of its values."""

    kind: Annotated[
        Values[Annotated[str, OneOf(KINDS_SHOWN)]],
        said("类别，可重复", "the kind; repeat it for several", ["transfer"]),
    ] = ()
    area: Annotated[
        Values[Division],
        said(
            "地区，可重复：事件为提供方所在省、市州或县区，供需为其所在地，统计为该地区的数字；OTHER 为省内不明市州",
            "the area; repeat it for several. Of an event where the giver is (province, prefecture or county), of a listing "
            "where it is, of a figure the cells of this area; OTHER: in Hunan, prefecture unknown",
            ["430100"],
        ),
    ] = ()
    indicator: Annotated[
        Values[Annotated[str, OneOf(tuple(BY_ID))]],
        said("指标，可重复", "the figure; repeat it for several", ["transfers"]),
    ] = ()
    organisation: Annotated[
        Values[OrganisationId],
        said(
            "单位编号，可重复：事件的当事方，供需的权利人或发布方",
            "the id of an organisation; repeat it for several. A party of the event, or whose listing it is",
            ["org:3f2a9c1b7d5e4f60a1b2"],
        ),
    ] = ()

    @property
    def records(self) -> RecordFilter:
        """The filter; the same for any order and repetition of its values."""
        parts = {name: tuple(sorted({*getattr(self, name)})) for name in RecordParameters.model_fields}
        return RecordFilter(**parts)


Since = Annotated[
    Instant | None,
    said(
        "自此时刻（含）入库的变更起；已给出序号或事件编号时以其为准",
        "from the first change on that was committed at this instant or later; a sequence or the id of an event wins",
        "2025-03-18T10:42:07+08:00",
    ),
]


class ChangeParameters(RecordParameters):
    """Changes of one topic or several after a sequence."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 200
    topic: Annotated[Topics, said("主题，可重复", "the topic; repeat it for several", ["tongda.transfer.v1"])]
    after: Annotated[int, Field(ge=0, le=MOST_SEQUENCE), said("此序号之后", "after this sequence number")] = 0
    since: Since = None

    def filter(self) -> ChangeFilter:
        return ChangeFilter(
            topics=self.topic, after=self.after, since=self.since, limit=self.limit, records=self.records
        )


class StreamParameters(RecordParameters):
    """The live changes of one topic or several."""

    topic: Annotated[Topics, said("主题，可重复", "the topic; repeat it for several", ["tongda.transfer.v1"])] = (
        STATISTIC.name,
    )
    since: Since = None
    last_event_id: Annotated[
        str,
        Field(max_length=MOST_EVENT_ID),
        said(
            "从此事件之后续传，供不能设置请求头的客户端使用；请求头 Last-Event-ID 优先",
            "go on after this event, for clients that cannot send headers; the header Last-Event-ID wins",
            ["3f2a9c1b-42"],
        ),
    ] = ""
