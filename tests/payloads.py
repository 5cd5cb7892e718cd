"""Raw records as the connectors would write them, from a world of the sandbox: real payloads without a network."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

from ops.bus import Incoming, Outgoing
from ops.sandbox.stories.simulation import Origin, Simulation
from ops.sandbox.world.ledger import Change
from schemas import topics, wire
from schemas.records.raw import Evidence, RawRecord

START = date(2026, 6, 1)


@cache
def raw_records(patents: int, seed: int = 7) -> tuple[RawRecord, ...]:
    """All of the history of a world of that many patents."""
    return tuple(history(patents, seed))


def history(patents: int, seed: int = 7) -> Iterator[RawRecord]:
    """Every state of every record in the history of a world of that many patents, in the order of its days."""
    changes: list[Change] = []
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(Path(folder) / "truth.jsonl", Origin(seed, patents, START), changes.extend)
        simulation.open()
        simulation.close()
    sequences: dict[tuple[str, str, str], int] = {}
    for change in changes:
        key = (change.source, change.feed, change.record)
        sequences[key] = sequences.get(key, 0) + 1
        yield RawRecord(
            source=change.source,
            feed=change.feed,
            record=change.record,
            sequence=sequences[key],
            fetched_at=change.visible,
            url=f"https://{change.source}.example.invalid/{change.feed}",
            evidence=Evidence(sha256="0" * 64, pointer=f"/data/list/{change.seq % 100}"),
            content=change.content if change.op != "delete" else {},
            absent=change.op == "delete",
        )


def outgoing(record: RawRecord, partitions: int) -> Outgoing:
    """As a connector sends it."""
    key = record.key.encode()
    return Outgoing(topics.RAW.name, key, wire.encode(record), topics.partition_of(key, partitions))


def incoming(record: Outgoing, offset: int) -> Incoming:
    """As a stage reads it."""
    return Incoming(record.topic, record.partition, offset, record.key, record.value, record.headers, 0)
