"""Crashes are counted by record, over processes, and forgotten once the record is committed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.bus import Incoming
from schemas import topics, wire
from schemas.records.dead_letter import DeadLetter
from schemas.records.position import Totals
from streams.processor import Context, InputRecord, Output
from streams.runtime.batch import PartitionWorker
from streams.runtime.poison import PoisonRecords
from streams.stages import Stage


def crash_with(folder: Path, first: int, last: int) -> PoisonRecords:
    """A process begins these records and crashes; the next one opens the file."""
    PoisonRecords(folder, "fold-0").begin(first, last)
    return PoisonRecords(folder, "fold-0")


def test_a_crash_makes_suspects_of_all_records_in_hand(tmp_path: Path) -> None:
    poison = crash_with(tmp_path, 10, 19)
    assert [offset for offset in range(5, 25) if poison.is_suspect(offset)] == list(range(10, 20))
    assert not any(poison.is_poison(offset) for offset in range(5, 25))


def test_the_second_crash_finds_the_record_and_the_third_makes_it_a_poison_record(tmp_path: Path) -> None:
    crash_with(tmp_path, 10, 19)
    second = crash_with(tmp_path, 13, 13)
    assert (second.suspects, second.crashes, second.is_poison(13)) == ((13, 13), 2, False)
    third = crash_with(tmp_path, 13, 13)
    assert (third.is_poison(13), third.is_poison(12)) == (True, False)


def test_a_crash_elsewhere_starts_a_new_count(tmp_path: Path) -> None:
    crash_with(tmp_path, 10, 19)
    assert crash_with(tmp_path, 30, 39).crashes == 1


def test_work_that_came_to_its_end_is_no_crash(tmp_path: Path) -> None:
    poison = PoisonRecords(tmp_path, "fold-0")
    poison.begin(10, 19)
    poison.end()
    assert PoisonRecords(tmp_path, "fold-0").crashes == 0


def test_suspects_whose_transaction_was_committed_are_cleared(tmp_path: Path) -> None:
    poison = crash_with(tmp_path, 10, 19)
    poison.committed(15)
    assert poison.is_suspect(19)
    poison.committed(20)
    assert not poison.is_suspect(19)
    assert PoisonRecords(tmp_path, "fold-0").crashes == 0


class Fragile:
    """Raises at every record of one value."""

    def __init__(self, partition: int, context: Context) -> None:
        self.understood = self.unchanged = self.generation = 0

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Keeps nothing."""

    def restored(self) -> None:
        """It needs no more."""

    def size(self) -> tuple[int, int]:
        return 0, 0

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        for record in records:
            if record.value == b"poison":
                raise RecursionError
            self.understood += 1
        return []


FRAGILE = Stage("fragile", topics.SIGHTING, topics.FOLD_STATE, Fragile, (topics.DEAD_LETTER,))


def test_two_poison_records_in_one_batch_are_both_set_aside_after_three_crashes_each(tmp_path: Path) -> None:
    values = [b"sound", b"poison", b"sound", b"sound", b"poison", b"sound"]
    batch = [Incoming(topics.SIGHTING.name, 0, 10 + n, b"k%d" % n, value, (), 0) for n, value in enumerate(values)]
    for _ in range(6):
        with pytest.raises(RecursionError):
            PartitionWorker(FRAGILE, 0, Context(4), PoisonRecords(tmp_path, "fragile-0")).process(batch)
    transaction = PartitionWorker(FRAGILE, 0, Context(4), PoisonRecords(tmp_path, "fragile-0")).process(batch)
    letters = [
        wire.load(DeadLetter, output.value or b"") for written in transaction.outputs.values() for output in written
    ]
    assert [(letter.reason, letter.offset) for letter in letters] == [("crashed", 11), ("crashed", 14)]
    assert transaction.totals == Totals(16, 6, 4, 0, 2)


def test_poison_records_are_forgotten_once_their_batch_is_committed(tmp_path: Path) -> None:
    for offset in (11, 14):
        for _ in range(3):
            poison = crash_with(tmp_path, offset, offset)
    assert poison.offsets == PoisonRecords(tmp_path, "fold-0").offsets == {11, 14}
    poison.committed(14)
    assert PoisonRecords(tmp_path, "fold-0").offsets == {14}
    poison.committed(15)
    assert PoisonRecords(tmp_path, "fold-0").offsets == set()
