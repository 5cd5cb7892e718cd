"""Review 复核: a person rules that events are one, or that a record is not of its event. Rulings live on ``tongda.raw``.

A ruling is a raw record like any other: its bytes are kept as evidence, it is replayed, and a later state that is absent
undoes it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec

from ops.bus import Outgoing, TopicPartition, Writer, read_on
from ops.evidence import EvidenceStore
from ops.settings import Settings
from schemas.errors import NotFound, Refused
from schemas.records.base import Record
from schemas.records.evidence import Evidence
from schemas.records.raw import RawRecord, record_key
from schemas.records.ruling import DESK, RULINGS, Ruling
from schemas.subjects import CLASSES
from schemas.topics import RAW, partition_of
from schemas.wire import decode, encode, load
from sinks.operator.resolved import Resolved, find
from sinks.store.database import Database

WRITER = "tongda.desk.0"  # one for all operators: of two at once the first is fenced, and tries again
READ_SECONDS = 600
NEXT = "tongda review list"


class Undoing(Record, frozen=True, kw_only=True):
    """The decision that a ruling no longer stands: the evidence of its absent state."""

    undoes: Ruling
    role: str
    decided_at: str
    reason: str


class ListedRuling(NamedTuple):
    """A ruling and whether it stands; ``reason`` is that of the latest decision about it."""

    id: str
    state: Literal["stands", "undone"]
    since: str
    action: str
    kind: str
    subject: str
    events: tuple[str, ...]
    records: tuple[str, ...]
    evidence: str
    reason: str


class KnownRulings:
    """The rulings on ``tongda.raw``, read on from where it was read to: the topic has every raw record of the hub."""

    def __init__(self, settings: Settings, read_seconds: float = READ_SECONDS) -> None:
        self._settings, self._read_seconds = settings, read_seconds
        self._lock = threading.Lock()
        self._read: dict[TopicPartition, int] = {(RAW.name, number): 0 for number in range(settings.partitions)}
        self._newest: dict[str, RawRecord] = {}

    def newest(self) -> dict[str, RawRecord]:
        """By id. Raises Unreachable when the topic was not read to its end in time; the next call goes on from there."""
        prefix = record_key(DESK, RULINGS, "").encode()
        with self._lock:
            for incoming in read_on(self._settings, dict(self._read), self._read_seconds):
                self._read[incoming.topic, incoming.partition] = incoming.offset + 1
                if incoming.key.startswith(prefix) and incoming.value:
                    self._take(load(RawRecord, incoming.value))
            return dict(self._newest)

    def _take(self, record: RawRecord) -> None:
        if record.record not in self._newest or self._newest[record.record].sequence < record.sequence:
            self._newest[record.record] = record


class Review:
    """What an operator does with rulings, at one instant."""

    def __init__(
        self, database: Database, settings: Settings, now: datetime, known: KnownRulings | None = None
    ) -> None:
        self._database, self._settings = database, settings
        self._known = known or KnownRulings(settings)
        self._evidence = EvidenceStore(settings.evidence)
        self._now = now.isoformat(timespec="milliseconds")

    def listed(self) -> list[ListedRuling]:
        """Every ruling, the oldest first."""
        newest = sorted(self.rulings().items(), key=lambda each: (each[1].fetched_at, each[0]))
        return [self._listed(name, record) for name, record in newest]

    def _listed(self, name: str, record: RawRecord) -> ListedRuling:
        bytes_ = self._evidence.get(record.evidence.sha256)
        undoing = load(Undoing, bytes_) if record.absent else None
        ruling = undoing.undoes if undoing else load(Ruling, bytes_)
        return ListedRuling(
            id=name,
            state="undone" if undoing else "stands",
            since=record.fetched_at,
            action=ruling.action,
            kind=ruling.kind,
            subject=ruling.subject,
            events=ruling.events,
            records=ruling.members,
            evidence=record.evidence.sha256,
            reason=(undoing.reason if undoing else "") or ruling.reason,
        )

    def merge(self, one: str, other: str, reason: str) -> str:
        """Two events become one. Raises NotFound, Refused; gives the ruling's id."""
        events = [self._find(one), self._find(other)]
        if one == other:
            raise refused(f"{one} is one event already · {one} 已是一个事件")
        for what in ("kind", "subject"):
            first, second = (getattr(event, what) for event in events)
            if first != second:
                term = {"kind": "类别", "subject": "对象(专利号、合同号或单位)"}[what]
                raise refused(
                    f"{one} and {other} differ in their {what}: {first}, {second}; only statements about one thing are one event"
                    f" · {one} 与 {other} 的{term}不同:{first}、{second};同一对象的事件方可合并"
                )
        return self._rule("merge", events, [record for event in events for record in event.records], reason)

    def split(self, event: str, record: str, reason: str) -> str:
        """A record leaves its event and becomes one of its own. Raises NotFound, Refused; gives the ruling's id."""
        found = self._find(event)
        if record not in found.records:
            told = ", ".join(found.records)
            raise NotFound(
                f"{event} does not rest on {record}; it rests on {told} · 该事件没有这条记录，只有 {told}",
                next_step=NEXT,
            )
        if len(found.records) == 1:
            raise refused(
                f"{event} rests on {record} alone; there is nothing to set it apart from · {event} 仅依据 {record},无从分出"
            )
        return self._rule("split", [found], [record], reason)

    def undo(self, name: str, reason: str) -> str:
        """The ruling no longer stands. Raises NotFound, Refused."""
        with Writer(self._settings, WRITER) as writer:
            record = self.rulings().get(name)
            if record is None:
                raise NotFound(f"no ruling {name} · 没有裁定 {name}", next_step=NEXT)
            if record.absent:
                raise refused(f"ruling {name} is undone already · 裁定 {name} 已撤销")
            undoing = Undoing(undoes=_ruling(record), role="operator", decided_at=self._now, reason=reason)
            self._write(writer, name, record.sequence + 1, undoing)
        return name

    def rulings(self) -> dict[str, RawRecord]:
        """The newest state of every ruling, by id: the topic is the truth, so no table can contradict it."""
        return self._known.newest()

    def _rule(
        self, action: Literal["merge", "split"], events: Sequence[Resolved], members: Sequence[str], reason: str
    ) -> str:
        """Write the ruling, unless it stands or another stands against it."""
        ruling = Ruling(
            action=action,
            kind=events[0].kind,
            subject=events[0].subject,
            members=tuple(sorted(members)),
            events=tuple(event.id for event in events),
            reason=reason,
            decided_at=self._now,
        )
        with Writer(self._settings, WRITER) as writer:
            known = self.rulings()
            for name, standing in known.items():
                if not standing.absent and (why := against(ruling, name, _ruling(standing))):
                    raise refused(why, next_step=f"tongda review undo {name}")
            before = known.get(ruling.id)
            self._write(writer, ruling.id, before.sequence + 1 if before else 1, ruling)
        return ruling.id

    def _write(self, writer: Writer, name: str, sequence: int, decision: Ruling | Undoing) -> None:
        """1 the bytes are kept as evidence  2 the record, in one transaction."""
        data = encode(decision)
        content: dict[str, Any] = decode(data) if isinstance(decision, Ruling) else {}
        record = RawRecord(
            source=DESK,
            feed=RULINGS,
            record=name,
            sequence=sequence,
            fetched_at=self._now,
            url="",
            evidence=Evidence(sha256=self._evidence.put(data), pointer=""),
            content=content,
            absent=not content,
        )
        key = record.key.encode()
        writer.commit([Outgoing(RAW.name, key, encode(record), partition_of(key, self._settings.partitions))])

    def _find(self, name: str) -> Resolved:
        """An event or listing that holds. Raises NotFound; Refused when it was merged or withdrawn, or is a person's."""
        with self._database.snapshot() as db:
            found = find(db, name)
        if found is None:
            raise _nothing(name, self._settings.portal)
        if found.state == "merged":
            raise refused(
                f"{name} leads to {found.merged_into} · {name} 已并入 {found.merged_into}",
                next_step=f"tongda explain {found.merged_into}",
            )
        if found.state == "withdrawn" and found.state_reason in (None, "absent"):
            raise refused(f"{name} was withdrawn · {name} 已撤回", next_step=f"tongda explain {name}")
        if any("*" in text for text in (found.subject, *found.records)) or found.subject == "party:person":
            raise refused(
                f"{name} is about a natural person, whose records have masked names here · {name} 涉及自然人,记录中的姓名已脱敏"
            )
        return found


