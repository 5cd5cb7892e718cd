"""The stages, called on all records of the world, give what the oracle computes by its own code."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ops.sandbox.oracle import figures
from ops.sandbox.oracle.expected import expect
from ops.sandbox.stories.simulation import Origin, Simulation
from ops.sandbox.world import ledger
from ops.settings import ROOT
from ops.sources import load_sources
from schemas import topics
from schemas.figures import BY_ID
from schemas.records.dead_letter import DeadLetter
from schemas.records.event import EVENT
from schemas.records.evidence import Evidence
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.records.raw import RawRecord
from schemas.wire import load
from sinks.operator import verify
from streams.processor import Context
from tests.conformance.held import unlike_its_schema
from tests.hub import Hub
from tests.payloads import START, outgoing

# Figures of what no stand-in says: that parties are related, that a licence was taken under an open declaration.
UNSAID = {"related_party_transfers", "open_licence_deals"}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_stages_give_what_the_oracle_expects(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "truth.jsonl"
    simulation = Simulation(path, Origin(seed, 500, START), lambda changes: None)
    simulation.open()
    now = datetime.fromisoformat(f"{START.isoformat()}T09:00:00+08:00")
    for step in range(400):
        simulation.tick(now + timedelta(seconds=step))
    simulation.close()
    sources = load_sources(ROOT / "connectors" / "sources")
    hub = Hub(Context(sources=sources, synthetic_sources=frozenset(sources)))
    hub.write(outgoing(record, 4) for record in raw(path))
    hub.run()
    expected = expect(ledger.read(path))

    def held(read: Callable[[bytes], Any], *of: topics.Topic) -> dict[str, Any]:
        logs = itertools.chain.from_iterable(
            log for (name, _), log in hub.logs.items() if name in {one.name for one in of}
        )
        latest = {record.key.decode(): record.value for record in logs}
        return {key: read(value) for key, value in latest.items() if value}

    letters = held(partial(load, DeadLetter), topics.DEAD_LETTER).values()
    differences = [
        *verify.events(expected, held(EVENT.decode, *topics.EVENTS.values())),
        *verify.listings(expected, held(partial(load, Listing), topics.SUPPLY, topics.DEMAND)),
        *verify.points(cells := figures.recount(expected), points := held(partial(load, Point), topics.STATISTIC)),
        *verify.dead(expected, {(one.source, one.feed, one.record): one.reason for one in letters}),
    ]
    assert differences == []
    assert verify.unchecked(points.values()) == []
    assert {indicator for indicator, _, _ in cells} == BY_ID.keys() - UNSAID
    assert [wrong for record in hub.history for wrong in unlike_its_schema(record.topic, record.value)] == []


def raw(path: Path) -> list[RawRecord]:
    """Every state of every record, as the connectors would publish it."""
    sequences: dict[tuple[str, str, str], int] = {}
    records = []
    for change in ledger.read(path):
        sequences[change.key] = sequences.get(change.key, 0) + 1
        records.append(
            RawRecord(
                source=change.source,
                feed=change.feed,
                record=change.record,
                sequence=sequences[change.key],
                fetched_at=change.visible,
                url="https://example.invalid/",
                evidence=Evidence(sha256="0" * 64, pointer="/0"),
                content=change.content if change.op != "delete" else {},
                absent=change.op == "delete",
            )
        )
    return records
