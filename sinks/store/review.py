"""Review 复核: a person rules that events are one, or that a record is not of its event. Rulings live on ``tongda.raw``.

A ruling is a raw record like any other: kept as evidence, replayed, and undone by a later state that is absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ops.bus import Outgoing, Writer, read_to_end
from ops.evidence import EvidenceStore
from ops.settings import Settings
from schemas.errors import NotFound, Refused
from schemas.records.raw import Evidence, RawRecord, record_key
from schemas.records.ruling import DESK, RULINGS, Ruling
from schemas.topics import RAW, partition_of
from schemas.wire import decode, encode, load
from sinks.store.database import Database, Row

WRITER = "tongda.desk.0"  # one for all operators: of two at once the first is fenced, and tries again
READ_SECONDS = 600
NEXT = "tongda review list"


class Review:
    """The desk's side of one command."""

    def __init__(self, database: Database, settings: Settings, now: datetime) -> None:
        self.database, self.settings = database, settings
        self.now = now.isoformat(timespec="milliseconds")

    def listed(self) -> Iterator[str]:
        """Every ruling, with what it says, since when, and whether it stands."""
        for name, record in sorted(self.rulings().items(), key=lambda each: (each[1].fetched_at, each[0])):
            said = decode(EvidenceStore(self.settings.evidence).get(record.evidence.sha256))
            ruling = Ruling.model_validate_json(encode(said["undoes"] if record.absent else said))
            state = "undone" if record.absent else "stands"
            yield f"{name}  {state}  {record.fetched_at}  {ruling.action}  {ruling.kind} of {ruling.subject}"
            yield from (f"  event {event}" for event in ruling.events)
            yield from (f"  record {member}" for member in ruling.members)
            reason = said.get("reason") or ruling.reason
            yield f"  evidence {record.evidence.sha256}" + (f"  reason: {reason}" if reason else "")

    def merge(self, one: str, other: str, reason: str) -> str:
        """Two events become one. Raises NotFound, Refused; gives the ruling's id."""
        events = [self.event(one), self.event(other)]
        if one == other:
            raise refused(f"{one} is one event already")
        for what in ("kind", "subject"):
            if events[0][what] != events[1][what]:
                raise refused(f"{one} and {other} differ in their {what}: {events[0][what]}, {events[1][what]}")
        return self.rule("merge", events, [name for event in events for name in members_of(event)], reason)

    def split(self, event: str, record: str, reason: str) -> str:
        """A record leaves its event and becomes one of its own. Raises NotFound, Refused; gives the ruling's id."""
        found = self.event(event)
        members = members_of(found)
        if record not in members:
            raise NotFound(f"{event} does not rest on {record}; it rests on {', '.join(members)}", next_step=NEXT)
        if len(members) == 1:
            raise refused(f"{event} rests on {record} alone; there is nothing to set it apart from")
        return self.rule("split", [found], [record], reason)

    def rule(self, action: str, events: list[Row], members: list[str], reason: str) -> str:
        """Write the ruling, unless it stands or another stands against it."""
        ruling = Ruling.model_validate(
            {
                "action": action,
                "kind": events[0]["kind"],
                "subject": events[0]["subject"],
                "members": tuple(sorted(members)),
                "events": tuple(str(event["id"]) for event in events),
                "reason": reason,
                "decided_at": self.now,
            }
        )
        with Writer(self.settings, WRITER) as writer:
            known = self.rulings()
            for name, standing in known.items():
                if not standing.absent and (why := against(ruling, name, standing)):
                    raise refused(why, next_step=f"tongda review undo {name}")
            before = known.get(ruling.id)
            sequence = before.sequence + 1 if before else 1
            self.write(writer, ruling.id, sequence, decode(encode(ruling)))
        return ruling.id

    def undo(self, name: str, reason: str) -> str:
        """The ruling no longer stands. Raises NotFound, Refused."""
        with Writer(self.settings, WRITER) as writer:
            record = self.rulings().get(name)
            if record is None:
                raise NotFound(f"no ruling {name}", next_step=NEXT)
            if record.absent:
                raise refused(f"ruling {name} is undone already")
            said = {"undoes": record.content, "role": "operator", "decided_at": self.now, "reason": reason}
            self.write(writer, name, record.sequence + 1, said, absent=True)
        return name

    def write(self, writer: Writer, name: str, sequence: int, said: dict[str, Any], absent: bool = False) -> None:
        """1 the bytes are kept as evidence  2 the record, in one transaction."""
        sha = EvidenceStore(self.settings.evidence).put(encode(said))
        record = RawRecord(
            source=DESK,
            feed=RULINGS,
            record=name,
            sequence=sequence,
            fetched_at=self.now,
            url="",
            evidence=Evidence(sha256=sha, pointer=""),
            content={} if absent else said,
            absent=absent,
        )
        key = record.key.encode()
        writer.commit([Outgoing(RAW.name, key, encode(record), partition_of(key, self.settings.partitions))])

    def rulings(self) -> dict[str, RawRecord]:
        """The newest state of every ruling, by id: the topic is the truth, so no table can contradict it."""
        newest: dict[str, RawRecord] = {}
        prefix = record_key(DESK, RULINGS, "").encode()
        for incoming in read_to_end(self.settings, RAW.name, deadline_seconds=READ_SECONDS):
            if incoming.key.startswith(prefix) and incoming.value:
                record = load(RawRecord, incoming.value)
                if record.record not in newest or newest[record.record].sequence < record.sequence:
                    newest[record.record] = record
        return newest

    def event(self, name: str) -> Row:
        """An event or card that holds. Raises NotFound; Refused when its name leads elsewhere or it was taken back."""
        with self.database.snapshot() as db:
            row = db.row("held_by_id", id=name)
        if row is None or row["value"] is None:
            raise NotFound(f"nothing is called {name}", next_step="tongda explain RECORD")
        value: Row = row["value"]
        if value["state"] == "merged":
            raise refused(f"{name} leads to {value['merged_into']}", next_step=f"tongda explain {value['merged_into']}")
        if value["state"] == "withdrawn" and value.get("state_reason", "absent") == "absent":
            raise refused(f"{name} was withdrawn", next_step=f"tongda explain {name}")
        if any("*" in text for text in (value["subject"], *members_of(value))) or value["subject"] == "party:person":
            raise refused(f"{name} is about a natural person, whose records have masked names here")
        return value


def members_of(event: Row) -> list[str]:
    """The records an event rests on."""
    return [record_key(source["source"], source["feed"], source["record"]) for source in event["sources"]]


def against(ruling: Ruling, name: str, standing: RawRecord) -> str:
    """Why a standing ruling leaves no room for this one; empty when it does."""
    other = Ruling.model_validate_json(encode(standing.content))
    if name == ruling.id:
        return f"ruling {name} says so already"
    shared = set(ruling.members) & set(other.members)
    if other.action == "split" and shared and (other.kind, other.subject) == (ruling.kind, ruling.subject):
        return f"ruling {name} sets {', '.join(sorted(shared))} apart"
    return ""


def refused(message: str, next_step: str = NEXT) -> Refused:
    return Refused(message, code="T5401", next_step=next_step)
