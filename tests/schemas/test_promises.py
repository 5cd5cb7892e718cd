"""Small promises of names, partitions and amounts on which everything else stands."""

from __future__ import annotations

from itertools import pairwise

import pytest

from schemas.fields.money import Money
from schemas.topics import partition_of
from schemas.wire import short_hash


def test_names_of_two_tuples_never_meet_by_joining() -> None:
    texts = (("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"))
    assert len({short_hash(*parts) for parts in texts}) == len(texts)


def test_a_key_lies_in_one_partition_in_every_process_and_release() -> None:
    """Fixed numbers: a change of this function would part every key from its state."""
    keys = ("cnipa_gazette|transfers|1", "patent:201210464170.6", "party:中南大学", "pledge_financing")
    assert [partition_of(key, 4) for key in keys] == [2, 0, 1, 2]
    assert [partition_of(key.encode(), 4) for key in keys] == [2, 0, 1, 2]


@pytest.mark.parametrize("fen", [0, 1, 29, 57, 115, 1_999, 4_503_599_627_370_497, 900_719_925_474_099_301])
def test_an_amount_comes_back_from_the_wire_to_the_last_fen(fen: int) -> None:
    """Beyond 2⁵³ 分 a float has no 分 left; 0.29 元 through a float is 28 分."""
    assert (Money.of(fen).fen, Money.of(-fen).fen) == (fen, -fen)
    assert all(Money.of(one).fen < Money.of(other).fen for one, other in pairwise((fen - 1, fen, fen + 1)))
