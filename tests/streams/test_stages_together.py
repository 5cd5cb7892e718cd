"""All processors together: what is concluded depends on the set of raw records, not on the batches they are read in."""

from __future__ import annotations

import pytest

from schemas import topics
from streams.processor import Context
from tests.definitions import shipped
from tests.hub import Hub, differing
from tests.payloads import outgoing, raw_records

pytestmark = pytest.mark.slow  # one world, folded in six ways

SOURCES = shipped()
FACTS = [
    *(topic.name for topic in topics.EVENTS.values()),
    topics.SUPPLY.name,
    topics.DEMAND.name,
    topics.CONTRIBUTION.name,
    *(topic.name for topic in topics.STATISTICS),
]


def folded(partitions: int, batch: int) -> Hub:
    hub = Hub(Context(partitions, SOURCES), batch=batch)
    hub.write(outgoing(record, partitions) for record in raw_records(40))
    hub.run()
    return hub


@pytest.mark.parametrize(("partitions", "batch"), [(4, 1), (4, 37), (1, 500), (8, 2000)])
def test_batches_and_partitions_do_not_change_what_is_concluded(partitions: int, batch: int) -> None:
    left, right = folded(4, 2000), folded(partitions, batch)
    assert [(name, keys) for name in FACTS if (keys := differing(left.facts(name), right.facts(name)))] == []
    assert left.facts(topics.STATISTIC.name)
