"""Raw records go through normalise, fold and tally on the real broker, and everything equals the in-memory hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.bus import Admin, Writer, read_to_end
from ops.embedded import Service
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from streams.processor import Context
from streams.stages import STAGES
from tests.hub import Hub, current, differing
from tests.live.workers import SESSION_SECONDS, Worker, accounts, until
from tests.payloads import outgoing, raw_records

pytestmark = pytest.mark.live
COMPARED = [
    *(topic.name for topic in topics.EVENTS.values()),
    topics.SUPPLY.name,
    topics.DEMAND.name,
    topics.CONTRIBUTION.name,
    *(topic.name for topic in topics.STATISTICS),
]


@pytest.fixture
def hub(kafka: Service, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a hub with empty topics."""
    hub = Settings(
        profile="test",
        home=tmp_path,
        kafka=kafka.address,
        topic_prefix="path.",
        slot="test",
        session_timeout_seconds=SESSION_SECONDS,
        batch_records=200,
    )
    with Admin(hub) as admin:
        admin.apply(topics.TOPICS)
    yield hub


def settled(hub: Settings) -> bool:
    """Every stage has read its input to the end."""
    written = {stage: sum(1 for _ in read_to_end(hub, stage.reads.name)) for stage in STAGES}
    return all(accounts(hub, stage.keeps.name).records == written[stage] for stage in STAGES)


def test_raw_records_become_the_facts_of_the_in_memory_hub_although_the_worker_is_killed(
    hub: Settings,
) -> None:
    records = [outgoing(record, hub.partitions) for record in raw_records(60)]
    expected = Hub(Context(hub.partitions, load_sources(hub.sources)))
    expected.write(records)
    expected.run()

    with Writer(hub, "trial.feed.0") as writer:
        writer.commit(records)
    for place in ("normalise.offsets.after", "fold.outputs.after", "fold.commit.after", "tally.state.partial"):
        worker = Worker(hub, "a", f"{place}=kill@2", role="streams")
        assert worker.wait() == -9
        worker.end()
    worker = Worker(hub, "a", role="streams")
    try:
        assert until(lambda: settled(hub), every=1)
    finally:
        worker.end()

    held = {name: current(read_to_end(hub, name)) for name in COMPARED}
    assert [(name, keys) for name in COMPARED if (keys := differing(held[name], expected.facts(name)))] == []
    assert held["tongda.transfer.v1"] and held["tongda.supply.v1"] and held["tongda.statistic.v1"]
