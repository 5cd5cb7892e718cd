"""Price words 价款用语: how lists and contracts word what is no plain sum (docs/domain.md#money). The words of 1,604
real open licences of Hunan and Jiangsu are read by these."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from schemas.errors import Reject
from schemas.fields.sums import NUMBER, UNIT, Amount, Basis, fen, formal

MONEY = rf"({NUMBER})({UNIT})"
# What qualifies a sum and is none itself: (含税), (大写:壹拾万元整), 可在20%内上浮.
NOTE = re.compile(r"\([^()%‰]{0,60}\)|[,。;]?可?在?\d{1,3}%(?:以?内)?(?:可?[上下]浮|浮动)")
# A share that is no royalty: of the price that is paid first, of a firm, of a loan.
SHARE = re.compile(r"股权|股份|首付|首期|预付|定金|利率|年息|利息|总价款")
RATES = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)(?:[%‰]?[-~至到](\d{1,3}(?:\.\d{1,6})?))?([%‰])", re.ASCII)
ENTRY = re.compile(rf"(?:^|入门费[为:]?|,)({NUMBER})({UNIT})?(?=\+|入门费|加|,|$)", re.ASCII)
LEAD = re.compile(
    r"^(?:专利|许可|使用|转让|实施)*(?:金额|费用|费|价格|价款|价|总价|总额|总计|合计|总共|总|共)*(?:为|是|:)?(?=\d)"
)
INEXACT = re.compile(
    r"约|余|以上|以下|以内|左右|上下|近|超|多|不低于|不少于|不高于|不超过|至少|最低|最高|起$|大概|几|数"
)
NUMERAL = re.compile(r"[\d一二三四五六七八九十百千万两]")
PLAIN = re.compile(rf"^({NUMBER})({UNIT})?整?$", re.ASCII)
RANGE = re.compile(rf"^({NUMBER})({UNIT})?(?:-|~|至|到|—|--)({NUMBER})({UNIT})?$", re.ASCII)
ONE_ENTRY = re.compile(rf"^入门费[为:]?{MONEY}$", re.ASCII)
PER_YEAR = re.compile(
    rf"^(?:入门费)?(?:每年)?({NUMBER})({UNIT})?(?:/|每)(?:年|年度)$|^每年({NUMBER})({UNIT})$", re.ASCII
)
PER_YEARS = re.compile(rf"^{MONEY}/(\d{{1,2}}|[两二三四五六七八九十])年$", re.ASCII)
AT_ONCE = re.compile(r"一次性|一次总付|总付|一次付清")
INSTALMENTS = re.compile(rf"^分(\d{{1,2}}|[两二三四五六七八九十])[次期](?:支付|付清|付款)?,?每[次期]{MONEY}$", re.ASCII)
STEPS = re.compile(rf"^(?:({NUMBER})亿)?(?:({NUMBER})万)?(?:(\d)千)?(?:(\d)百)?(?:({NUMBER}))?元?整?$", re.ASCII)
FORMAL = re.compile(r"^[零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟点元圆角分整正]{2,40}$")
FREE = re.compile(r"^(?:免费|无偿)(?:使用|许可|开放|实施|提供)*$")
NEGOTIABLE = re.compile(r"[面电待可]议|议价|协商|约定|面谈|洽谈|商定|议定")
NUMBERS = {sign: number for number, sign in enumerate("一二三四五六七八九十", 1)} | {"两": 2}


def read_words(bare: str, column_unit: str | None, text: str) -> Amount:
    """The amount that the words tell, by the first line of ``FORMS`` that does; ``bare`` is without blanks and currency.

    Raises ``Reject``: money_unreadable, money_unit_missing.
    """
    bare = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", bare)
    bare = LEAD.sub("", NOTE.sub("", bare).strip(",。;"))
    for form in FORMS:
        if found := form(bare, column_unit, text):
            return found
    raise Reject(
        "money_unreadable", f"{text!r} is not an amount; accepted: a number with 元, 万元, 亿元, or 面议, 免费"
    )


def amount(
    basis: Basis,
    text: str,
    *,
    exact: int | None = None,
    low: int | None = None,
    high: int | None = None,
    rate: str | None = None,
) -> Amount:
    return Amount(exact, low, low if high is None else high, basis, rate, text)


def plain(bare: str, column_unit: str | None, text: str) -> Amount | None:
    """总5万元, 5万元(含税), without their notes."""
    found = PLAIN.match(bare)
    return amount("exact", text, exact=fen(found[1], found[2] or column_unit, text)) if found else None


def share(bare: str, column_unit: str | None, text: str) -> Amount | None:
    return amount("worded", text) if "%" in bare and SHARE.search(bare) else None


def royalty(bare: str, column_unit: str | None, text: str) -> Amount | None:
    """A share of sales, or a range of it, with or without an entry fee before it."""
    rates = list(RATES.finditer(bare))
    if not rates:
        return None
    shown = [
        "-".join(
            f"{(Decimal(one) / (100 if found[3] == '%' else 1000)).normalize():f}" for one in found.group(1, 2) if one
        )
        for found in rates
    ]
    rate = shown[0] if len(shown) == 1 else None
    before = ENTRY.search(bare[: rates[0].start()]) or re.search(MONEY, bare)
    if before is None:
        return amount("rate" if rate else "mixed", text, rate=rate)
    unit = before[2] or column_unit
    return amount("mixed", text, low=fen(before[1], unit, text) if unit else None, rate=rate)


def inexact(bare: str, column_unit: str | None, text: str) -> Amount | None:
    is_rough = INEXACT.search(bare) and NUMERAL.search(bare) and not AT_ONCE.search(bare)
    return amount("inexact", text) if is_rough else None


def between(bare: str, column_unit: str | None, text: str) -> Amount | None:
    if not (found := RANGE.match(bare)):
        return None
    unit = found[4] or found[2] or column_unit
    low, high = fen(found[1], found[2] or unit, text), fen(found[3], unit, text)
    if low > high:
        raise Reject("money_unreadable", f"{text!r} is a range whose first sum is the larger one")
    return amount("range", text, low=low, high=high)


def yearly(bare: str, column_unit: str | None, text: str) -> Amount | None:
    """So much a year; of a sum for several years the part of one, where it is whole."""
    if found := PER_YEAR.match(bare):
        return amount("per_year", text, low=fen(found[1] or found[3], found[2] or found[4] or column_unit, text))
    if not (found := PER_YEARS.match(bare)):
        return None
    whole, years = fen(found[1], found[2], text), NUMBERS.get(found[3]) or int(found[3])
    return (
        amount("exact", text, exact=whole)
        if not years or whole % years
        else amount("per_year", text, low=whole // years)
    )


def entry_fee(bare: str, column_unit: str | None, text: str) -> Amount | None:
    if re.fullmatch("入门费[加和及+]?.{0,4}提成费?", bare):
        return amount("mixed", text)
    found = ONE_ENTRY.match(bare)
    return amount("mixed", text, low=fen(found[1], found[2], text)) if found else None


def at_once(bare: str, column_unit: str | None, text: str) -> Amount | None:
    """One sum, paid once or in equal parts."""
    if found := INSTALMENTS.match(bare):
        return amount("exact", text, exact=(NUMBERS.get(found[1]) or int(found[1])) * fen(found[2], found[3], text))
    sums = re.findall(MONEY, bare)
    return (
        amount("exact", text, exact=fen(sums[0][0], sums[0][1], text))
        if len(sums) == 1 and AT_ONCE.search(bare)
        else None
    )


def in_steps(bare: str, column_unit: str | None, text: str) -> Amount | None:
    """20万5千元."""
    found = STEPS.match(bare)
    steps = (
        [step for step in zip(found.groups(), ("亿", "万", "千元", "百", "元"), strict=True) if step[0]]
        if found
        else []
    )
    if len(steps) < 2:
        return None
    return amount(
        "exact",
        text,
        exact=sum(fen(number, unit, text) if unit != "百" else int(number) * 10**4 for number, unit in steps),
    )


def in_formal_numerals(bare: str, column_unit: str | None, text: str) -> Amount | None:
    return amount("exact", text, exact=formal(bare, text)) if FORMAL.match(bare) else None


def without_sum(bare: str, column_unit: str | None, text: str) -> Amount | None:
    if FREE.match(bare):
        return amount("free", text, exact=0)
    return amount("negotiable", text) if NEGOTIABLE.search(bare) and not re.search(r"\d", bare) else None


# The first that reads the words decides: shares before sums, so that the 3 of 3% is no price.
FORMS: tuple[Callable[[str, str | None, str], Amount | None], ...] = (
    plain, share, royalty, inexact, between, yearly, entry_fee, at_once, in_steps, in_formal_numerals, without_sum,
)  # fmt: skip
