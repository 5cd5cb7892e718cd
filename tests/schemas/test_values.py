"""Amounts, dates, charsets: the tables of the domain; nothing is guessed, precision is kept."""

from __future__ import annotations

import pytest

from schemas.errors import Reject
from schemas.fields.amount import read_amount
from schemas.fields.count import read_count
from schemas.fields.date import month_of, read_date
from schemas.fields.text import decode


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("120.5万元", 120500000),
        ("7453.72万元", 7453720000),
        ("16.15亿元", 161500000000),
        ("83084.47万元", 83084470000),
        ("20,000.00万元", 20000000000),
        ("１００万元", 100000000),
        ("3098 亿元", 30980000000000),
        ("人民币叁佰万元整", 300000000),
        ("壹仟贰佰叁拾肆万伍仟陆佰元", 1234560000),
        ("12000元", 1200000),
        ("1.2万元", 1200000),
        ("￥5,000元", 500000),
        ("0元", 0),
        ("叁拾元伍角", 3050),
        ("壹亿零贰拾万元", 10020000000),
    ],
)
def test_an_exact_amount_is_an_integer_of_fen(text: str, fen: int) -> None:
    assert read_amount(text).fen == fen and read_amount(text).basis == "exact"


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("面议", "negotiable"),
        ("暂无", "none"),
        ("保密", "none"),
        ("/", "none"),
        ("—", "none"),
        ("-1", "none"),
        ("约3,500万元", "inexact"),
        ("2000余万元", "inexact"),
        ("400亿元以上", "inexact"),
        ("100万-200万元", "range"),
        ("按销售额3%提成", "rate"),
        ("入门费20万元+3%提成", "mixed"),
        ("20万元/年", "per_year"),
        (None, "none"),
    ],
)
def test_what_is_not_one_exact_sum_has_no_fen(text: str | None, basis: str) -> None:
    assert (read_amount(text).fen, read_amount(text).basis) == (None, basis)


def test_free_is_zero_and_minus_one_is_negotiable_in_listings_only() -> None:
    assert (read_amount("免费").fen, read_amount("免费").basis) == (0, "free")
    assert read_amount("-1", "万元", listing=True).basis == "negotiable"
    assert read_amount("按销售额3%提成").rate == "0.03"
    assert read_amount("100万-200万元")[1:3] == (100000000, 200000000)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (True, "money_unreadable"),
        ("1e999", "money_unreadable"),
        (float("nan"), "money_unreadable"),
        (10**30, "money_unreadable"),
        ("0.001元", "money_unreadable"),
        ("100", "money_unit_missing"),
        ("100万美元", "money_currency"),
        ("200-100万元", "money_unreadable"),
    ],
)
def test_what_is_no_amount_is_refused(value: object, reason: str) -> None:
    with pytest.raises(Reject) as refused:
        read_amount(value)
    assert refused.value.reason == reason


def test_a_workbook_s_number_is_what_the_spreadsheet_shows() -> None:
    assert read_amount(7453.719999999999, "万元").fen == 7_453_720_000
    assert read_amount(0.1 + 0.2, "元").fen == 30


def test_a_number_without_unit_takes_the_unit_of_its_column() -> None:
    assert (read_amount("12.5", "万元").fen, read_amount(12.5, "万元").fen, read_amount("12.5元", "万元").fen) == (
        12500000,
        12500000,
        1250,
    )


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("20240527", "2024-05-27"),
        ("2024.05.27", "2024-05-27"),
        ("2024-05-27", "2024-05-27"),
        ("2024/5/7", "2024-05-07"),
        ("2024年5月27日", "2024-05-27"),
        ("二〇二四年五月二十七日", "2024-05-27"),
        ("2024年5月", "2024-05"),
        ("2024年第2季度", "2024-Q2"),
        ("2024年上半年", "2024-H1"),
        ("民国113年", "2024"),
        ("1716768000000", "2024-05-27"),
        ("883584000000", "1998-01-01"),
        ("2024-05-27T00:00:00+08", "2024-05-27"),
        ("2024-05-26T20:00:00-0330", "2024-05-27"),
        ("2024-05-27T20:00:00Z", "2024-05-28"),
        ("0001-01-01", None),
        ("1900-01-01", None),
        ("9999-12-31", None),
        ("", None),
        ("二○二四年第二季度", "2024-Q2"),
    ],
)
def test_a_date_keeps_the_precision_of_its_source(text: str, date: str | None) -> None:
    assert read_date(text) == date


def test_a_serial_number_is_a_date_only_where_the_column_says_so() -> None:
    assert read_date(45439.0, column_is_date=True) == "2024-05-27"
    with pytest.raises(Reject):
        read_date("45439")


@pytest.mark.parametrize("text", ["2024-02-30", "1984-12-31", "2200-01-01", "约2024年", "202405", "2024-13"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Reject) as refused:
        read_date(text)
    assert refused.value.reason in ("date_unreadable", "date_out_of_range")


def test_a_month_stays_a_month_and_a_quarter_has_none() -> None:
    assert [month_of(date) for date in ("2024-05-27", "2024-05", "2024-Q2", "2024")] == [
        "2024-05",
        "2024-05",
        None,
        None,
    ]


def test_the_declared_charset_goes_first_and_gb2312_means_gb18030() -> None:
    assert decode("湖南㐂".encode("gb18030"), "gb2312").text == "湖南㐂"
    assert decode("\ufeff长沙".encode()).text == "长沙"
    assert decode("株洲".encode("gbk")).charset == "gb18030"
    assert decode("甲;??乙".encode()).lost == 1
    with pytest.raises(Reject, match="neither"):
        decode(b"\xff\xff\x80")


@pytest.mark.parametrize(
    ("written", "count"),
    [
        (0, 0),
        ("12", 12),
        ("１２", 12),
        ("12项", 12),
        ("1,200件", 1200),
        (" 7 家 ", 7),
        ("35人次", 35),
        (12.0, 12),
        ("12.00", 12),
    ],
)
def test_a_count_is_read_with_or_without_its_word(written: object, count: int) -> None:
    assert read_count(written) == count


@pytest.mark.parametrize(
    "written", ["30余项", "-1", "", "1,20", "12.5", "十二", True, "1e3", "10000000000", "12万", "1,2000"]
)
def test_what_is_no_whole_number_is_no_count(written: object) -> None:
    with pytest.raises(Reject) as refused:
        read_count(written)
    assert refused.value.reason == "count_unreadable"
