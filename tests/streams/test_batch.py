"""A batch becomes outputs, state and an account that holds every record exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.bus import Incoming
from schemas import topics, wire
from schemas.errors import HubError, Refused, Reject
from schemas.records.dead_letter import DeadLetter
from schemas.records.position import FORM, POSITION, Position, Totals
from schemas.traces import trace_in, trace_of, traceparent
from streams.processor import Context, InputRecord, Output, dead_letter
from streams.runtime.batch import MAX_VALUE, MOST_LOGGED, PartitionWorker, fitting
from streams.runtime.gauges import oldest
from streams.runtime.poison import PoisonRecords
from streams.stages import Stage


class Parrot:
    """Writes each value to an output and to its state; some values make it skip, refuse, crash or miscount."""

    def __init__(self, partition: int, context: Context) -> None:
        self.kept: dict[bytes, bytes | None] = {}
        self.understood = self.unchanged = self.generation = 0
        self.pieces: list[int] = []

    def restore(self, key: bytes, value: bytes | None) -> None:
        self.kept[key] = value

    def restored(self) -> None:
        """It needs no more."""

    def size(self) -> tuple[int, int]:
        return len(self.kept), 0

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        self.pieces.append(len(records))
        outputs: list[Output] = []
        for record in records:
            if record.value == b"silence":
                self.unchanged += 1
            elif record.value == b"nonsense":
                outputs.append(dead_letter("parrot", record, Reject("json_invalid", "nonsense")))
            elif record.value == b"crash":
                raise ZeroDivisionError
            else:
                self.understood += record.value != b"lie"
                outputs.append(Output(topics.STATISTIC.name, record.key, record.value))
                outputs.append(Output(topics.FOLD_STATE.name, record.key, record.value))
        return outputs


PARROT = Stage("parrot", topics.SIGHTING, topics.FOLD_STATE, Parrot, (topics.STATISTIC, topics.DEAD_LETTER))


def a_worker(folder: Path) -> PartitionWorker:
    return PartitionWorker(PARROT, 2, Context(4), PoisonRecords(folder, "parrot-2"))


def read(*values: bytes, first: int = 10) -> list[Incoming]:
    return [Incoming(topics.SIGHTING.name, 2, first + n, b"k%d" % n, value, (), 0) for n, value in enumerate(values)]


def test_every_record_is_understood_unchanged_or_a_dead_letter(tmp_path: Path) -> None:
    transaction = a_worker(tmp_path).process(read(b"a", b"silence", b"nonsense", b"b"))
    assert transaction.totals == Totals(14, 4, 2, 1, 1)
    assert {(topic, output.key) for (topic, _), written in transaction.outputs.items() for output in written} == {
        (topics.STATISTIC.name, b"k0"),
        (topics.DEAD_LETTER.name, b"parrot|k2"),
        (topics.STATISTIC.name, b"k3"),
    }


def test_outputs_go_to_the_partition_of_their_key_and_state_to_the_input_s(tmp_path: Path) -> None:
    transaction = a_worker(tmp_path).process(read(b"a"))
    assert list(transaction.outputs) == [(topics.STATISTIC.name, topics.partition_of(b"k0", 4))]
    assert [o.key for o in transaction.state] == [b"k0", POSITION]


def test_only_the_last_state_of_a_key_is_written(tmp_path: Path) -> None:
    twice = [record._replace(key=b"k") for record in read(b"a", b"b")]
    transaction = a_worker(tmp_path).process(twice)
    assert [(o.key, o.value) for o in transaction.state][:-1] == [(b"k", b"b")]
    assert [[o.value for o in written] for written in transaction.outputs.values()] == [[b"a", b"b"]]


def test_the_position_record_is_restored_by_the_worker_and_the_rest_by_the_processor(tmp_path: Path) -> None:
    worker = a_worker(tmp_path)
    transaction = worker.process(read(b"a"))
    again = a_worker(tmp_path / "later")
    for outgoing in transaction.state:
        again.restore(outgoing.key, outgoing.value)
    assert again.totals == transaction.totals
    assert again.processor.kept == {b"k0": b"a"}  # type: ignore[attr-defined]


def test_the_position_record_carries_the_generation_into_every_process_after(tmp_path: Path) -> None:
    worker = PartitionWorker(PARROT, 2, Context(4, generation=3), PoisonRecords(tmp_path, "parrot-2"))
    again = a_worker(tmp_path / "later")
    for outgoing in worker.process(read(b"a")).state:
        again.restore(outgoing.key, outgoing.value)
    assert again.processor.generation == again.process(read(b"b", first=11)).totals.generation == 3


def test_a_state_of_another_release_is_refused_and_one_that_a_switch_put_in_its_place_is_not(tmp_path: Path) -> None:
    worker, transaction = a_worker(tmp_path), a_worker(tmp_path / "earlier").process(read(b"a"))
    worker.restore(b"an old key", b"an old form")
    worker.restore(POSITION, wire.encode(transaction.totals._asdict()))
    with pytest.raises(Refused) as refused:
        worker.refuse_other_form()
    assert (refused.value.code, refused.value.next_step) == ("T5303", "tongda rebuild start")
    assert str(refused.value).startswith("tongda.fold-state 2 holds a state of another release (form 1;")

    worker.restore(POSITION, Position(transaction.totals, FORM + 1).encode())
    with pytest.raises(Refused, match=f"form {FORM + 1}; this release reads form {FORM}"):
        worker.refuse_other_form()

    worker.restore(b"an old key", None)
    for output in transaction.state:
        worker.restore(output.key, output.value)
    worker.refuse_other_form()
    assert worker.totals == transaction.totals


def test_a_partition_without_a_state_begins_in_the_form_of_this_release(tmp_path: Path) -> None:
    a_worker(tmp_path).refuse_other_form()


def test_a_batch_with_a_record_unaccounted_for_is_refused_before_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="1 records unaccounted for"):
        a_worker(tmp_path).process(read(b"a", b"lie"))


def test_a_record_that_crashes_the_processor_is_set_aside_unread_after_the_third_crash(tmp_path: Path) -> None:
    batch = read(b"a", b"crash", b"b")
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            a_worker(tmp_path).process(batch)
    worker = a_worker(tmp_path)
    transaction = worker.process(batch)
    written = [output for there in transaction.outputs.values() for output in there]
    letters = [wire.load(DeadLetter, o.value or b"") for o in written if o.topic == topics.DEAD_LETTER.name]
    assert [(letter.reason, letter.offset, letter.original) for letter in letters] == [("crashed", 11, "crash")]
    assert transaction.totals == Totals(13, 3, 2, 0, 1)


def test_after_a_crash_suspects_are_handled_one_by_one_and_others_together(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        a_worker(tmp_path).process(read(b"a", b"crash"))
    worker = a_worker(tmp_path)
    worker.process(read(b"a", b"b", b"c", b"d"))
    assert worker.processor.pieces == [1, 1, 2]  # type: ignore[attr-defined]


def test_a_dead_letter_too_large_for_its_topic_leaves_the_original_where_it_is() -> None:
    huge = read(b"nonsense")[0]
    letter = dead_letter("parrot", huge._replace(value=b"\\" * MAX_VALUE), Reject("json_invalid", "nonsense"))
    fitted = fitting(letter)
    assert len(fitted.value or b"") < 2000
    assert wire.load(DeadLetter, fitted.value or b"").offset == 10


def test_an_output_too_large_for_its_topic_ends_the_process_before_the_commit(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="too many for"):
        a_worker(tmp_path).process(read(b"x" * (MAX_VALUE + 1)))


def test_the_slowest_record_of_a_batch_stands_for_its_latency() -> None:
    times = (b"2026-11-25T10:00:00+08:00", b"2026-11-25T09:59:58+08:00")
    public = [Output("tongda.supply.v1", b"k", b"{}", headers=(("ce_id", b"1"), ("ce_time", time))) for time in times]
    assert oldest(public) == 1795571998.0
    assert oldest([Output("tongda.contribution", b"k", b"{}")]) is None


def test_a_refusal_is_logged_once_it_is_committed_with_the_trace_of_the_poll_that_brought_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trace = trace_of("hn", "supply", "2026-11-30T09:30:00+08:00")
    records = read(b"nonsense", *[b"nonsense"] * MOST_LOGGED, b"a")
    records[0] = records[0]._replace(headers=(("ce_id", b"x"), traceparent(trace, "k0")))
    worker = a_worker(tmp_path)
    transaction = worker.process(records)
    caplog.set_level("INFO", "tongda")
    assert not caplog.records
    worker.committed(transaction)
    facts = [record.facts for record in caplog.records]  # type: ignore[attr-defined]
    assert len(facts) == MOST_LOGGED and {record.message for record in caplog.records} == {"record_refused"}
    assert {(each["stage"], each["reason"]) for each in facts} == {("parrot", "json_invalid")}
    assert sorted(each["trace_id"] for each in facts) == ["", *[""] * (MOST_LOGGED - 2), trace]
    assert "nonsense" not in str(facts)


def test_a_header_that_is_no_traceparent_is_not_taken_over() -> None:
    for value in (b"", b"00-xyz", b"\xff" * 55, b"00-" + b"A" * 32 + b"-0123456789abcdef-01"):
        assert trace_in((("traceparent", value),)) == ""
    assert trace_in((("other", traceparent("a" * 32, "k")[1]),)) == ""
