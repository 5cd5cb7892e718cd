"""A generation beside another: the same content under higher revisions, what differs, and how it takes over."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ops import run
from ops.bus import Outgoing
from ops.positions import beginnings
from ops.settings import Settings
from schemas import topics
from schemas.errors import Refused
from schemas.records.content import content_digest
from schemas.records.contribution import Contribution
from schemas.records.event import EVENT, Event
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.records.position import FORM, POSITION, Position, Totals
from schemas.wire import decode, encode, load
from streams.fold import Fold
from streams.processor import Context, floor_of
from streams.rebuild.compare import Difference, PublicRecord, fields, substance
from streams.rebuild.generations import group
from streams.rebuild.handover import PIECE_BYTES, PIECE_RECORDS, in_pieces, letters, published, state
from streams.rebuild.workers import at_home, end_left_behind, workers_for
from streams.runtime.batch import PartitionWorker
from streams.runtime.poison import PoisonRecords
from streams.stages import STAGES, Stage
from streams.tally import Tally
from tests.examples import A, B, a_contract, a_supply, a_transfer, wire
from tests.hub import Hub
from tests.payloads import incoming

TRANSFER, CONTRACT = topics.EVENTS["transfer"].name, topics.EVENTS["contract"].name
STATISTIC, MONEY = topics.STATISTIC.name, topics.MONEY_STATISTIC.name
CONTRIBUTION, SUPPLY = topics.CONTRIBUTION.name, topics.SUPPLY.name


def made(generation: int, *sightings: dict[str, Any], partitions: int = 4) -> Hub:
    """What a generation makes of these sightings."""
    floor = Hub(Context(partitions, generation=generation))
    for key, value in map(wire, sightings):
        floor.write([Outgoing(topics.SIGHTING.name, key, value, topics.partition_of(key, partitions))])
    floor.run()
    return floor


def on_topic(floor: Hub, topic: str) -> dict[bytes, Any]:
    logs = (log for (name, _), log in floor.logs.items() if name == topic)
    return {record.key: decode(record.value or b"") for log in logs for record in log}


SIGHTINGS = (a_transfer(A, on="2025-04-02"), a_transfer(B, on="2025-05-02"), a_contract("1", value=7), a_supply(A))


@pytest.mark.parametrize("topic", [TRANSFER, CONTRACT, SUPPLY, CONTRIBUTION, STATISTIC, MONEY])
def test_a_later_generation_has_the_same_content_with_revisions_above_all_of_the_one_before(topic: str) -> None:
    first, third = (on_topic(made(number, *SIGHTINGS), topic) for number in (0, 3))
    assert first and first.keys() == third.keys()
    for key, document in first.items():
        assert third[key] == {**document, "revision": floor_of(3) + document["revision"]}
        assert substance(topic, encode(document)) == substance(topic, encode(third[key]))


def test_a_stage_takes_its_generation_from_its_state() -> None:
    sightings = [wire(one) for one in SIGHTINGS]
    fold = Fold(0, Context())
    fold.generation = 2
    outputs = fold.apply([incoming(Outgoing(topics.SIGHTING.name, *pair, 0), n) for n, pair in enumerate(sightings)])
    assert {decode(one.value or b"")["revision"] >> 40 for one in outputs if one.topic == TRANSFER} == {2}


def test_on_an_empty_broker_every_stage_can_begin_with_a_generation_before_all_input(tmp_path: Path) -> None:
    begun = {(one.topic, one.partition): one for one in beginnings(Settings(partitions=4), 3)}
    assert begun.keys() == {(stage.keeps.name, partition) for stage in STAGES for partition in range(4)}
    for (topic, partition), record in begun.items():
        (stage,) = (stage for stage in STAGES if stage.keeps.name == topic)
        assert group(stage) == f"tongda.{stage.keeps.written_by}"
        worker = PartitionWorker(stage, partition, Context(4), PoisonRecords(tmp_path, f"{stage.name}-{partition}"))
        worker.restore(record.key, record.value)
        assert (worker.totals.offset, worker.totals.gap, worker.processor.generation) == (0, 0, 3)
        worker.close()


@pytest.mark.parametrize(
    ("topic", "document", "gone"),
    [
        (TRANSFER, {"state": "current"}, False),
        (TRANSFER, {"state": "merged", "merged_into": "transfer:1"}, False),
        (TRANSFER, {"state": "withdrawn"}, True),
        (SUPPLY, {"state": "withdrawn", "state_reason": "absent"}, True),
        (SUPPLY, {"state": "withdrawn", "state_reason": "platform_withdrew"}, False),
        (CONTRIBUTION, {"live": True}, False),
        (CONTRIBUTION, {"live": False}, True),
        (STATISTIC, {"value": "0.00", "contributions": 2}, False),
        (STATISTIC, {"value": "0", "contributions": 0}, True),
    ],
)
def test_what_is_no_longer_valid_compares_as_absent(topic: str, document: dict[str, Any], gone: bool) -> None:
    assert (substance(topic, encode({**document, "revision": 4})) is None) is gone


def test_a_figure_s_as_of_and_a_contribution_s_time_are_history() -> None:
    assert substance(STATISTIC, encode({"value": "1", "as_of": "x", "revision": 1})) == {"value": "1"}
    assert substance(CONTRIBUTION, encode({"event": "a", "received_at": "x", "revision": 1})) == {"event": "a"}


def test_an_id_that_leads_to_another_is_compared_by_where_it_leads() -> None:
    merged = {"id": "b", "kind": "transfer", "subject": "patent:1", "state": "merged", "merged_into": "a"}
    first, later = ({**merged, "phase": phase, "revision": 1} for phase in ("noticed", "recorded"))
    assert substance(TRANSFER, encode(first)) == substance(TRANSFER, encode(later)) == merged
    assert substance(TRANSFER, encode({**first, "merged_into": "c"})) != merged


@pytest.mark.parametrize(("topic", "record"), [(TRANSFER, Event), (SUPPLY, Listing)])
def test_documents_differ_exactly_where_a_stage_would_publish_them_again(
    topic: str, record: type[Event] | type[Listing]
) -> None:
    for value in on_topic(made(0, *SIGHTINGS), topic).values():
        document = EVENT.decode(encode(value)) if record is Event else load(Listing, encode(value))
        source = document.sources[0]
        repeated = replace(
            document,
            revision=9,
            received_at="2031-01-01T00:00:00.000+08:00",
            sources=(
                replace(source, received_at="2031-01-01T00:00:00.000+08:00", sequence=99),
                *document.sources[1:],
            ),
        )
        other = replace(document, sources=(replace(source, record="another"), *document.sources[1:]))
        for changed in (repeated, other):
            is_new = content_digest(changed) != content_digest(document)
            assert (substance(topic, encode(changed)) != substance(topic, encode(document))) is is_new
        assert content_digest(repeated) == content_digest(document) != content_digest(other)


def test_differences_are_named_by_the_path_of_the_field() -> None:
    old = {"statement": {"price": {"value": "1", "unit": "元"}, "title": "a"}, "tags": ["x"]}
    new = {"statement": {"price": {"value": "2", "unit": "元"}, "title": "a"}, "tags": ["x", "y"], "phase": "noticed"}
    assert list(fields(old, new)) == [
        ("phase", None, "noticed"),
        ("statement.price.value", "1", "2"),
        ("tags", ["x"], ["x", "y"]),
    ]
    lines = list(Difference(TRANSFER, b"transfer:1", PublicRecord(encode(old)), PublicRecord(encode(new))).lines())
    assert lines[1] == f"{TRANSFER} transfer:1 statement.price.value: 1 → 2"
    assert list(Difference(TRANSFER, b"k", PublicRecord(encode(old)), None).lines())[0].endswith(
        "only the running generation has it"
    )


@pytest.mark.parametrize("topic", [TRANSFER, CONTRACT, SUPPLY, CONTRIBUTION, STATISTIC, MONEY])
def test_what_the_new_generation_never_had_is_published_as_gone_between_the_two_ranges_of_revisions(topic: str) -> None:
    for key, document in on_topic(made(0, *SIGHTINGS), topic).items():
        record = published(Difference(topic, key, PublicRecord(encode(document)), None), 2, 1)
        last = decode(record.value or b"")
        assert (record.topic, record.key, record.partition, last["revision"]) == (topic, key, 2, floor_of(1))
        assert substance(topic, record.value or b"") is None
        if topic in topics.FIGURES:
            load(Point, encode(last))
            assert last["value"] in ("0", "0.00") and ("." in last["value"]) == ("." in document["value"])
        elif topic == CONTRIBUTION:
            load(Contribution, encode(last))
        else:
            assert dict(record.headers)["ce_id"] == f"{key.decode()}.{floor_of(1)}".encode()


@pytest.mark.parametrize("left", [{}, {"value": "0.00", "contributions": 0}])
def test_money_that_an_earlier_release_left_on_the_public_topic_is_taken_down_there(left: dict[str, Any]) -> None:
    money = on_topic(made(0, *SIGHTINGS), topics.MONEY_STATISTIC.name)
    assert money
    for key, document in money.items():
        difference = Difference(STATISTIC, key, PublicRecord(encode({**document, **left})), None)
        assert difference.is_real
        assert published(difference, 2, 1) == (STATISTIC, key, None, 2, ())


def test_what_differs_is_published_as_the_new_generation_wrote_it() -> None:
    record = PublicRecord(b'{"revision":9}', (("ce_id", b"a.9"),))
    assert published(Difference(TRANSFER, b"a", PublicRecord(b"{}"), record), 3, 1) == (
        TRANSFER,
        b"a",
        record.value,
        3,
        record.headers,
    )


def test_a_tally_that_meets_the_contributions_of_the_generation_before_takes_none_of_them_in() -> None:
    mine = [record for (name, _), log in made(1, *SIGHTINGS).logs.items() if name == CONTRIBUTION for record in log]
    tally = Tally(0, Context(generation=1))
    assert tally.apply(mine)
    older = on_topic(made(0, *SIGHTINGS, a_contract("2", value=9)), CONTRIBUTION)
    gone = [
        published(Difference(CONTRIBUTION, key, PublicRecord(encode(one)), None), 0, 1) for key, one in older.items()
    ]
    before = [Outgoing(CONTRIBUTION, key, encode(one), 0) for key, one in older.items()]
    assert tally.apply([incoming(record, n) for n, record in enumerate([*before, *gone])]) == []
    assert tally.unchanged == 2 * len(older)


def test_a_state_is_handed_over_with_nulls_for_what_is_gone_and_its_position_as_the_last() -> None:
    totals = Totals(7, 9, 9, 0, 0, 1)
    given = list(state("s", 1, [b"a", b"b", POSITION], {b"b": b"2", b"c": b"3", POSITION: b"old"}, totals))
    assert given == [
        Outgoing("s", b"a", None, 1),
        Outgoing("s", b"b", b"2", 1),
        Outgoing("s", b"c", b"3", 1),
        Outgoing("s", POSITION, Position(totals).encode(), 1),
    ]


def states(hub: Hub, stage: Stage) -> dict[bytes, bytes]:
    """The last state of each key of a stage that has one partition."""
    log = [record for (name, _), log in hub.logs.items() if name == stage.keeps.name for record in log]
    last = {record.key: record.value for record in log}
    return {key: value for key, value in last.items() if value is not None}


@pytest.mark.parametrize("stage", STAGES[1:], ids=lambda stage: stage.name)
def test_a_stage_that_reads_the_old_state_and_what_a_switch_wrote_over_it_holds_the_new_one(
    tmp_path: Path, stage: Stage
) -> None:
    old, new = states(made(0, *SIGHTINGS, partitions=1), stage), states(made(1, *SIGHTINGS[1:], partitions=1), stage)
    assert old.keys() - new.keys(), "something is gone"
    switched, rebuilt = (
        PartitionWorker(stage, 0, Context(1), PoisonRecords(tmp_path, name)) for name in ("switched", "rebuilt")
    )
    totals = Totals(generation=1)
    for key, value in old.items():
        switched.restore(key, value)
    for record in state(stage.keeps.name, 0, old, new, totals):
        switched.restore(record.key, record.value)
    for key, value in {**new, POSITION: Position(totals).encode()}.items():
        rebuilt.restore(key, value)
    for worker in (switched, rebuilt):
        worker.restored()
    assert switched.totals == rebuilt.totals == totals
    assert (switched.form, switched.processor.size()) == (FORM, rebuilt.processor.size())


def test_pieces_are_bounded_in_number_and_in_bytes_and_lose_nothing() -> None:
    small = [Outgoing("s", b"%d" % n, b"", 0) for n in range(PIECE_RECORDS + 1)]
    large = [Outgoing("s", b"%d" % n, bytes(PIECE_BYTES // 4), 0) for n in range(9)]
    pieces = list(in_pieces([*small, *large]))
    assert [record for piece in pieces for record in piece] == [*small, *large]
    assert [len(piece) for piece in pieces] == [PIECE_RECORDS, 5, 4, 1]


def test_all_workers_left_behind_are_ended_and_those_of_a_running_command_are_not(tmp_path: Path) -> None:
    following = Settings(home=tmp_path, kafka="127.0.0.1:1", generation=1)
    home, sleeping = at_home(following), ["sleep", "60"]
    with (
        subprocess.Popen(["sleep", "61"]) as command,
        subprocess.Popen(sleeping) as one,
        subprocess.Popen(sleeping) as other,
    ):
        for number, left in enumerate((one, other)):
            run.write(at_home(following, str(number)).run, "child-streams", left.pid, sleeping)
        run.write(home.run, "rebuild", command.pid, ["sleep", "61"])
        while any(not run.command_of(process.pid)[0].startswith("sleep") for process in (command, one, other)):
            time.sleep(0.01)
        with pytest.raises(Refused, match=f"already works here .pid {command.pid}"):
            end_left_behind(home)
        assert (one.poll(), other.poll()) == (None, None)
        command.kill()
        command.wait()
        end_left_behind(home)
        assert (one.wait(5), other.wait(5)) == (-signal.SIGTERM, -signal.SIGTERM)


def test_there_is_a_worker_a_core_unless_told_otherwise_and_none_without_a_partition() -> None:
    cores = len(os.sched_getaffinity(0))
    assert [workers_for(None, partitions) for partitions in (1, cores, cores + 7)] == [1, cores, cores]
    assert [workers_for(wanted, 4) for wanted in (1, 3, 9)] == [1, 3, 4]


def test_of_the_new_generation_s_refusals_only_those_not_known_before_are_published() -> None:
    known, new = encode({"id": "1", "offset": 4}), encode({"id": "2"})
    assert list(letters({b"a": known}, {b"a": encode({"id": "1", "offset": 9}), b"b": new}, 3)) == [
        Outgoing(topics.DEAD_LETTER.name, b"b", new, 3)
    ]
