"""Place 行政区划: from an address, a name, a code or a postcode to a division in force (docs/domain.md#places)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal, NamedTuple

from schemas.fields.divisions import HUNAN, in_force, name_of, postcodes, prefecture_of, zone_codes, zones
from schemas.fields.memory import remembered
from schemas.fields.place_names import Names, anywhere, head, hunan, provinces, within

__all__ = ["HUNAN", "Place", "name_of", "prefecture_of", "read_place", "region_of"]

LONGEST = 300
NEAR = 24  # a county's full name may stand this many signs behind its prefecture: 长沙市高新区…
BLANKS = re.compile(r"[\s\u200b\ufeff]+")
POSTCODE = re.compile(r"^\(?([0-8]\d{5})\)?(?!\d)", re.ASCII)
BETWEEN = re.compile(r"(?<=[省市州区县盟旗])[/,、>|\\·-]+")  # 湖南省/长沙市
BRANCHES = ("分公司", "分行", "支行", "分部", "营业部", "办事处", "分院", "分所", "分中心")
BRANCH = re.compile(rf"^.*(?:公司|银行|集团|研究院|研究所)([\u4e00-\u9fff]{{2,12}}?)(?:{'|'.join(BRANCHES)})$")
# Countries whose firms hold Chinese patents; an address that begins with one lies in no division of China.
ABROAD = re.compile(
    r"(?:美国|日本|韩国|大韩民国|德国|法国|英国|意大利|荷兰|瑞士|瑞典|芬兰|丹麦|挪威|比利时|奥地利|西班牙|葡萄牙|爱尔兰|卢森堡|以色列|印度|"
    r"新加坡|马来西亚|泰国|越南|菲律宾|印度尼西亚|澳大利亚|新西兰|加拿大|巴西|墨西哥|阿根廷|智利|俄罗斯|乌克兰|波兰|捷克|匈牙利|罗马尼亚|"
    r"土耳其|希腊|冰岛|列支敦士登|摩纳哥|马耳他|塞浦路斯|南非|埃及|沙特阿拉伯|阿联酋|阿拉伯联合酋长国|开曼群岛|英属维尔京群岛|百慕大|巴巴多斯|"
    r"萨摩亚|塞舌尔|毛里求斯|伊朗|巴基斯坦|哈萨克斯坦|斯洛文尼亚|斯洛伐克|克罗地亚|保加利亚|塞尔维亚|立陶宛|拉脱维亚|爱沙尼亚)"
)
BRACKETS = re.compile(r"\(([\u4e00-\u9fff]{2,12})\)")


class Place(NamedTuple):
    """The finest division that is certain. ``park`` names a statistical zone of an NBS list: it lies in ``region``."""

    region: str
    by: Literal["code", "address", "postcode"]
    park: str | None = None

    @property
    def prefecture(self) -> str | None:
        return prefecture_of(self.region)


def region_of(address_or_name: str | None, *, code: str | None = None, postcode: str | None = None) -> str | None:
    """The division in force behind an address or an organisation's name; None when nothing certain is said."""
    place = read_place(address_or_name or "", code=code, postcode=postcode)
    return place.region if place else None


@remembered(65_536)
def read_place(text: str, *, code: str | None = None, postcode: str | None = None) -> Place | None:
    """By order of trust: a code, a place in the words finer than the province, a postcode, the province alone."""
    if not isinstance(text, str):
        return None
    if code and (region := in_force(code)):
        return Place(region, "code", zones().get(code))
    words = BETWEEN.sub("", BLANKS.sub("", unicodedata.normalize("NFKC", text[:LONGEST])))
    if found := POSTCODE.match(words):
        postcode, words = postcode or found[1], words[found.end() :]
    named = worded(words)
    if named and named.region != HUNAN:
        return named
    hinted = postcodes().get((postcode or "")[:3])
    return Place(hinted, "postcode") if hinted else named


def worded(text: str) -> Place | None:
    """The place that the words name: the first rule of ``RULES`` that finds one."""
    for rule in RULES:
        if place := rule(text):
            return place
    return None


def is_abroad(address: str) -> bool:
    """An address in another country, whatever the party's name begins with: 德州仪器公司 in 美国德克萨斯州."""
    return bool(ABROAD.match(address.lstrip()))


def of_branch(text: str) -> Place | None:
    """北京银行股份有限公司长沙分行: a branch lies where it is, not where its head office is."""
    found = BRANCH.match(text) if text.endswith(BRANCHES) else None
    return worded(found[1]) if found else None


def after_province(text: str) -> Place | None:
    """湖南省长沙市岳麓区…, 湖南岳麓…: a province at the head, then a prefecture, then a county."""
    province, rest = head(text.removeprefix("中国").removeprefix("中华人民共和国"), provinces())
    if province is None:
        return None
    region, rest = head(rest, hunan() if province == HUNAN else within(province[:2], "0000"))
    if region is None and province == HUNAN:
        return Place(HUNAN, "address")
    return finest(region or province, rest)


def without_province(text: str) -> Place | None:
    """长沙市岳麓区…, 昆山市…: a name at the head that needs no province."""
    region, rest = head(text.removeprefix("中国"), anywhere())
    return finest(region, rest) if region else None


def in_brackets(text: str) -> Place | None:
    """中车电动汽车(株洲)有限公司: a place in brackets."""
    for inside in BRACKETS.findall(text):
        if region := anywhere().get(inside) or provinces().get(inside):
            return Place(region, "address")
    return None


def province_inside(text: str) -> Place | None:
    """国网湖南省电力有限公司: the province inside a name."""
    at = text.find("湖南省")
    return worded(text[at:]) if at > 0 else None


# How words are read; the first that finds a place decides.
RULES: tuple[Callable[[str], Place | None], ...] = (
    of_branch,
    after_province,
    without_province,
    in_brackets,
    province_inside,
)


def finest(region: str, rest: str) -> Place:
    """County or zone of a matched province or prefecture: at the head of the rest, else, in Hunan, near it."""
    if not region.endswith("00"):
        return Place(region, "address")
    rest = rest.removeprefix("市辖区")
    counties = within(region[:2], "00") if region.endswith("0000") else within(region[:4], "00")
    county, _ = head(rest, counties)
    if county in zone_codes():
        return Place(region, "address", zones()[county])
    if county is None and region[:2] == "43":
        county = county_near(rest, counties)
    return Place(county or region, "address")


def county_near(rest: str, counties: Names) -> str | None:
    """The first full county name behind a prefecture, the longest where several begin at one sign."""
    found = counties.full.search(rest, 1)
    return counties[found[0]] if found and found.start() < NEAR else None
