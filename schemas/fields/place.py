"""Place 行政区划: from an address, a name, a code or a postcode to a six-digit division in force (GB/T 2260)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from schemas import codes

HUNAN = "430000"
LONGEST = 300
By = Literal["code", "address", "name", "postcode"]

PREFECTURES: tuple[tuple[str, str, str], ...] = (
    ("430100", "长沙市", "长沙"),
    ("430200", "株洲市", "株洲"),
    ("430300", "湘潭市", "湘潭"),
    ("430400", "衡阳市", "衡阳"),
    ("430500", "邵阳市", "邵阳"),
    ("430600", "岳阳市", "岳阳"),
    ("430700", "常德市", "常德"),
    ("430800", "张家界市", "张家界"),
    ("430900", "益阳市", "益阳"),
    ("431000", "郴州市", "郴州"),
    ("431100", "永州市", "永州"),
    ("431200", "怀化市", "怀化"),
    ("431300", "娄底市", "娄底"),
    ("433100", "湘西土家族苗族自治州", "湘西"),
)
ALIASES = {
    "湘西州": "433100",
    "湘西自治州": "433100",
    "恩施州": "422800",
    "内蒙古": "150000",
    "广西": "450000",
    "西藏": "540000",
    "宁夏": "640000",
    "新疆": "650000",
    "香港": "810000",
    "澳门": "820000",
    "台湾": "710000",
    "台湾省": "710000",
}
NATIONS = re.compile(
    r"(?:(?:蒙古|维吾尔|布依|朝鲜|土家|哈尼|哈萨克|傈僳|拉祜|东乡|纳西|景颇|柯尔克孜|达斡尔|仫佬|布朗|撒拉|毛南|"
    r"仡佬|锡伯|普米|塔吉克|鄂温克|保安|裕固|独龙|鄂伦春)族?|[回藏苗彝壮满侗瑶白傣黎佤畲水土羌怒各]族){0,6}自治[州县区旗]$"
)
BLANKS = re.compile(r"[\s\u200b\ufeff]+")
POSTCODE = re.compile(r"^\(?([0-8]\d{5})\)?(?!\d)", re.ASCII)
# 湖南路, 常德大道 in another city: a bare place name before a word for a road names no place.
ROAD = re.compile(r"^[东南西北中]?[一二三四五六七八九]?(?:路|街|大道|大街|大路|道[^县]|巷|里|弄|村|镇|乡|桥)")
BRACKETS = re.compile(r"\(([\u4e00-\u9fff]{2,12})\)")


class Place(NamedTuple):
    """The finest division that is certain. ``park`` names a statistical zone of an NBS list: it lies in ``region``."""

    region: str
    by: By
    park: str | None = None

    @property
    def prefecture(self) -> str | None:
        return prefecture_of(self.region)


def region_of(address_or_name: str | None, *, code: str | None = None, postcode: str | None = None) -> str | None:
    """The division in force behind an address or an organisation's name; None when nothing certain is said."""
    place = read_place(address_or_name or "", code=code, postcode=postcode)
    return place.region if place else None


def prefecture_of(region: str | None) -> str | None:
    """The Hunan prefecture that a division lies in; None for the province itself and for other provinces."""
    if region is None or region[:2] != "43" or region[2:4] == "00":
        return None
    return f"{region[:4]}00"


@lru_cache(maxsize=65_536)
def read_place(text: str, *, code: str | None = None, postcode: str | None = None) -> Place | None:
    """Code first, then the words of the address, then its postcode as a last hint."""
    if not isinstance(text, str):
        return None
    if code and (region := in_force(code)):
        return Place(region, "code", zones().get(code))
    shown = BLANKS.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))
    if found := POSTCODE.match(shown):
        postcode, shown = postcode or found[1], shown[found.end() :]
    region, park = worded(shown)
    hinted = postcodes().get((postcode or "")[:3])
    if region in (None, HUNAN) and hinted:
        return Place(hinted, "postcode")
    return Place(region, "address", park) if region else None


def in_force(code: str) -> str | None:
    """A division code of any year as one in force; abolished ones fall back to their prefecture. None for no code."""
    code = code.strip()
    if len(code) == 4 and code.isdecimal():
        code += "00"
    if code in divisions():
        return code
    if code in former():
        return former()[code]
    prefecture = f"{code[:4]}00"
    if len(code) != 6 or not code.isdecimal():
        return None
    return prefecture if prefecture in divisions() else f"{code[:2]}0000" if f"{code[:2]}0000" in divisions() else None


def name_of(region: str) -> str | None:
    """The official name of a division in force."""
    return divisions().get(region)


def worded(text: str) -> tuple[str | None, str | None]:
    """Division and zone named at the head of a text: province, prefecture, county, each within the one before."""
    province, rest = head(text.removeprefix("中国").removeprefix("中华人民共和国"), provinces())
    if province is None:
        region, rest = head(text.removeprefix("中国"), anywhere())
        if region is None:
            return elsewhere(text)
    elif province == HUNAN:
        region, rest = head(rest, hunan())
        if region is None:
            return HUNAN, None
    else:
        region, rest = head(rest, within(province[:2], "0000"))
        region = region or province
    if not region.endswith("00"):
        return region, None
    return in_prefecture(region, rest)


def in_prefecture(region: str, rest: str) -> tuple[str, str | None]:
    """County or zone of a matched prefecture: at the head of the rest, else a full county name somewhere near it."""
    rest = rest.removeprefix("市辖区")
    counties = within(region[:2], "00") if region.endswith("0000") else within(region[:4], "00")
    county, _ = head(rest, counties)
    if county in zone_codes():
        return region, zones()[county]
    if county:
        return county, None
    if region[:2] == "43":
        for start in range(1, min(len(rest), 24)):
            for length in range(min(12, len(rest) - start), 1, -1):
                name = rest[start : start + length]
                if name[-1] in "县市区" and name in counties:
                    return counties[name], None
    return region, None


