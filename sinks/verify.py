"""``python -m sinks.verify``: what the hub holds against what the world's truth ledger says it must hold.

1 pause the world  2 wait until every feed was polled twice more, complete, and no stage lags  3 read the public topics
from offset 0, as any subscriber would, and the database  4 compare with the oracle, print every difference  5 resume.
Exit 0: ``0 differences``; 10: some; 8: the hub did not settle in time.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from ops import run
from ops.bus import Admin, read_to_end
from ops.sandbox import figures, ledger
from ops.sandbox.oracle import Expected, as_text, expect
from ops.settings import Settings, read_settings
from ops.sources import load_sources
from schemas import topics
from schemas.errors import HubError, NotFound, Unreachable
from schemas.topics import Topic
from schemas.wire import decode
from sinks.store.database import Database

Document = dict[str, Any]
UNITS = {"元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
STAGES = (("normalise", topics.RAW), ("fold", topics.SIGHTING), ("tally", topics.CONTRIBUTION))
TABLES = {
    "event": tuple(topics.EVENTS.values()),
    "listing": (topics.SUPPLY, topics.DEMAND),
    "point": (topics.STATISTIC,),
}
SHOWN = 200


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def control(settings: Settings, verb: str) -> Document:
    """Ask the stand-ins to pause or resume. Raises NotFound when none run."""
    address = run.read(settings.run, "platforms").get("control")
    if not address:
        raise NotFound("no stand-in platforms run here: there is no truth to compare with", next_step="tongda up")
    with urllib.request.urlopen(urllib.request.Request(f"{address}/{verb}", method="POST"), timeout=30) as answer:
        state: Document = decode(answer.read())
    return state


def settle(settings: Settings, database: Database, paused_at: str, deadline: float) -> None:
    """Wait for two complete polls of every feed after the pause, then until no stage lags. Raises Unreachable."""
    feeds = {
        f"{source.id}|{feed}"
        for source in load_sources(settings.sources, settings).values()
        if source.synthetic
        for feed in source.feeds
    }
    polls: dict[str, set[str]] = {feed: set() for feed in feeds}
    told = ""
    while True:
        with database.snapshot() as snapshot:
            for row in snapshot.fetch("select id, value from source_status"):
                done = row["value"].get("last_complete_at") or ""
                if (
                    row["id"] in polls
                    and row["value"].get("verdict") == "complete"
                    and instant(done) > instant(paused_at)
                ):
                    polls[row["id"]].add(done)
        waiting = sorted(feed for feed, seen in polls.items() if len(seen) < 2)
        lags = {} if waiting else lagging(settings)
        text = (
            f"waits for {len(waiting)} feeds ({', '.join(waiting[:3])})"
            if waiting
            else f"waits for {lags}"
            if lags
            else "settled"
        )
        if text != told:
            say(f"  {text}")
            told = text
        if not waiting and not lags:
            return
        if time.monotonic() > deadline:
            raise Unreachable(f"the hub did not settle: {text}", next_step="tongda status")
        time.sleep(1)


def instant(text: str) -> float:
    """Seconds of an RFC 3339 instant; 0 for none."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def lagging(settings: Settings) -> dict[str, int]:
    """Records that each stage has still before it, where there are any."""
    with Admin(settings) as admin:
        found = {name: sum(admin.lag(f"tongda.{name}", [topic.name]).values()) for name, topic in STAGES}
    return {name: lag for name, lag in found.items() if lag}


def newest(settings: Settings, *of: Topic) -> dict[str, Document]:
    """The last value of every key of some topics."""
    held: dict[str, Document] = {}
    for topic in of:
        for record in read_to_end(settings, topic.name):
            if record.value is None:
                held.pop(record.key.decode(), None)
            else:
                held[record.key.decode()] = decode(record.value)
    return held


def compare(expected: Expected, settings: Settings, database: Database) -> tuple[list[str], dict[str, int]]:
    """Every difference in words, and how many things of each sort were compared."""
    held = {table: newest(settings, *of) for table, of in TABLES.items()}
    found = [*events(expected, held["event"]), *cards(expected, held["listing"])]
    cells = figures.recount(expected)
    found += points(cells, held["point"])
    letters = {
        (one["source"], one["feed"], one["record"]): one["reason"]
        for one in newest(settings, topics.DEAD_LETTER).values()
    }
    found += dead(expected, letters)
    with database.snapshot() as snapshot:
        for table, of_topic in held.items():
            rows = {row["id"]: row["value"] for row in snapshot.fetch(f"select id, value from {table}")}
            found += [
                f"database {table} {key}: differs from the topic"
                for key in sorted(of_topic.keys() | rows.keys())
                if rows.get(key) != of_topic.get(key)
            ]
    current = sum(one["state"] == "current" for one in held["event"].values())
    counted = {
        "events": len(expected.events),
        "listings": len(expected.cards),
        "cells": len(cells),
        "dead letters": len(expected.dead),
        "events on topics": current,
        "points on topics": len(held["point"]),
        "changes of the truth": expected.changes,
    }
    return found, counted


