"""Deaths are counted per record, over processes, and forgotten when the record was survived."""

from __future__ import annotations

from pathlib import Path

from streams.deaths import Deaths


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
