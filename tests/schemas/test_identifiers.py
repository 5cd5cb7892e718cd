"""Identifiers: the vectors of the domain, and what must never pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from schemas.errors import Reject
from schemas.fields.credit_code import is_personal_id, read_credit_code
from schemas.fields.industry import industries_of, of_trade, read_trade
from schemas.fields.ipc import read_ipc
from schemas.fields.patent_number import (
    patent_check,
    read_patent_number,
    right_type,
)
from schemas.fields.register_numbers import read_register_number

VALID = (
    "202080072898.7",
    "201310245719.7",
    "201010263656.4",
    "201810025878.9",
    "202411223548.2",
    "201710601862.3",
    "201210464170.6",
    "201610491139.X",
    "201220747533.2",
    "201430009113.9",
    "200710097263.9",
    "200410053749.9",
    "95115608.X",
    "97101765.4",
    "99117225.6",
    "94192386.X",
    "93103566.X",
    "85100837.2",
    "85100001.0",
)
CREDIT_CODES = (
    "914403001922038216",
    "9144030071526726XG",
    "91110108717743469K",
    "914300007121944054",
    "91430000796852865Y",
    "91330100799655058B",
    "12100000400000624D",
    "12100000400002259P",
    "12100000470095016Q",
    "91110000600037341L",
    "91430100712159116H",
    "91430102MA4PX7RC64",
    "914301007700936299",
    "91430104MA4T8FT50U",
    "91430100MA4L2W941K",
    "9111010859963405XW",
)


def reason_of(reader: object, text: object) -> str:
    with pytest.raises(Reject) as refused:
        reader(text)  # type: ignore[operator]
    return refused.value.reason


@pytest.mark.parametrize("number", VALID)
def test_a_real_number_reads_as_itself_in_every_spelling(number: str) -> None:
    bare = number.replace(".", "")
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    for spelling in (
        number,
        bare,
        f"ZL{number}",
        f"ZL {bare[:4]} {bare[4:]}",
        f"专利号：ZL{number}",
        f"CN{number}",
        f"{number[:-2]}·{number[-1]}",
        full_width,
        f"申请号:{number.lower()}",
    ):
        assert read_patent_number(spelling) == (number, "valid"), spelling
    assert read_patent_number(number[:-2]) == (number, "absent")


def test_the_expanded_index_form_has_no_check_digit() -> None:
    assert read_patent_number("CN201200010464170") == ("201210464170.6", "absent")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("202411223548.3", "patent_number_check_digit"),
        ("95115608.0", "patent_number_check_digit"),
        ("2.0193E+12", "patent_number_destroyed"),
        ("2013000000000.0", "patent_number_destroyed"),
        ("201240464170", "patent_number_shape"),
        ("200210464170", "patent_number_shape"),
        ("", "patent_number_shape"),
        ("US15950587", "patent_number_shape"),
    ],
)
def test_damage_is_refused_and_never_repaired(text: str, reason: str) -> None:
    assert reason_of(read_patent_number, text) == reason


@given(st.sampled_from(VALID), st.integers(0, 11), st.integers(1, 9))
def test_any_substitution_in_a_body_is_caught(number: str, place: int, shift: int) -> None:
    body, check = number.split(".")
    place %= len(body)
    other = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    assert patent_check(other) != check


@given(st.sampled_from(VALID), st.integers(0, 10))
def test_any_swap_of_neighbours_in_a_body_is_caught(number: str, place: int) -> None:
    body, check = number.split(".")
    place %= len(body) - 1
    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    wraps = len(body) == 12 and place == 7  # weights 9 and 2: a swap there is caught like any other
    assert swapped == body or patent_check(swapped) != check or wraps


def test_a_number_tells_the_right() -> None:
    numbers = ("202080072898.7", "201220747533.2", "201430009113.9", "95115608.X")
    assert [right_type(number) for number in numbers] == ["invention", "utility_model", "design", "invention"]


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_a_real_credit_code_is_valid(code: str) -> None:
    assert read_credit_code(f" {code.lower()} ") == code


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("91110000616800612R", "credit_code_check_digit"),
        ("91430100MA4TEST001", "credit_code_shape"),
        ("91430100MA4L5KTQP1", "credit_code_check_digit"),
        ("99000019900101001" + ric.calc_check_digit("99000019900101001?"), "personal_id_dropped"),
    ],
)
def test_a_damaged_code_and_a_personal_id_are_refused(code: str, reason: str) -> None:
    assert reason_of(read_credit_code, code) == reason


def test_the_examples_of_the_standards_are_valid() -> None:
    assert read_credit_code("91350100M000100Y43") == "91350100M000100Y43"  # GB 32100
    assert is_personal_id("11010519491231002X")  # GB 11643
    assert is_personal_id("440524188001010014")  # GB 11643
    assert not is_personal_id("440524188002300014")  # no 30 February


def test_a_personal_id_is_dropped_whatever_its_county() -> None:
    body = "99000019900101001"
    number = body + ric.calc_check_digit(f"{body}?")
    assert (ric.is_valid(number), is_personal_id(number)) == (False, True)


def test_a_department_with_a_letter_has_a_credit_code() -> None:
    body = "N2430100MF0000000"
    code = body + uscc.calc_check_digit(body)
    assert (uscc.is_valid(code), read_credit_code(code)) == (False, code)


def test_the_refusal_of_a_personal_id_does_not_repeat_it() -> None:
    with pytest.raises(Reject) as refused:
        read_credit_code("990000199001010017")
    assert "19900101" not in str(refused.value)


def test_a_register_number_of_strange_shape_is_kept_with_a_warning() -> None:
    assert read_register_number("Y2024980000123") == ("Y2024980000123", "")
    assert read_register_number("2014990000567").warning == ""
    assert read_register_number("湘质 12") == ("湘质12", "recordal_number_shape")
    assert reason_of(read_register_number, 2.02443e15) == "register_number_destroyed"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A41D   1/00", "A41D1/00"),
        ("A01B0007000000", "A01B7/00"),
        ("H04N0005232000", "H04N5/232"),
        ("F24F0011300000", "F24F11/30"),
        ("H01L21/02(2006.01)I", "H01L21/02"),
        ("C12N", "C12N"),
        ("02-01 (11)", "02-01"),
    ],
)
def test_a_class_is_read_from_every_spelling(text: str, code: str) -> None:
    assert read_ipc(text) == code


@pytest.mark.parametrize(
    ("ipc", "industries"),
    [
        ("G06N10/00", ("F3",)),
        ("G06N100/00", ("F1",)),
        ("H04L9/0816", ("F3",)),
        ("H04L9/32", ("N1",)),
        ("C22C1/02", ("T2", "F4")),
        ("H10B10/00", ("N1",)),
        ("C12N5/00", ("A3",)),
        ("C12N1/20", ("F2",)),
        ("Z99Z1/00", ()),
    ],
)
def test_the_longest_prefix_decides_the_industry(ipc: str, industries: tuple[str, ...]) -> None:
    assert industries_of((ipc,)) == industries


def test_a_trade_code_must_lie_in_its_section() -> None:
    assert (read_trade("2761"), read_trade("C27"), of_trade("C2681"), of_trade("2651")) == ("C2761", "C27", (), ("F4",))
    assert reason_of(read_trade, "A2761") == "trade_shape"
