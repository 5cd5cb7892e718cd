"""``tongda verify``: what the hub holds against what it must hold by the ledger of the stand-in platforms.

1 pause the stand-ins  2 wait until every feed was polled twice more, complete, and no stage lags  3 read the public
topics from offset 0, as any subscriber would, and the database  4 compare with the oracle  5 resume.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import msgspec

from ops import run, say
from ops.bus import Admin, read_to_end
from ops.loopback import ask
from ops.sandbox.oracle import figures
from ops.sandbox.oracle.events import compared
from ops.sandbox.oracle.expected import Expected, expect
from ops.sandbox.world import ledger
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from schemas.errors import NotFound, Refused, Unreachable
from schemas.fields.money import Money
from schemas.figures import BY_ID
from schemas.records.dead_letter import DeadLetter
from schemas.records.event import EVENT, Event
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.records.source_status import SourceStatus
from schemas.topics import Topic
from schemas.wire import decode, load
from sinks.store.database import Database
from sinks.store.statements import statement

UNITS = {"元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
STAGES = (("normalise", topics.RAW), ("fold", topics.SIGHTING), ("tally", topics.CONTRIBUTION))
TABLES = {
    "event": tuple(topics.EVENTS.values()),
    "listing": (topics.SUPPLY, topics.DEMAND),
    "point": topics.STATISTICS,
}
SHOWN_FEEDS = 3
PAUSED_BY_PERSON = ("paused", "by_person")  # state and reason of a feed
DATABASE = "database"  # how a difference between topic and database begins


T = TypeVar("T")


class Paused(msgspec.Struct):
    """The state of the stand-ins: their clock, and the number of the last change of their ledger."""

    now: str
    seq: int


class Comparison(NamedTuple):
    """Every difference in words, how many things of each sort were compared, and the figures that nothing recounts here."""

    differences: list[str]
    counted: dict[str, int]
    unchecked: list[str]


class Patience:
    """How long the hub may take to settle; what does not answer meanwhile, as a broker under load, is asked again."""

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.seconds, self.clock, self._pause = seconds, clock, pause
        self.deadline = clock() + seconds

    def until_answered(self, ask: Callable[[], T]) -> T:
        """What ``ask`` gives; while it raises Unreachable it is asked again. Raises the last one when the time is over."""
        while True:
            try:
                return ask()
            except Unreachable as error:
                if self.clock() > self.deadline:
                    raise self.gave_up(*error.message.partition(say.SEPARATOR)[::2]) from error
                say.note(f"  等待 waits: {error.message.partition(say.SEPARATOR)[0]}")
                self._pause(1)

    def gave_up(self, english: str, chinese: str = "") -> Unreachable:
        """The hub has not settled: what it waits for, and how to give it more time."""
        return Unreachable(
            f"the hub did not settle within {self.seconds:g} s: {english}"
            f" · {self.seconds:g} 秒内未稳定:{chinese or english}",
            next_step=f"tongda verify --wait {max(2 * self.seconds, 300):g}",
        )

    def wait(self, english: str, chinese: str) -> None:
        """A second more. Raises Unreachable when the time is over."""
        if self.clock() > self.deadline:
            raise self.gave_up(english, chinese)
        self._pause(1)


def verify(settings: Settings, wait_seconds: float, clock: Callable[[], float] = time.monotonic) -> Comparison:
    """The whole comparison. Raises NotFound: no stand-ins run here. Unreachable: the hub did not settle in time."""
    patience = Patience(wait_seconds, clock)
    deadline = patience.deadline
    # Ended by a kill, the stand-ins go on by themselves.
    paused = patience.until_answered(lambda: _control(settings, f"pause?pid={os.getpid()}"))
    say.note(f"已暂停 paused at change {paused.seq}")
    database = Database(settings.database, role="verify", statement_seconds=120)
    try:
        settle(settings, database, paused.now, patience)
        expected = expect(ledger.read(settings.home / "truth" / "truth.jsonl"))
        found = compare(expected, settings, database)
        while clock() < deadline and any(one.startswith(DATABASE) for one in found.differences):
            time.sleep(1)  # the store may be one batch behind the topics
            found = compare(expected, settings, database)
    finally:
        database.close()
        _resume(settings)
    return found


def _resume(settings: Settings) -> None:
    """Let the stand-ins go on; where they do not answer they do so by themselves when this process has ended."""
    try:
        _control(settings, "resume")
    except Unreachable as error:
        say.note(f"  {say.in_language(error.message, settings.lang)}")


def _control(settings: Settings, action: str) -> Paused:
    address = run.read(settings.run, "platforms").get("control")
    if not address:
        raise NotFound(
            "no stand-in platforms run here: there is no ledger to compare with · 本机没有运行模拟平台,无从核对",
            next_step="tongda up",
        )
    try:
        return load(Paused, ask(f"{address}/{action}", 30, "POST"))
    except OSError as error:
        raise Unreachable(
            f"the stand-in platforms do not answer at {address}: {error} · 模拟平台 {address} 无应答",
            next_step="tongda status",
        ) from error


def settle(settings: Settings, database: Database, paused_at: str, patience: Patience) -> None:
    """Wait for two complete polls of every feed after the pause, then until no stage lags.

    Raises Refused: a person paused a feed, which is then not polled. Unreachable: not settled in time.
    """
    polls: dict[str, set[str]] = {
        f"{source.id}|{feed}": set()
        for source in load_sources(settings.sources, settings).values()
        if source.synthetic
        for feed in source.feeds
    }
    shown = ""
    while True:
        refuse_paused(patience.until_answered(lambda: _note_polls(database, polls, instant(paused_at))))
        waiting = sorted(feed for feed, seen in polls.items() if len(seen) < 2)
        lags = {} if waiting else patience.until_answered(lambda: lagging(settings))
        text = awaited(waiting, lags)
        if text != shown:
            say.note(f"  等待 {text}" if text else "  已稳定 settled")
            shown = text
        if not text:
            return
        patience.wait(text, awaited_zh(waiting, lags))


def awaited(waiting: Sequence[str], lags: Mapping[str, int]) -> str:
    """What the hub still has before it; empty when it has settled."""
    if waiting:
        more = ", …" if len(waiting) > SHOWN_FEEDS else ""
        feeds = say.number(len(waiting), "feed")
        return f"waits for two complete polls of {feeds} ({', '.join(waiting[:SHOWN_FEEDS])}{more})"
    told = (f"{say.number(lag, 'record')} before {stage}" for stage, lag in lags.items())
    return f"waits for {', '.join(told)}" if lags else ""


def awaited_zh(waiting: Sequence[str], lags: Mapping[str, int]) -> str:
    """The same in Chinese."""
    if waiting:
        more = "、…" if len(waiting) > SHOWN_FEEDS else ""
        return f"等待 {len(waiting)} 个栏目各再完整轮询两次({'、'.join(waiting[:SHOWN_FEEDS])}{more})"
    return f"等待 {'、'.join(f'{stage} 前的 {lag} 条记录' for stage, lag in lags.items())}" if lags else ""


def refuse_paused(paused: Sequence[str]) -> None:
    """Raises Refused when a person paused feeds: they are not polled, so that what they show cannot be compared."""
    if paused:
        first, more = paused[0].replace("|", " "), f", +{len(paused) - 1}" if len(paused) > 1 else ""
        raise Refused(
            f"a person paused {first}{more}, so the hub cannot settle · 栏目 {first}{more} 已由人工暂停轮询,无法核对",
            next_step=f"tongda sources resume {first.partition(' ')[0]}",
        )


def _note_polls(database: Database, polls: dict[str, set[str]], since: float) -> list[str]:
    """Add the last complete poll of each feed, when it ended later than that; gives the feeds that a person paused."""
    paused = []
    with database.snapshot() as db:
        for row in db.rows("source_statuses"):
            status = msgspec.convert(row["value"], SourceStatus)
            done, feed = status.last_complete_at or "", f"{status.source}|{status.feed}"
            if feed in polls and status.verdict == "complete" and instant(done) > since:
                polls[feed].add(done)
            if feed in polls and (status.state, status.reason) == PAUSED_BY_PERSON:
                paused.append(feed)
    return sorted(paused)


def instant(text: str) -> float:
    """Seconds of an RFC 3339 instant; 0 for none."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def lagging(settings: Settings) -> dict[str, int]:
    """Records that each stage has still before it, where there are any."""
    with Admin(settings) as admin:
        found = {name: sum(admin.lag(f"tongda.{name}", [topic.name]).values()) for name, topic in STAGES}
    return {name: lag for name, lag in found.items() if lag}