def _nothing(name: str, portal: str) -> NotFound:
    """Nothing has that id; a patent, a contract or a party is no event."""
    sort, _, of = name.partition(":")
    if of and sort in CLASSES:
        return NotFound(
            f"{name} is what events are about, and no event or listing: a ruling names two of their ids"
            f" · {name} 是对象,不是事件或供需;裁定须写事件或供需的编号",
            next_step=f"http://{portal}/patents/{of} shows the events of it"
            if sort == "patent"
            else "tongda explain RECORD",
        )
    return NotFound(f"nothing is called {name} · 没有 {name}", next_step="tongda explain RECORD")


def against(ruling: Ruling, name: str, standing: Ruling) -> str:
    """Why a standing ruling of that name leaves no room for this one; empty when it does."""
    if name == ruling.id:
        return f"ruling {name} says so already · 裁定 {name} 已如此"
    shared = set(ruling.members) & set(standing.members)
    if standing.action == "split" and shared and (standing.kind, standing.subject) == (ruling.kind, ruling.subject):
        told = ", ".join(sorted(shared))
        return f"ruling {name} sets {told} apart · 裁定 {name} 已将 {told} 分出"
    return ""


def refused(message: str, next_step: str = NEXT) -> Refused:
    """Why a ruling cannot be."""
    return Refused(message, code="T5401", next_step=next_step)


def _ruling(record: RawRecord) -> Ruling:
    return msgspec.convert(record.content, Ruling)
