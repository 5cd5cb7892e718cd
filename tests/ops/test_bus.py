"""The bus on a real broker: what is written is read, what failed is not, and who was replaced cannot write."""

from __future__ import annotations

import time

import pytest

from ops.bus import Admin, Outgoing, Reader, Writer, newest, read_to_end
from ops.settings import Settings
from schemas.errors import Fenced, HubError, Refused
from schemas.topics import CURSOR, RAW, TOPICS, partition_of

pytestmark = pytest.mark.live


@pytest.fixture
def bus_settings(fresh_settings: Settings) -> Settings:
    with Admin(fresh_settings) as admin:
        admin.apply((RAW, CURSOR))
    return fresh_settings


def a_record(word: str, partition: int = 0) -> Outgoing:
    return Outgoing(RAW.name, word.encode(), f'"{word}"'.encode(), partition, (("ce_id", word.encode()),))


def words(settings: Settings) -> list[str]:
    return [record.key.decode() for record in read_to_end(settings, RAW.name)]


def test_what_a_transaction_wrote_is_read_whole(bus_settings: Settings) -> None:
    with Writer(bus_settings, "tongda.test.0") as writer:
        public = a_record("公开", 2)._replace(headers=(("ce_specversion", b"1.0"),))
        writer.commit([a_record("专利", 1), public, a_record("转让", 3)])
    found = list(read_to_end(bus_settings, RAW.name))
    found.sort(key=lambda record: record.partition)
    assert [(r.topic, r.partition, r.key.decode(), r.value, r.headers) for r in found] == [
        (RAW.name, 1, "专利", '"专利"'.encode(), (("ce_id", "专利".encode()),)),
        (RAW.name, 2, "公开", '"公开"'.encode(), (("ce_specversion", b"1.0"), ("ce_source", b"/tongda/local"))),
        (RAW.name, 3, "转让", '"转让"'.encode(), (("ce_id", "转让".encode()),)),
    ]


def test_a_record_that_is_too_large_takes_its_whole_transaction_with_it(bus_settings: Settings) -> None:
    with Writer(bus_settings, "tongda.test.0") as writer:
        with pytest.raises(HubError):
            writer.commit([a_record("small"), a_record("large")._replace(value=b"x" * (1 << 21))])
        with pytest.raises(HubError, match="failed before"):
            writer.commit([a_record("later")])
    with Writer(bus_settings, "tongda.test.0") as successor:
        successor.commit([a_record("successor")])
    assert words(bus_settings) == ["successor"]


def test_a_record_without_key_on_a_compacted_topic_fails_the_commit(bus_settings: Settings) -> None:
    with Writer(bus_settings, "tongda.test.0") as writer, pytest.raises(HubError):
        writer.commit([a_record("good"), Outgoing(RAW.name, None, b"1", 0)])  # type: ignore[arg-type]  # the fault itself
    assert words(bus_settings) == []


def test_whoever_opens_the_same_writer_fences_the_one_before(bus_settings: Settings) -> None:
    with Writer(bus_settings, "tongda.test.0") as first, Writer(bus_settings, "tongda.test.0") as second:
        with pytest.raises(Fenced):
            first.commit([a_record("zombie")])
        second.commit([a_record("owner")])
    assert words(bus_settings) == ["owner"]


def test_offsets_travel_in_the_same_transaction_and_leave_no_lag(bus_settings: Settings) -> None:
    with Writer(bus_settings, "tongda.test.0") as writer, Admin(bus_settings) as admin:
        writer.commit([a_record("one"), a_record("two")])
        assert admin.lag("a-group", [RAW.name])[RAW.name, 0] == 3
        writer.commit([], {(RAW.name, 0): 2}, "a-group")
        nothing = {(RAW.name, number): 0 for number in range(4)}
        deadline = time.monotonic() + 10  # the broker tells a group's offset only when its marker is written
        while (lag := admin.lag("a-group", [RAW.name])) != nothing and time.monotonic() < deadline:
            time.sleep(0.1)
        assert lag == nothing
    with Reader(bus_settings, group="a-group", topics=[RAW.name]) as reader:
        assert polled(reader, 0, 3) == []


def test_an_assigned_partition_gives_nothing_before_its_owner_has_placed_it(bus_settings: Settings) -> None:
    with Writer(bus_settings, "tongda.test.0") as writer:
        writer.commit([a_record("one"), a_record("two"), a_record("three")])
    told: list[str] = []

    def placed(places: list[tuple[str, int]]) -> None:
        told.extend(f"{topic} {partition}" for topic, partition in places)
        reader.seek(RAW.name, 0, 2)

    with Reader(bus_settings, group="a-group", topics=[RAW.name], on_assigned=placed) as reader:
        assert [record.key for record in polled(reader, 1, 10)] == [b"three"]
    assert told == [f"{RAW.name} {number}" for number in range(4)]


def test_a_member_that_comes_back_with_one_topic_more_is_given_it_too(bus_settings: Settings) -> None:
    """As a store does after a kind was added: by its name alone the broker would give it what it had."""
    for topics in ([RAW.name], [RAW.name, CURSOR.name]):
        with Reader(bus_settings, group="a-group", topics=topics, instance="store-0") as reader:
            deadline = time.monotonic() + 60
            while len(reader.assignment()) < 4 * len(topics):
                assert time.monotonic() < deadline, f"{topics}: {sorted(reader.assignment())}"
                reader.poll(1, 0.2)


def test_topics_are_made_once_and_every_drift_is_named(fresh_settings: Settings) -> None:
    with Admin(fresh_settings) as admin:
        assert admin.drift((RAW,)) == ["tongda.raw is missing"]
        assert admin.apply(TOPICS) == [f"created {topic.name}" for topic in TOPICS]
        assert admin.apply(TOPICS) == []
        assert admin.drift(TOPICS) == []
    with Admin(fresh_settings.model_copy(update={"partitions": 8})) as admin:
        assert admin.drift((RAW,)) == ["tongda.raw has 4 partitions, 8 are declared"]
        with pytest.raises(Refused, match="keys would move"):
            admin.apply((RAW,))


def polled(reader: Reader, wanted: int, seconds: int) -> list[object]:
    found: list[object] = []
    for _ in range(seconds * 2):
        found += reader.poll(100, 0.5)
        if wanted and len(found) >= wanted:
            break
    return found


def test_the_newest_records_are_found_behind_the_markers_of_many_transactions(bus_settings: Settings) -> None:
    written = [f"word{number}" for number in range(12)]
    with Writer(bus_settings, "tongda.test.0") as writer:
        for word in written:
            writer.commit([a_record(word, partition_of(word, bus_settings.partitions))])
    assert [r.key.decode() for r in newest(bus_settings, RAW.name, 3)] == written[-3:]
    assert [r.key.decode() for r in newest(bus_settings, RAW.name, 100)] == written
    assert [r.key.decode() for r in newest(bus_settings, RAW.name, 2, "word4")] == ["word4"]
    assert newest(bus_settings, RAW.name, 2, "nothing") == []
