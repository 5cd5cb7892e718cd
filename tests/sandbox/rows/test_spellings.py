"""Spellings that the hub once read wrongly, found by the rows of the simulated world."""

from __future__ import annotations

import pytest

from schemas.errors import Reject
from schemas.fields.name_list import split_parties
from schemas.fields.patent_number import read_patent_number


def test_a_number_whose_check_character_is_0_is_no_float() -> None:
    assert read_patent_number("201821581105.0").number == "201821581105.0"
    assert read_patent_number("ZL201310197593.0").number == "201310197593.0"
    for damaged in ("2013000000000.0", "201310197593.00", "2.0193E+12"):
        with pytest.raises(Reject, match="destroyed"):
            read_patent_number(damaged)


def test_the_damaged_blank_of_the_weekly_gazette_separates_names() -> None:
    assert split_parties("湖南科技大学;??湖南中谷科技股份有限公司;") == ("湖南科技大学", "湖南中谷科技股份有限公司")