def events(expected: Expected, held: Mapping[str, Document]) -> Iterator[str]:
    """Expected events are current and say the same; whatever else is held is withdrawn or merged."""
    for name, event in sorted(expected.events.items()):
        there = held.get(name)
        if there is None or there["state"] != "current":
            yield f"event {name} ({event.phase}, {event.subject}): expected, " + (
                "missing" if there is None else there["state"]
            )
            continue
        wanted = as_text(event)
        got = {"kind": there["kind"], "phase": there["phase"], "occurred_on": there.get("occurred_on")}
        got |= {field: fen(there["statement"].get(field)) for field in wanted if field not in got}
        for field, value in wanted.items():
            if got[field] != value:
                yield f"event {name} {field}: expected {value}, held {got[field]}"
    for name in sorted(held.keys() - expected.events.keys()):
        if held[name]["state"] == "current":
            yield f"event {name} ({held[name]['phase']}, {held[name]['subject']}): held, not expected"


def fen(amount: Mapping[str, str] | None) -> int | None:
    return int(Decimal(amount["value"]) * 100) if amount else None


def cards(expected: Expected, held: Mapping[str, Document]) -> Iterator[str]:
    """State, area and price basis of each card; a card that nobody posts any more is withdrawn or merged."""
    for name, card in sorted(expected.cards.items()):
        there = held.get(name)
        if there is None:
            yield f"listing {name}: expected {card.state}, missing"
            continue
        wanted = {"state": card.state, "area": card.area, **({"price": card.basis} if card.basis else {})}
        got = {"state": there["state"], "area": there.get("area"), "price": there.get("price", {}).get("basis")}
        for field, value in wanted.items():
            if got[field] != value:
                yield f"listing {name} {field}: expected {value}, held {got[field]}"
    for name in sorted(held.keys() - expected.cards.keys()):
        if held[name]["state"] not in ("withdrawn", "merged"):
            yield f"listing {name}: held as {held[name]['state']}, not expected"


def points(cells: Mapping[figures.Cell, int], held: Mapping[str, Document]) -> Iterator[str]:
    """Every cell that the recount knows; a cell that is not published counts as 0."""
    published: dict[figures.Cell, tuple[str, int]] = {}
    for name, point in held.items():
        if point["indicator"] in figures.INDICATORS and set(point["dimensions"]) <= figures.DIMENSIONS:
            value = int(Decimal(point["value"]) * UNITS.get(point["unit"], 1))
            published[point["indicator"], tuple(sorted(point["dimensions"].items())), point["period"]] = (name, value)
    for cell in sorted(cells.keys() | published.keys()):
        name, value = published.get(cell, (f"{cell[0]}:{';'.join('='.join(one) for one in cell[1])}:{cell[2]}", 0))
        if value != cells.get(cell, 0):
            yield f"figure {name}: expected {cells.get(cell, 0)}, held {value}"


def dead(expected: Expected, letters: Mapping[tuple[str, str, str], str]) -> Iterator[str]:
    """What nobody can read is a dead letter with its reason; what could always be read is none."""
    for key, reason in sorted(expected.dead.items()):
        if letters.get(key) != reason:
            yield f"dead letter {'|'.join(key)}: expected {reason}, held {letters.get(key, 'none')}"
    for key in sorted(letters.keys() - expected.ever_dead.keys()):
        yield f"dead letter {'|'.join(key)}: held ({letters[key]}), not expected"


def verify(settings: Settings, wait_seconds: float, clock: Callable[[], float] = time.monotonic) -> int:
    """The whole comparison; gives the exit code."""
    paused = control(settings, "pause")
    say(f"paused at change {paused['seq']}")
    database = Database(settings.database, role="verify", statement_seconds=120)
    deadline = clock() + wait_seconds
    try:
        settle(settings, database, paused["now"], deadline)
        expected = expect(ledger.read(settings.home / "truth" / "truth.jsonl"))
        found, counted = compare(expected, settings, database)
        while clock() < deadline and any(one.startswith("database") for one in found):
            time.sleep(1)  # the store may be one batch behind the topics
            found, counted = compare(expected, settings, database)
    finally:
        database.close()
        control(settings, "resume")
    for one in found[:SHOWN]:
        say(one)
    say("compared: " + ", ".join(f"{number} {what}" for what, number in counted.items()))
    say(f"{len(found)} differences")
    return 10 if found else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m sinks.verify", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wait", type=float, default=120, help="seconds the hub has to settle")
    given = parser.parse_args(arguments)
    try:
        return verify(read_settings(os.environ), given.wait)
    except HubError as error:
        sys.stderr.write(f"{error.code} {error.message}\n{error.next_step}\n")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
