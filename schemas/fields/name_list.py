"""Lists of names 名单: a cell or a label's value falls into tokens, the tokens into names (docs/domain.md#parties)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from schemas.errors import Reject
from schemas.fields.memory import remembered
from schemas.fields.names import CJK, has_cjk, is_named_person, is_organisation

TokenKind = Literal["separator", "blank", "word"]
# ?? after a semicolon is the gazette's damaged blank (U+2002). What stands in brackets belongs to its name, and so does a
# comma unless Chinese stands on both sides: "Intel, Inc.", but 甲大学，乙公司.
NEXT = rf"\s?(?!有限|股份|责任)[{CJK}]{{2}}"  # 惠普发展公司,有限责任合伙企业 is one firm
TOKEN = re.compile(
    rf"(?P<separator>[;；](?:\?\?)?|[、|\n\r]|(?<=[{CJK})）])[,，](?={NEXT}))"
    rf"|(?P<blank>[^\S\n\r]+)"
    rf"|(?P<word>(?:[(（][^()（）]{{0,120}}[)）]|[^\s;；、|,，]|(?<![{CJK})）])[,，]|[,，](?!{NEXT}))+)"
)
NOBODY = frozenset({"", "无", "-", "--", "—", "——", "/", "*", "null", "None", "不适用", "不详", "暂无"})
# The rest of a name that a line end cut: 仲恺农业工程学⏎院.
CUT = re.compile(
    rf"(?<=[{CJK}])[\n\r]+(?=(?:股份|有限|责任|公司|集团|大学|学院|学校|研究|医院|中心|学|院|所|厂){{1,5}}(?:$|[\n\r;；、]))"
)
SLASHED = re.compile(r"\s?/\s?")
AND = re.compile(rf"^([{CJK}]{{2,3}})[和与及]([{CJK}]{{2,3}})$")
# Chinese signs that write foreign sounds: a word of only these is part of a foreign name (罗伯特 博世有限公司).
FOREIGN = re.compile(
    "^[阿埃艾安奥巴班鲍贝本比彼宾博伯布查戴丹德迪杜多厄尔恩法菲费夫弗福盖格戈古哈海赫亨霍基吉加杰卡坎考科克肯拉莱兰劳勒雷里利林隆鲁路伦罗洛"
    "马迈曼梅门蒙米莫姆穆纳南内尼诺努帕佩皮珀普奇乔琼热日瑞若萨塞桑森沙舍施史斯司索塔泰坦汤特提廷图托瓦万威韦维温沃伍西希夏休逊雅亚扬"
    "耶伊因尤约泽扎詹兹]{2,}$"
)


class Token(NamedTuple):
    """A separator, a blank or a word; the texts of all tokens, joined, are the list as written."""

    kind: TokenKind
    text: str


@remembered(16_384)
def split_parties(text: str) -> tuple[str, ...]:
    """The names of a list in order, as written; 无 and — are nobody. Raises party_name_missing for what is not a text.

    Split on ; 、 | and line ends, on a comma within Chinese, never inside brackets; on blanks, / and 和 only when every word
    is plainly a name of its own.
    """
    if not isinstance(text, str):
        raise Reject("party_name_missing", f"{text!r:.60} is not a list of names")
    found = tuple(tokens(CUT.sub("", text)))
    has_signs = any(token.kind == "separator" and token.text[0] in ";；" for token in found)
    names = (name for piece in pieces(found) for name in names_of(piece, has_signs))
    return tuple(name for name in names if name not in NOBODY)


def tokens(text: str) -> Iterator[Token]:
    """The list from left to right; every character belongs to one token."""
    for found in TOKEN.finditer(text):
        yield Token(found.lastgroup, found[0])  # type: ignore[arg-type]  # the groups are named by TokenKind


def pieces(found: Iterable[Token]) -> Iterator[tuple[Token, ...]]:
    """Words and blanks between two separators."""
    for is_separator, piece in groupby(found, key=lambda token: token.kind == "separator"):
        if not is_separator:
            yield tuple(piece)


def names_of(piece: tuple[Token, ...], has_signs: bool) -> tuple[str, ...]:
    """``株式会社理光 凸版印刷株式会社`` is two names, ``张 某`` and ``Hon Hai Ltd`` are one.

    ``has_signs``: the list separates its names by ; so that blanks belong to them.
    """
    whole = "".join(token.text for token in piece).strip()
    words = () if has_signs else tuple(token.text for token in piece if token.kind == "word")
    pair = AND.fullmatch(whole)
    for parts in (words, tuple(SLASHED.split(whole)), pair.groups() if pair else ()):
        if len(parts) > 1 and all(kind_of(part) != "other" for part in parts):
            return parts
    return (whole,)


def kind_of(word: str) -> Literal["organisation", "person", "other"]:
    """Whether a word alone is plainly a Chinese organisation's or a person's name."""
    if has_cjk(word) and is_organisation(word):
        return "organisation"
    return "person" if is_named_person(word) and not FOREIGN.match(word) else "other"