def elsewhere(text: str) -> tuple[str | None, str | None]:
    """中车电动汽车(株洲)有限公司, 国网湖南省电力有限公司: a place in brackets, or the province inside a name."""
    for inside in BRACKETS.findall(text):
        region = anywhere().get(inside) or provinces().get(inside)
        if region:
            return region, None
    at = text.find("湖南省")
    return worded(text[at:]) if at > 0 else (None, None)


class Names(dict[str, str]):
    """Names → codes, with the lengths of those that begin with the same two signs, the longest first."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(names)
        self.lengths: dict[str, list[int]] = {}
        longest_first = sorted({(-len(name), name[:2]) for name in names if len(name) > 1})  # one sign names no place
        for length, beginning in longest_first:
            self.lengths.setdefault(beginning, []).append(-length)


def head(text: str, names: Names) -> tuple[str | None, str]:
    """The longest of ``names`` that begins the text, and what follows it."""
    for length in names.lengths.get(text[:2], ()):
        code = names.get(text[:length])
        if code is not None and length <= len(text):
            rest = text[length:]
            if text[length - 1] not in "省市县区州盟旗" and ROAD.match(rest):
                continue
            return code, rest
    return None, text


@cache
def divisions() -> dict[str, str]:
    """Code → name, in force (GB/T 2260 as amended to 2026).

    The file is our selection of the public list, 902 of its 3,433 divisions: Hunan to the county; elsewhere provinces,
    prefectures, what a province administers itself (xx90xx), county-level cities, which addresses name without their
    prefecture, and whatever bears the name of a Hunan county, so that the name alone decides nothing. An address
    elsewhere is read to its prefecture; figures never ask for more.
    """
    return {row["code"]: row["name"] for row in codes.rows("divisions")}


@cache
def former() -> dict[str, str]:
    """Hunan's codes that are no longer in force, and zones of NBS lists → the division in force."""
    return {row["code"]: row["now"] for row in codes.rows("divisions_hunan_former")}


@cache
def zones() -> dict[str, str]:
    return {row["code"]: row["name"] for row in codes.rows("divisions_hunan_former") if row["what"] == "zone"}


@cache
def zone_codes() -> frozenset[str]:
    return frozenset(zones())


@cache
def postcodes() -> dict[str, str]:
    """First three digits of Hunan's postcodes → prefecture."""
    return {row["prefix"]: row["prefecture"] for row in codes.rows("hunan_postcodes")}


def short(name: str) -> str:
    """A division's name without the word for its rank: 长沙, 江华, 湘西."""
    bare = NATIONS.sub("", name)
    return bare if bare != name else re.sub(r"(?:特别行政区|省|市|县|区|地区|盟)$", "", name)


@cache
def provinces() -> Names:
    """Full and short names of provinces."""
    named = {name: code for code, name in divisions().items() if code.endswith("0000")}
    return Names(
        {
            **{short(name): code for name, code in named.items()},
            **named,
            **{k: v for k, v in ALIASES.items() if v.endswith("0000")},
        }
    )


@cache
def within(prefix: str, suffix: str) -> Names:
    """Names below a division: prefectures of a province (``"32", "0000"``), counties of one (``"4301", "00"``)."""
    names: dict[str, str] = {}
    parent = short(divisions().get(prefix.ljust(6, "0"), ""))
    below = {c: n for c, n in divisions().items() if c.startswith(prefix) and not c.endswith(suffix)}
    if suffix == "0000":
        below = {c: n for c, n in below.items() if c.endswith("00") or c[2:4] in ("90",)}
    for code, name in below.items():
        bare = short(name)
        if len(bare) > 1 and bare != parent:
            names.setdefault(bare, code)
    if prefix[:2] == "43":
        for row in codes.rows("divisions_hunan_former"):
            if row["name"] and row["now"].startswith(prefix):
                names[row["name"]] = row["code"] if row["what"] == "zone" else row["now"]
    for code, name in below.items():
        names[name] = code
    return Names({name: code for name, code in names.items() if code != prefix.ljust(6, "0")})


@cache
def hunan() -> Names:
    """What may follow 湖南省: prefectures full and short, counties in full, county-level cities short."""
    names = {
        name: row["now"]
        for row in codes.rows("divisions_hunan_former")
        if (name := row["name"]) and row["what"] == "former" and name[-1] in "县市" or name.endswith("地区")
    }
    for code, name in divisions().items():
        if code.startswith("43") and not code.endswith("00"):
            names[name] = code
            if code[4] == "8" or code == "433101":
                names[short(name)] = code
    for code, name, alias in PREFECTURES:
        names[name] = names[alias] = code
    names.pop("津", None)
    return Names({**names, **{alias: code for alias, code in ALIASES.items() if code == "433100"}})


@cache
def anywhere() -> Names:
    """What may begin a text without a province: Hunan's names, prefectures, county names that exist but once."""
    counts: dict[str, int] = {}
    for name in divisions().values():
        counts[name] = counts.get(name, 0) + 1
    others = {
        name: code
        for code, name in divisions().items()
        if counts[name] == 1
        and code[:2] != "43"
        and not code.endswith("0000")
        and (code.endswith("00") or len(name) > 2)
    }
    shorts = {short(name): code for name, code in others.items() if code.endswith("00") and name.endswith("市")}
    own = {name: code for name, code in hunan().items() if counts.get(name, 1) == 1}
    return Names({**shorts, **others, **own})
