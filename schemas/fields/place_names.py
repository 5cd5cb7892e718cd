"""Place names 地名: full and short names of divisions, and which of them may stand where in an address (docs/domain.md#places)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from schemas import codes
from schemas.fields.divisions import divisions

# Short names that people write and the register lacks.
ALIASES = {
    "湘西州": "433100",
    "湘西自治州": "433100",
    "湘江新区": "430100",
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
# The nationalities in the name of an autonomous prefecture, county or banner.
NATIONS = re.compile(
    r"(?:(?:蒙古|维吾尔|布依|朝鲜|土家|哈尼|哈萨克|傈僳|拉祜|东乡|纳西|景颇|柯尔克孜|达斡尔|仫佬|布朗|撒拉|毛南|"
    r"仡佬|锡伯|普米|塔吉克|鄂温克|保安|裕固|独龙|鄂伦春)族?|[回藏苗彝壮满侗瑶白傣黎佤畲水土羌怒各]族){0,6}自治[州县区旗]$"
)
# 湖南路, 常德大道 in another city, 浏阳河大道, 望城坡: a bare place name before a word for a road or a slope names no place.
ROAD = re.compile(
    r"^(?:[河江湖山]?[东南西北中]?[一二三四五六七八九]?(?:路|街|大道|大街|大路|道[^县]|巷|里|弄|村|镇|乡|桥)|坡|科学城)"
)


class Names(dict[str, str]):
    """Names → codes, with the lengths of those that begin with the same two signs, the longest first.

    ``full``: finds the first of the counties' full names in a text, the longest where several begin at one sign.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(names)
        self.lengths: dict[str, list[int]] = {}
        longest_first = sorted({(-len(name), name[:2]) for name in names if len(name) > 1})  # one sign names no place
        for length, beginning in longest_first:
            self.lengths.setdefault(beginning, []).append(-length)
        full = sorted((name for name in names if len(name) > 1 and name[-1] in "县市区"), key=len, reverse=True)
        self.full = re.compile("|".join(map(re.escape, full)) or r"(?!)")


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
    for code, name in divisions().items():
        if code.startswith("43") and code.endswith("00") and not code.endswith("0000"):
            names[name] = names[short(name)] = code
    return Names({**names, **{alias: code for alias, code in ALIASES.items() if code.startswith("43")}})


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
