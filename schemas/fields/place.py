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
    words = BLANKS.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))
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
RULES: tuple[Callable[[str], Place | None], ...] = (after_province, without_province, in_brackets, province_inside)


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
