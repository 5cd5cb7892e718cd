"""Deaths are counted per record, over processes, and forgotten when the record was survived."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.bus import Incoming
from schemas import topics, wire
from schemas.records.dead_letter import DeadLetter
from schemas.records.position import Totals
from streams.batch import Desk
from streams.deaths import Deaths
from streams.processor import Context, InputRecord, Output
from streams.stages import Stage


def die_with(folder: Path, first: int, last: int) -> Deaths:
    """A process takes these records in hand and dies; the next one opens the file."""
    Deaths(folder, "fold-0").take(first, last)
    return Deaths(folder, "fold-0")


def test_a_death_makes_suspects_of_all_records_in_hand(tmp_path: Path) -> None:
    deaths = die_with(tmp_path, 10, 19)
    assert [offset for offset in range(5, 25) if deaths.is_suspect(offset)] == list(range(10, 20))
    assert not any(deaths.is_killer(offset) for offset in range(5, 25))


def test_the_second_death_names_the_record_and_the_third_makes_it_a_killer(tmp_path: Path) -> None:
    die_with(tmp_path, 10, 19)
    second = die_with(tmp_path, 13, 13)
    assert (second.suspects, second.count, second.is_killer(13)) == ((13, 13), 2, False)
    third = die_with(tmp_path, 13, 13)
    assert (third.is_killer(13), third.is_killer(12)) == (True, False)


def test_a_death_elsewhere_starts_a_new_count(tmp_path: Path) -> None:
    die_with(tmp_path, 10, 19)
    assert die_with(tmp_path, 30, 39).count == 1


def test_work_that_was_put_down_is_no_death(tmp_path: Path) -> None:
    deaths = Deaths(tmp_path, "fold-0")
    deaths.take(10, 19)
    deaths.put_down()
    assert Deaths(tmp_path, "fold-0").count == 0


def test_suspects_whose_transaction_was_committed_are_cleared(tmp_path: Path) -> None:
    deaths = die_with(tmp_path, 10, 19)
    deaths.committed(15)
    assert deaths.is_suspect(19)
    deaths.committed(20)
    assert not deaths.is_suspect(19)
    assert Deaths(tmp_path, "fold-0").count == 0


class Fragile:
    """Dies of every record that says so."""

    def __init__(self, partition: int, context: Context) -> None:
        self.understood = self.unchanged = 0

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Keeps nothing."""

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        for record in records:
            if record.value == b"killer":
                raise RecursionError
            self.understood += 1
        return []


FRAGILE = Stage("fragile", topics.SIGHTING, topics.FOLD_STATE, Fragile, (topics.DEAD_LETTER,))


def test_two_killers_in_one_batch_are_both_set_aside_after_three_deaths_each(tmp_path: Path) -> None:
    values = [b"sound", b"killer", b"sound", b"sound", b"killer", b"sound"]
    batch = [Incoming(topics.SIGHTING.name, 0, 10 + n, b"k%d" % n, value, (), 0) for n, value in enumerate(values)]
    for _ in range(6):
        with pytest.raises(RecursionError):
            Desk(FRAGILE, 0, Context(4), Deaths(tmp_path, "fragile-0")).work(batch)
    work = Desk(FRAGILE, 0, Context(4), Deaths(tmp_path, "fragile-0")).work(batch)
    letters = [wire.load(DeadLetter, output.value or b"") for written in work.outputs.values() for output in written]
    assert [(letter.reason, letter.offset) for letter in letters] == [("crashed", 11), ("crashed", 14)]
    assert work.totals == Totals(16, 6, 4, 0, 2)


def test_killers_are_forgotten_once_their_batch_is_committed(tmp_path: Path) -> None:
    for offset in (11, 14):
        for _ in range(3):
            deaths = die_with(tmp_path, offset, offset)
    assert deaths.killers == Deaths(tmp_path, "fold-0").killers == {11, 14}
    deaths.committed(14)
    assert Deaths(tmp_path, "fold-0").killers == {14}
    deaths.committed(15)
    assert Deaths(tmp_path, "fold-0").killers == set()
