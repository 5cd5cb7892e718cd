"""The stages, called on all records of the world, give what the oracle computes by its own code."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ops.sandbox.oracle import figures
from ops.sandbox.oracle.expected import expect
from ops.sandbox.stories.simulation import Origin
from ops.sandbox.world import ledger
from schemas import topics
from schemas.figures import BY_ID
from schemas.records.dead_letter import DeadLetter
from schemas.records.event import EVENT
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.wire import load
from sinks.operator import verify
from tests.conformance.held import unlike_its_schema
from tests.payloads import START
from tests.sandbox.oracle.world import simulated

# Figures of what no stand-in says: that parties are related, that a licence was taken under an open declaration.
UNSAID = {"related_party_transfers", "open_licence_deals"}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_stages_give_what_the_oracle_expects(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "truth.jsonl"
    hub = simulated(path, Origin(seed, 500, START), 400)
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
        *verify.points(cells := figures.recount(expected), points := held(partial(load, Point), *topics.STATISTICS)),
        *verify.dead(expected, {(one.source, one.feed, one.record): one.reason for one in letters}),
    ]
    assert differences == []
    assert verify.unchecked(points.values()) == []
    assert {indicator for indicator, _, _ in cells} == BY_ID.keys() - UNSAID
    assert [wrong for record in hub.history for wrong in unlike_its_schema(record.topic, record.value)] == []
