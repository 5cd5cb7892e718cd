"""A file of packed pages says what a dictionary would, uses its rooms again, and never gives other bytes than were written."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from random import Random

import pytest

from streams.dossier.packed_file import PackedFile, room_of
from tests.examples_count import examples

NUMBERS, STEPS, LARGEST = 6, 200, 5_000


def some_bytes(chance: Random) -> bytes:
    return chance.randbytes(chance.choice([0, 1, 50, 900, chance.randrange(LARGEST)]))


def refusing(monkeypatch: pytest.MonkeyPatch, chance: Random) -> None:
    """A disk that takes about two thirds of what is written, a part of another sixth, and nothing of the rest."""
    write = os.pwrite

    def pwrite(file: int, data: bytes, offset: int) -> int:
        turn = chance.randrange(6)
        if turn == 0:
            raise OSError(errno.ENOSPC, "no space left on device")
        return write(file, data[: len(data) // 2] if turn == 1 else data, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)


@pytest.mark.parametrize("is_full", [False, True], ids=["a disk with room", "a disk that is full now and then"])
def test_a_file_of_pages_says_what_a_dictionary_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_full: bool
) -> None:
    for seed in range(examples(50)):
        chance, plain, file = Random(seed), dict[int, bytes](), PackedFile(tmp_path / str(seed))
        with monkeypatch.context() as patch:
            if is_full:
                refusing(patch, chance)
            for _ in range(STEPS):
                number = chance.randrange(NUMBERS)
                if chance.randrange(4):
                    file[number] = plain[number] = some_bytes(chance)
                elif number in plain:
                    assert file.pop(number) == plain.pop(number)
                assert {one: file.get(one) for one in range(NUMBERS)} == {one: plain.get(one) for one in range(NUMBERS)}
                assert (len(file), sorted(file)) == (len(plain), sorted(plain))


def test_the_file_has_no_name_and_does_not_grow_with_the_number_of_changes(tmp_path: Path) -> None:
    chance, file = Random(1), PackedFile(tmp_path)
    for number in range(NUMBERS * 300):
        file[number % NUMBERS] = some_bytes(chance)
    assert [*tmp_path.iterdir()] == []
    assert os.fstat(file._file).st_size < 40 * LARGEST < NUMBERS * 300 * LARGEST / 10


def test_a_room_is_at_most_a_quarter_larger_than_what_it_was_made_for() -> None:
    assert all(size <= room_of(size) <= max(size + 15, size * 5 / 4) for size in range(1, 10_000))
    assert len({*map(room_of, range(1, 10_000))}) < 50


@pytest.mark.parametrize("damage", [b"", b"x"], ids=["cut off", "changed"])
def test_what_the_disk_gives_back_wrong_is_refused(tmp_path: Path, damage: bytes) -> None:
    file = PackedFile(tmp_path)
    file[1] = b"a page"
    os.pwrite(file._file, damage, 5) if damage else os.ftruncate(file._file, 5)
    with pytest.raises(OSError, match="other bytes than were written"):
        file.get(1)


def test_a_page_that_is_not_there_cannot_be_taken(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        PackedFile(tmp_path).pop(1)