def newest(settings: Settings, *of: Topic) -> dict[str, bytes]:
    """The last value of every key of some topics."""
    held: dict[str, bytes] = {}
    for topic in of:
        for record in read_to_end(settings, topic.name):
            if record.value is None:
                held.pop(record.key.decode(), None)
            else:
                held[record.key.decode()] = record.value
    return held


def compare(expected: Expected, settings: Settings, database: Database) -> Comparison:
    """The topics with what is expected, and the database with the topics."""
    held = {table: newest(settings, *of) for table, of in TABLES.items()}
    published = {key: EVENT.decode(value) for key, value in held["event"].items()}
    letters = [load(DeadLetter, value) for value in newest(settings, topics.DEAD_LETTER).values()]
    cells = figures.recount(expected)
    statistics = {key: load(Point, value) for key, value in held["point"].items()}
    found = [
        *events(expected, published),
        *listings(expected, {key: load(Listing, value) for key, value in held["listing"].items()}),
        *points(cells, statistics),
        *dead(expected, {(one.source, one.feed, one.record): one.reason for one in letters}),
        *_in_database(database, held),
    ]
    counted = {
        "events": len(expected.events),
        "listings": len(expected.listings),
        "cells": len(cells),
        "dead letters": len(expected.dead_letters),
        "events on topics": sum(one.state == "current" for one in published.values()),
        "points on topics": len(held["point"]),
        "changes of the truth": expected.changes,
    }
    return Comparison(found, counted, unchecked(statistics.values()))


