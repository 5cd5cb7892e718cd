"""A poison record that was set aside is put back: mended code gives what it would have given at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import convert

from ops.bus import Incoming
from schemas import topics
from schemas.errors import Reject
from schemas.records.dead_letter import DeadLetter
from schemas.wire import decode
from sinks.operator.letters import put_back
from streams.processor import Context, InputRecord, Output, dead_letter
from streams.runtime.batch import PartitionWorker, Transaction
from streams.runtime.poison import LIMIT, PoisonRecords
from streams.stages import STAGES, Stage
from tests.definitions import shipped
from tests.hub import Document, Hub, current
from tests.live.stage_subjects import with_own_keys
from tests.payloads import incoming, outgoing, raw_records

pytestmark = pytest.mark.slow  # each stage over a small world, thrice
SOURCES = shipped()
CONTEXT = Context(1, SOURCES)
OFFSET = 29  # of the poison record


def batch_of(stage: Stage) -> list[Incoming]:
    """The first records that this stage reads in a small world."""
    floor = Hub(CONTEXT)
    floor.write(outgoing(record, 1) for record in raw_records(20))
    floor.run()
    return floor.logs[stage.reads.name, 0][: OFFSET + 1]


def crashing(stage: Stage) -> Stage:
    """The stage as it was before it was mended."""

    class Crashing(stage.processor):  # type: ignore[name-defined, misc]
        def apply(self, records: Sequence[InputRecord]) -> list[Output]:
            if any(record.offset == OFFSET for record in records):
                raise RecursionError
            return list(super().apply(records))

    return replace(stage, processor=Crashing)


def written(transaction: Transaction) -> list[Output]:
    """Everything for the topics of the stage, letters apart."""
    return [
        one for (topic, _), there in transaction.outputs.items() if topic != topics.DEAD_LETTER.name for one in there
    ]


def content(outputs: Iterable[Output]) -> dict[bytes, Document]:
    """What the stage's topics hold after these outputs."""
    log = [Incoming(one.topic, 0, 0, one.topic.encode() + one.key, one.value, (), 0) for one in outputs]
    return current(with_own_keys(log))


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_record_that_crashed_a_stage_is_put_back_with_the_same_ids_and_twice_changes_nothing(
    tmp_path: Path, stage: Stage
) -> None:
    batch = batch_of(stage)
    truth = PartitionWorker(stage, 0, CONTEXT, PoisonRecords(tmp_path, "never")).process(batch)

    for _ in range(LIMIT):
        with pytest.raises(RecursionError):
            PartitionWorker(crashing(stage), 0, CONTEXT, PoisonRecords(tmp_path, "old")).process(batch)
    aside = PartitionWorker(crashing(stage), 0, CONTEXT, PoisonRecords(tmp_path, "old")).process(batch)
    (letter,) = (
        decode(o.value or b"")
        for (topic, _), there in aside.outputs.items()
        for o in there
        if topic == topics.DEAD_LETTER.name
    )
    assert (letter["reason"], letter["offset"]) == ("crashed", OFFSET)
    assert content(written(aside)) != content(written(truth))

    today = PartitionWorker(stage, 0, CONTEXT, PoisonRecords(tmp_path, "new"))
    for state in aside.state:
        today.restore(state.key, state.value)
    today.restored()
    back = put_back(convert(letter, DeadLetter), partitions=1)
    assert (back.topic, back.key, back.value) == (stage.reads.name, batch[OFFSET].key, batch[OFFSET].value)
    first = today.process([incoming(back, OFFSET + 1)])
    today.committed(first)
    second = today.process([incoming(back, OFFSET + 2)])

    assert content([*written(aside), *written(first)]) == content(written(truth))
    assert (written(second), second.totals.unchanged) == ([], first.totals.unchanged + 1)


def test_two_states_of_a_record_that_were_both_refused_are_two_letters() -> None:
    states = [
        Incoming(topics.RAW.name, 0, offset, b"s|f|1", value, (), 0) for offset, value in enumerate((b"a", b"b", b"a"))
    ]
    letters = [dead_letter("normalise", state, Reject("crashed", "")) for state in states]
    first, second, repeated = (decode(letter.value or b"")["id"] for letter in letters)
    assert first == repeated != second
