"""Rulings of a reviewer on a real broker and database: split, undo, merge, and a replay from the first record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from ops.bus import Admin, Incoming, Outgoing, Writer, read_to_end
from ops.evidence import EvidenceStore
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from schemas.errors import NotFound, Refused
from schemas.fields.date import CHINA
from schemas.records.raw import record_key
from sinks.operator.explain import explain
from sinks.operator.review import Review
from sinks.store.database import Database
from sinks.store.migrate import migrate
from sinks.store.store import Store
from streams.processor import Context
from tests.hub import Hub
from tests.payloads import outgoing, raw_records

pytestmark = pytest.mark.live
TRANSFER = topics.EVENTS["transfer"].name
NOW = datetime(2026, 11, 24, 9, tzinfo=CHINA)


def again(record: Incoming) -> Outgoing:
    """The same record, to be written to the in-memory hub."""
    return Outgoing(record.topic, record.key, record.value, record.partition)


class ReviewedHub:
    """An in-memory hub between a real topic of raw records and a real database."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database, role="tests", statement_seconds=60)
        migrate(self.database)
        self.store, self.stages = Store(self.database), self.new_stages()
        self.review = Review(self.database, settings, NOW)
        self.logs = [(TRANSFER, partition) for partition in range(settings.partitions)]
        self.store.claim(self.logs)
        self.read = dict.fromkeys(range(settings.partitions), 0)
        self.stored = dict.fromkeys(self.logs, 0)

    def new_stages(self) -> Hub:
        return Hub(Context(self.settings.partitions, load_sources(self.settings.sources)))

    def settle(self) -> dict[bytes, Any]:
        """Bring new records through the stages into the database; gives the current transfers."""
        for one in read_to_end(self.settings, topics.RAW.name):
            if one.offset >= self.read[one.partition]:
                self.read[one.partition] = one.offset + 1
                self.stages.write([again(one)])
        self.stages.run()
        for log in self.logs:
            batch: list[Incoming] = self.stages.logs[log][self.stored[log] :]
            if batch:
                self.store.write(batch)
            self.stored[log] += len(batch)
        return self.stages.facts(TRANSFER)

    def explained(self, name: str) -> str:
        with self.database.snapshot() as db:
            evidence = EvidenceStore(self.settings.evidence)
            return "\n".join(explain(db, evidence, name, rulings=self.review.rulings))

    def last(self, name: str) -> Any:
        with self.database.snapshot() as db:
            row = db.row("held_by_id", id=name)
        return row and row["value"]


@pytest.fixture
def hub(fresh_settings: Settings) -> Iterator[ReviewedHub]:
    with Admin(fresh_settings) as admin:
        admin.apply(topics.TOPICS)
    with Writer(fresh_settings, "tongda.test.0") as writer:
        writer.commit([outgoing(record, fresh_settings.partitions) for record in raw_records(40)])
    hub = ReviewedHub(fresh_settings)
    yield hub
    hub.database.close()


def members_of(event: Any) -> list[str]:
    """The records that an event rests on."""
    return [record_key(each["source"], each["feed"], each["record"]) for each in event["sources"]]


def noticed_and_recorded(events: dict[bytes, Any]) -> tuple[str, str]:
    """The id of an event that rests on a notice and on the register, and the notice's record."""
    for event in events.values():
        phases = dict(zip(members_of(event), (source["phase"] for source in event["sources"]), strict=True))
        if {"noticed", "recorded"} <= set(phases.values()):
            return event["id"], next(member for member, phase in phases.items() if phase == "noticed")
    raise AssertionError("the world has no such event")


def two_of_one_patent(events: dict[bytes, Any]) -> tuple[str, str]:
    """The ids of two transfers of one patent."""
    seen: dict[str, str] = {}
    for event in events.values():
        if event["subject"] in seen:
            return seen[event["subject"]], event["id"]
        seen[event["subject"]] = event["id"]
    raise AssertionError("the world has no such patent")


def test_a_split_record_is_an_event_of_its_own_until_the_ruling_is_undone_and_a_replay_gives_the_same(
    hub: ReviewedHub,
) -> None:
    before = hub.settle()
    name, record = noticed_and_recorded(before)
    ruling = hub.review.split(name, record, "another deal of the same day")
    apart = hub.settle()
    (new,) = apart.keys() - before.keys()
    assert len(apart) == len(before) + 1
    assert members_of(apart[new]) == [record] and record not in members_of(apart[name.encode()])
    assert hub.last(name)["state"] == "current"
    for shaped in (name, new.decode()):
        assert f"  ruling {ruling}  split" in hub.explained(shaped)
        assert "reason: another deal of the same day" in hub.explained(shaped)

    assert hub.review.undo(ruling, "") == ruling
    undone = hub.settle()
    assert undone.keys() == before.keys()
    assert members_of(undone[name.encode()]) == members_of(before[name.encode()])
    assert hub.last(new.decode())["state"] == "withdrawn"
    assert "ruling" not in hub.explained(name)

    assert hub.review.split(name, record, "after all") == ruling
    settled, replayed = hub.settle(), hub.new_stages()
    replayed.write(map(again, read_to_end(hub.settings, topics.RAW.name)))
    replayed.run()
    assert settled.keys() == apart.keys() and replayed.facts(TRANSFER) == settled
    assert replayed.facts(topics.STATISTIC.name) == hub.stages.facts(topics.STATISTIC.name)


def test_two_events_of_one_patent_become_one_and_the_weaker_id_redirects_to_it(hub: ReviewedHub) -> None:
    before = hub.settle()
    one, other = two_of_one_patent(before)
    ruling = hub.review.merge(one, other, "one deal, recorded twice")
    (gone,) = before.keys() - hub.settle().keys()
    (home,) = {one, other} - {gone.decode()}
    assert hub.last(gone.decode())["merged_into"] == home
    with pytest.raises(Refused, match=f"leads to {home}"):
        hub.review.merge(home, gone.decode(), "")
    hub.review.undo(ruling, "")
    assert hub.settle().keys() == before.keys()


def test_an_impossible_ruling_is_refused_with_the_reason_and_the_list_shows_the_others(hub: ReviewedHub) -> None:
    before = hub.settle()
    name, record = noticed_and_recorded(before)
    stranger = next(one["id"] for one in before.values() if one["subject"] != before[name.encode()]["subject"])
    split = hub.review.split(name, record, "doubtful")
    (new,) = hub.settle().keys() - before.keys()
    refusals: tuple[tuple[Callable[[], str], str], ...] = (
        (lambda: hub.review.merge(name, new.decode(), ""), f"ruling {split} sets"),
        (lambda: hub.review.split(new.decode(), record, ""), "alone"),
        (lambda: hub.review.merge(name, stranger, ""), "differ in their subject"),
        (lambda: hub.review.merge(name, name, ""), "one event already"),
        (lambda: hub.review.merge(name, "transfer:nothing", ""), "nothing is called"),
        (lambda: hub.review.merge("patent:201210464170.6", "patent:201310197593.0", ""), "is what events are about"),
        (lambda: hub.review.split(name, "a|b|c", ""), "does not rest on"),
        (lambda: hub.review.undo("nothing", ""), "no ruling"),
    )
    for wrong, why in refusals:
        with pytest.raises((Refused, NotFound), match=why):
            wrong()
    hub.review.undo(split, "no doubt left")
    (ruling,) = hub.review.listed()
    assert (ruling.id, ruling.state, ruling.action, ruling.events) == (split, "undone", "split", (name,))
    assert (ruling.records, ruling.reason) == ((record,), "no doubt left")