def unchecked(held: Iterable[Point]) -> list[str]:
    """Figures, of this program or on the topic, that the oracle has no rule for."""
    return sorted((BY_ID.keys() | {point.indicator for point in held}) - figures.INDICATORS)


def _in_database(database: Database, held: Mapping[str, Mapping[str, bytes]]) -> Iterator[str]:
    with database.snapshot() as db:
        for table, of_topic in held.items():
            rows = {row["id"]: row["value"] for row in db.fetch(statement("all_of_table", table=table))}
            for key in sorted(of_topic.keys() | rows.keys()):
                if key not in of_topic or rows.get(key) != decode(of_topic[key]):
                    yield f"{DATABASE} {table} {key}: differs from the topic"


def events(expected: Expected, held: Mapping[str, Event]) -> Iterator[str]:
    """Expected events are current and equal; every other event on the topics is withdrawn or merged."""
    for name, event in sorted(expected.events.items()):
        there = held.get(name)
        if there is None or there.state != "current":
            what = "missing" if there is None else there.state
            yield f"event {name} ({event.phase}, {event.subject}): expected, {what}"
            continue
        got: dict[str, Any] = {"kind": there.kind, "phase": there.phase, "occurred_on": there.occurred_on}
        for field, value in compared(event).items():
            shown = got[field] if field in got else number(getattr(there.statement, field, None))
            if shown != value:
                yield f"event {name} {field}: expected {value}, held {shown}"
    for name in sorted(held.keys() - expected.events.keys()):
        if held[name].state == "current":
            yield f"event {name} ({held[name].phase}, {held[name].subject}): held, not expected"


def number(value: Money | int | None) -> int | None:
    """A count, or an amount in 分."""
    return value.fen if isinstance(value, Money) else value


def listings(expected: Expected, held: Mapping[str, Listing]) -> Iterator[str]:
    """State, area and price basis of each listing; one that nobody posts any more is withdrawn or merged."""
    for name, listing in sorted(expected.listings.items()):
        there = held.get(name)
        if there is None:
            yield f"listing {name}: expected {listing.state}, missing"
            continue
        wanted = {"state": listing.state, "area": listing.area, **({"price": listing.basis} if listing.basis else {})}
        got = {"state": there.state, "area": there.area, "price": there.price.basis}
        for field, value in wanted.items():
            if got[field] != value:
                yield f"listing {name} {field}: expected {value}, held {got[field]}"
    for name in sorted(held.keys() - expected.listings.keys()):
        if held[name].state not in ("withdrawn", "merged"):
            yield f"listing {name}: held as {held[name].state}, not expected"


def points(cells: Mapping[figures.Cell, int], held: Mapping[str, Point]) -> Iterator[str]:
    """Every cell of every figure that has a rule; a cell that is not published counts as 0."""
    published: dict[figures.Cell, tuple[str, int]] = {}
    for name, point in held.items():
        if point.indicator in figures.INDICATORS:
            value = int(Decimal(point.value) * UNITS.get(point.unit, 1))
            published[point.indicator, tuple(sorted(point.dimensions.items())), point.period] = (name, value)
    for cell in sorted(cells.keys() | published.keys()):
        name, value = published.get(cell, (f"{cell[0]}:{';'.join('='.join(one) for one in cell[1])}:{cell[2]}", 0))
        if value != cells.get(cell, 0):
            yield f"figure {name}: expected {cells.get(cell, 0)}, held {value}"


def dead(expected: Expected, letters: Mapping[tuple[str, str, str], str]) -> Iterator[str]:
    """A record that nobody can read is a dead letter with its reason; one that can be read now is none."""
    for key, reason in sorted(expected.dead_letters.items()):
        if letters.get(key) != reason:
            yield f"dead letter {'|'.join(key)}: expected {reason}, held {letters.get(key, 'none')}"
    for key in sorted(letters.keys() - expected.possible_dead_letters.keys()):
        yield f"dead letter {'|'.join(key)}: held ({letters[key]}), not expected"
