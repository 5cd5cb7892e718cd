"""A simulated province in a file, and what the stages make of it within this process."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from ops.sandbox.stories.simulation import Origin, Simulation
from ops.sandbox.world import ledger
from ops.settings import ROOT
from ops.sources import load_sources
from schemas.records.evidence import Evidence
from schemas.records.raw import RawRecord
from streams.processor import Context
from tests.hub import Hub
from tests.payloads import START, outgoing


def simulated(truth: Path, origin: Origin, seconds: int) -> Hub:
    """The hub after all records of a world that went on for so long. ``truth``: the file of its ledger, which is written."""
    simulation = Simulation(truth, origin, lambda changes: None)
    simulation.open()
    now = datetime.fromisoformat(f"{START.isoformat()}T09:00:00+08:00")
    for second in range(seconds):
        simulation.tick(now + timedelta(seconds=second))
    simulation.close()
    sources = load_sources(ROOT / "connectors" / "sources")
    hub = Hub(Context(sources=sources, synthetic_sources=frozenset(sources)))
    hub.write(outgoing(record, 4) for record in raw(truth))
    return hub.run()


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
