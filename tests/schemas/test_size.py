"""Size of a firm by the standard of its trade, and where a row's own columns say it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.fields.party import Party
from schemas.fields.size import limits_of, read_staff, sme_by_size, standard
from schemas.source.model import Feed
from schemas.source.reading import Reader

YUAN = 100
YI = 10**8 * YUAN
COUNTS = st.one_of(st.none(), st.integers(0, 5_000))
SUMS = st.one_of(st.none(), st.integers(0, 20 * YI))
TRADES = st.sampled_from([*standard()[0], "C3511", "6513", "I65", "F52", "4754"])


@pytest.mark.parametrize(
    ("trade", "numbers", "sme"),
    [
        ("C3511", {"staff": 999, "turnover": 50 * YI}, "yes"),  # below one limit is enough
        ("C3511", {"staff": 1000, "turnover": 4 * YI}, "no"),
        ("C3511", {"staff": 1000}, "unknown"),  # its turnover may still be small
        ("C3511", {"turnover": 4 * YI - 1}, "yes"),
        ("工业", {"staff": 1000, "turnover": 4 * YI}, "no"),
        ("I6513", {"staff": 300, "turnover": 1 * YI}, "no"),
        ("软件信息", {"staff": 299}, "yes"),
        ("63", {"staff": 1999}, "yes"),
        ("信息传输", {"staff": 2000, "turnover": 10 * YI}, "no"),
        ("E47", {"turnover": 8 * YI, "assets": 8 * YI - 1}, "yes"),
        ("建筑", {"turnover": 8 * YI, "assets": 8 * YI}, "no"),
        ("建筑业", {"staff": 5}, "unknown"),  # staff is no measure there
        ("F51", {"staff": 200, "turnover": 4 * YI}, "no"),
        ("F52", {"staff": 299}, "yes"),
        ("M7320", {"staff": 300}, "no"),
        ("其他", {"staff": 299}, "yes"),
        ("M7320", {"turnover": 1}, "unknown"),
        ("7010", {"turnover": 20 * YI, "assets": YI // 2}, "yes"),
        (None, {"staff": 3}, "unknown"),
        ("某某行业", {"staff": 3}, "unknown"),
        ("C3511", {}, "unknown"),
        ("C3511", {"staff": -1, "turnover": 5 * YI}, "unknown"),
    ],
)
def test_the_standard_decides_by_trade(trade: str | None, numbers: dict[str, int], sme: str) -> None:
    assert sme_by_size(trade, **numbers) == sme


@given(TRADES, COUNTS, SUMS, SUMS)
def test_a_number_more_never_turns_yes_into_no_and_growth_never_makes_a_firm_small(
    trade: str, staff: int | None, turnover: int | None, assets: int | None
) -> None:
    all_known = sme_by_size(trade, staff=staff, turnover=turnover, assets=assets)
    for fewer in ({"staff": staff}, {"turnover": turnover}, {"assets": assets}):
        assert sme_by_size(trade, **fewer) in ("unknown", all_known)
    if all_known == "no":
        grown = {
            name: value and value * 2 for name, value in (("staff", staff), ("turnover", turnover), ("assets", assets))
        }
        assert sme_by_size(trade, **grown) == "no"


def test_every_trade_of_the_standard_has_a_limit_and_the_trades_it_leaves_out_have_none() -> None:
    assert all(any(limits) for limits in standard()[0].values())
    finance, education_and_health, state_and_abroad = {66, 67, 68, 69}, {83, 84}, set(range(91, 98))
    assert {division for division in range(1, 98) if not limits_of(f"{division:02d}")} == (
        {53, 70}
        | finance
        | education_and_health
        | state_and_abroad  # railways; real estate has a trade only by 701, 702
    )


@pytest.mark.parametrize(
    ("text", "staff"),
    [
        ("120", 120),
        ("1,200人", 1200),
        (85, 85),
        (85.0, 85),
        ("300名", 300),
        ("100-499人", None),
        ("约300人", None),
        ("", None),
        (True, None),
        (None, None),
        ("三百", None),
    ],
)
def test_staff_is_a_plain_number_or_nothing(text: object, staff: int | None) -> None:
    assert read_staff(text) == staff


def listed(**row: Any) -> Party:
    """The party of one row of a list with size columns."""
    feed = Feed(
        kind="party-status",
        phase="listed",
        key="企业名称",
        constant={"list_name": "样例名录"},
        units={"party.turnover": "万元"},
        fields={
            "party": "企业名称",
            "party.staff": "从业人员",
            "party.turnover": "营业收入",
            "party.trade": "行业代码",
            "party.region": "区划代码",
            "valid_from": "统计日期",
        },
    )
    ((_, _, statement),) = Reader(feed).read({"企业名称": "长沙样例机械有限公司", **row}).statements
    (party,) = statement.givers()
    return party


def test_a_row_with_size_columns_says_yes_or_no_with_source_and_day() -> None:
    small = listed(从业人员="320人", 营业收入="5,300", 行业代码="C3511", 统计日期="2024-12-31")
    assert (small.sme, small.sme_on, small.sme_by) == ("yes", "2024-12-31", "中小企业划型标准规定")
    large = listed(从业人员="3200", 营业收入="530000", 行业代码="C3511", 统计日期="2024-12-31")
    assert (large.sme, large.sme_on) == ("no", "2024-12-31")


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"从业人员": "320人"},
        {"行业代码": "C3511"},
        {"从业人员": "3000", "营业收入": "约50亿元", "行业代码": "C3511"},
        {"从业人员": "3000", "营业收入": "见附表", "行业代码": "C3511"},
    ],
)
def test_what_is_missing_or_roughly_said_leaves_the_size_unknown(row: dict[str, str]) -> None:
    party = listed(**row)
    assert (party.sme, party.sme_on, party.sme_by) == (None, None, None)


def test_a_person_has_no_size_and_a_large_sounding_name_is_not_large() -> None:
    assert listed(企业名称="张某某", 从业人员="2", 行业代码="C3511").sme is None
    assert listed(企业名称="中国样例集团股份有限公司").sme is None


def test_a_stated_place_is_the_partys_place() -> None:
    assert listed(区划代码="430211").region == "430211"
