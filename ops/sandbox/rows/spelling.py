"""The spellings of numbers, amounts, days, names and addresses on platforms: several forms of one value."""

from __future__ import annotations

import random
from datetime import date

from ops.sandbox.world.facts import Facts, Holder

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
FORMAL = "零壹贰叁肆伍陆柒捌玖"


def number(value: str, chance: random.Random) -> str:
    """A patent number: ZL201210464170.6, ZL 2012 1 0464170.6, 2012104641706, CN201210464170.6 …"""
    body, check = value.split(".")
    return chance.choice(
        (
            value,
            value,
            f"ZL{value}",
            f"ZL{value}",
            f"CN{value}",
            f"{body}{check}",
            f"{body}{check}",
            f"ZL {body[:4]} {body[4]} {body[5:]}.{check}",
            f"ZL{body}.{check}".translate(WIDE),
            f"专利号：ZL{value}",
        )
    )


def undotted(value: str) -> str:
    """A number without its point, as workbooks print it."""
    return value.replace(".", "")


def money(fen: int, chance: random.Random) -> str:
    """An amount, a multiple of 100 元, in a column whose unit is 万元."""
    ten_thousands = decimal(fen, 1_000_000)
    yuan = fen // 100
    forms = [
        ten_thousands,
        ten_thousands,
        f"{ten_thousands}万元",
        f"{yuan}元",
        f"{yuan:,}.00元",
        f"{ten_thousands} 万元",
        f"￥{yuan}元",
        f"{ten_thousands}万元".translate(WIDE),
    ]
    if fen % 1_000_000 == 0 and fen // 1_000_000 < 10_000:
        forms.append(f"人民币{formal(fen // 1_000_000)}万元整")
    if fen % 100_000_000 == 0:
        forms.append(f"{decimal(fen, 10_000_000_000)}亿元")
    return chance.choice(forms)


def decimal(fen: int, unit: int) -> str:
    """An exact decimal text of ``fen`` in ``unit`` 分."""
    whole, rest = divmod(fen, unit)
    digits = str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


def formal(value: int) -> str:
    """A number below 10,000 in the numerals of cheques: 叁佰, 壹仟零伍."""
    text, gap = "", False
    for place, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = value // place % 10
        if digit:
            text += ("零" if gap and text else "") + FORMAL[digit] + unit
            gap = False
        else:
            gap = True
    return text


def day(value: date, chance: random.Random) -> str:
    """A day, in any of the spellings that occur."""
    return chance.choice(
        (
            value.isoformat(),
            value.isoformat(),
            f"{value:%Y%m%d}",
            f"{value:%Y.%m.%d}",
            f"{value.year}/{value.month}/{value.day}",
            f"{value.year}年{value.month}月{value.day}日",
        )
    )


def name(value: str, chance: random.Random) -> str:
    """An organisation's name with full-width or ASCII brackets, sometimes with a blank at its end."""
    if "（" in value or "(" in value:
        value = chance.choice(
            (value.replace("(", "（").replace(")", "）"), value.replace("（", "(").replace("）", ")"))
        )
    return value + (" " if chance.random() < 0.05 else "")


def place(region: str, facts: Facts) -> str:
    """A division by its names: 湖南省长沙市岳麓区, 湖南省株洲市, 湖南省."""
    if region == "430000":
        return "湖南省"
    if not region.startswith("43"):
        return {"440300": "广东省深圳市南山区", "310000": "上海市浦东新区"}[region]
    city = facts.places[f"{region[:4]}00"]
    return "湖南省" + city + ("" if region.endswith("00") else facts.places[region])


def address(holder: Holder, facts: Facts, chance: random.Random) -> str:
    """Postcode (with or without a blank, or none), the place, and an invented street."""
    shown = place(holder.region, facts)
    postcode = facts.postcodes.get(f"{holder.region[:4]}00", "")
    if holder.region in ("430000", "440300", "310000"):
        return shown
    street = f"样例路{chance.randrange(1, 400)}号"
    return chance.choice((f"{postcode}{shown}{street}", f"{postcode} {shown}{street}", f"{shown}{street}"))
