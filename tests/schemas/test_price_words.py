"""Prices in the words of two provinces' open licences and of contracts, each with its right reading."""

from __future__ import annotations

import pytest

from schemas.errors import Reject
from schemas.fields.amount import read_amount
from schemas.fields.money import Money
from schemas.fields.price import Price, PriceBasis
from schemas.kinds.supply import Supply
from schemas.kinds.transfer import Transfer
from schemas.source.model import Feed
from schemas.source.reading import Reader
from tests.examples import A

AT_ONCE = "采用一次总付的方式，在合同生效后30日内一次性全额支付所有使用费10万元。"
WAN = {"consideration": "万元"}


def priced(basis: PriceBasis, yuan: str, text: str) -> Price:
    return Price(basis=basis, low=Money(yuan), high=Money(yuan), text=text)


def once(yuan: str, text: str) -> Price:
    return priced("lump_sum", yuan, text)


def per_year(yuan: str, text: str) -> Price:
    return priced("per_year", yuan, text)


def entry(yuan: str, text: str) -> Price:
    return priced("entry_fee_and_royalty", yuan, text)


def free(text: str) -> Price:
    return priced("free", "0.00", text)


@pytest.mark.parametrize(
    ("text", "unit", "right"),
    [
        ("合同约定", "万元", Price(basis="negotiable", text="合同约定")),
        ("另行协商", "万元", Price(basis="negotiable", text="另行协商")),
        ("许可1.5万/年", None, per_year("15000.00", "许可1.5万/年")),
        ("入门费1万元", None, entry("10000.00", "入门费1万元")),
        ("1万，一次性总付", None, once("10000.00", "1万，一次性总付")),
        ("总5万元", None, once("50000.00", "总5万元")),
        (AT_ONCE, None, once("100000.00", AT_ONCE)),
        ("3万/三年", None, per_year("10000.00", "3万/三年")),
        ("5万/3年", None, once("50000.00", "5万/3年")),
        ("免费使用", None, free("免费使用")),
        ("免费许可。", None, free("免费许可。")),
        ("0", "万元", free("0")),
        ("0.0", None, free("0.0")),
        (0, "元", free("0")),
        ("按当年度合同产品净销售额的3-5%提取", None, Price(basis="royalty", text="按当年度合同产品净销售额的3-5%提取")),
        ("5000+净销售额1%", "元", entry("5000.00", "5000+净销售额1%")),
        ("50+3%销售额提成", "万元", entry("500000.00", "50+3%销售额提成")),
        ("首期（总价款的16%）", None, Price(basis="unknown", text="首期（总价款的16%）")),
        ("首付30%", None, Price(basis="unknown", text="首付30%")),
        ("5.5%股权", None, Price(basis="unknown", text="5.5%股权")),
        ("年利率3.85%", None, Price(basis="unknown", text="年利率3.85%")),
        ("许可金额15万元/年，可在20%内上浮", None, per_year("150000.00", "许可金额15万元/年，可在20%内上浮")),
        ("￥480,000", "万元", once("480000.00", "￥480,000")),
        ("RMB 480,000", "万元", once("480000.00", "RMB 480,000")),
        ("480000", "万元", Price(basis="unknown", text="480000")),
        ("5万元（含税）", None, once("50000.00", "5万元（含税）")),
        ("人民币10万元（大写：壹拾万元整）", None, once("100000.00", "人民币10万元（大写：壹拾万元整）")),
        ("20万5千元", None, once("205000.00", "20万5千元")),
        ("100万美元", None, Price(basis="unknown", text="100万美元")),
        ("入门费加提成", None, Price(basis="entry_fee_and_royalty", text="入门费加提成")),
        ("分二次支付，每次5万元", None, once("100000.00", "分二次支付，每次5万元")),
        ("按件计费", "万元", Price(basis="unknown", text="按件计费")),
    ],
)
def test_a_listing_is_not_refused_for_how_it_words_its_price(text: object, unit: str | None, right: Price) -> None:
    units = {"price": unit} if unit else {}
    feed = Feed(
        kind="supply", phase="open", fields={"patents": "专利号", "title": "名称", "price": "价格"}, units=units
    )
    (statement,) = Reader(feed).read({"专利号": A, "名称": "样例", "价格": text}).statements
    assert statement.said == Supply(patents=(A,), title="样例", price=right)


def test_a_price_below_nothing_is_refused() -> None:
    with pytest.raises(Reject) as refused:
        read_amount("-1万元", listing=True)
    assert refused.value.reason == "money_unreadable"


@pytest.mark.parametrize("text", [-5, "-5", "-0.01万元"])
def test_no_agreed_sum_is_below_nothing(text: object) -> None:
    feed = Feed(kind="transfer", phase="recorded", fields={"patents": "专利号", "consideration": "价款"}, units=WAN)
    with pytest.raises(Reject) as refused:
        Reader(feed).read({"专利号": A, "价款": text})
    assert refused.value.reason == "money_unreadable"


def test_minus_one_says_that_no_sum_is_known() -> None:
    feed = Feed(kind="transfer", phase="recorded", fields={"patents": "专利号", "consideration": "价款"}, units=WAN)
    (statement,) = Reader(feed).read({"专利号": A, "价款": "-1"}).statements
    assert statement.said == Transfer(patents=(A,))


def test_a_royalty_keeps_its_range_and_an_entry_fee_its_rate() -> None:
    assert read_amount("按当年度合同产品净销售额的3-5%提取").rate == "0.03-0.05"
    assert [read_amount(text).rate for text in ("入门费5000元+净销售额1%", "5‰", "首付30%")] == ["0.01", "0.005", None]
