"""Divisions 行政区划代码: the six-digit codes in force (GB/T 2260), former ones of Hunan, zones and postcodes."""

from __future__ import annotations

from functools import cache

from schemas import codes

HUNAN = "430000"


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


def prefecture_of(region: str | None) -> str | None:
    """The Hunan prefecture that a division lies in; None for the province itself and for other provinces."""
    if region is None or region[:2] != "43" or region[2:4] == "00":
        return None
    return f"{region[:4]}00"


@cache
def divisions() -> dict[str, str]:
    """Code → name, in force (GB/T 2260 as amended to 2026).

    The file is our selection of the public list, 902 of its 3,433 divisions: Hunan to the county; elsewhere provinces,
    prefectures, what a province administers itself (xx90xx), county-level cities, which addresses name without their
    prefecture, and whatever bears the name of a Hunan county, so that the name alone decides nothing. An address
    elsewhere is read to its prefecture; figures need no more.
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
