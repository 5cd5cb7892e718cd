"""What a stage reports: the size of its state, the progress of a restore, and once that the broker is away."""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path

import pytest

from ops import telemetry
from ops.embedded import start_kafka
from ops.settings import Settings
from tests.live.test_stage_restore import KEPT, keep_states, restoring, wait_for, with_host
from tests.live.workers import Feed, Worker, until

pytestmark = pytest.mark.live
AWAY_SECONDS = 12
LINES_OF_THE_CLIENT = 40  # places in its code that complain; what they repeat does not count


def measured(metric: str) -> float:
    """A metric of the relay stage in this process."""
    found = re.search(rf'^tongda_stage_{metric}{{stage="relay"}} (\S+)', telemetry.render().decode(), re.M)
    return float(found[1]) if found else 0.0


def test_a_restore_reports_what_is_left_and_then_the_size_of_the_state(feed: Feed) -> None:
    keep_states(feed, 0, 0)
    left: list[float] = []

    async def restore(host) -> None:  # type: ignore[no-untyped-def]
        await wait_for(lambda: restoring(host) == [0])
        await host.show()
        left.append(measured("restore_remaining_records"))
        await wait_for(lambda: len(host.owned) == 4 and all(o.phase == "running" for o in host.owned.values()))
        await host.show()
        left.append(measured("restore_remaining_records"))

    asyncio.run(with_host(feed, restore))
    assert 0 < left[0] <= KEPT + 1 + 2  # the position, and the transaction's markers
    assert left[1] == 0
    assert (measured("state_records"), measured("state_bytes")) == (KEPT, 8 * KEPT)


def test_an_outage_is_reported_once_in_few_lines_and_the_worker_continues(tmp_path: Path) -> None:
    kafka = start_kafka(tmp_path, 0)
    settings = Settings(profile="test", home=tmp_path / "hub", kafka=kafka.address, slot="test")
    worker = None
    try:
        feed = Feed(settings)
        feed.send(100)
        feed.close()
        worker = Worker(settings)
        assert until(lambda: worker.health() == 200)
        kafka.process.kill()
        kafka.process.wait()
        assert until(lambda: worker.health() == 503, 10)
        time.sleep(AWAY_SECONDS)
        kafka = start_kafka(tmp_path, int(kafka.address.rpartition(":")[2]))
        assert until(lambda: worker.health() == 200, 60)
        assert worker.process.poll() is None
    finally:
        if worker:
            worker.end()
        kafka.stop()
    lines = [json.loads(line) for line in (settings.home / "a" / "worker.log").read_text().splitlines()]
    reported = [(line["event"], line["stage"]) for line in lines if line["event"].startswith("broker_")]
    for stage in ("relay", "ledger"):
        events = [event for event, whose in reported if whose == stage]
        assert events == ["broker_reached", "broker_away", "broker_reached"]
    assert len([line for line in lines if line.get("logger", "").startswith("aiokafka")]) <= LINES_OF_THE_CLIENT
