"""Industry 产业: from IPC and GB/T 4754 to the 4×4 industries by longest prefix; the mapping is data (docs/domain.md#ipc-and-industries)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from schemas import codes
from schemas.errors import Reject
from schemas.words import Term

TRADE = re.compile(r"^([A-T])?(\d{2,4})$", re.ASCII)
# fmt: off
SECTIONS = (("A", 1, 5), ("B", 6, 12), ("C", 13, 43), ("D", 44, 46), ("E", 47, 50), ("F", 51, 52), ("G", 53, 60),
            ("H", 61, 62), ("I", 63, 65), ("J", 66, 69), ("K", 70, 70), ("L", 71, 72), ("M", 73, 75), ("N", 76, 79),
            ("O", 80, 82), ("P", 83, 83), ("Q", 84, 85), ("R", 86, 90), ("S", 91, 96), ("T", 97, 97))
# fmt: on
SYMBOL = re.compile(r"^([A-H]\d{2})(?:([A-Z])(?:(\d{1,4})(?:/(\d{2,6}))?)?)?$", re.ASCII)

# Ids and names in the official order; which codes mean them stands in codes/industries.json.
INDUSTRIES: Mapping[str, Term] = MappingProxyType(
    {
        "T1": Term("现代石化", "Petrochemicals"),
        "T2": Term("绿色矿业", "Green mining"),
        "T3": Term("食品加工", "Food"),
        "T4": Term("轻工纺织", "Light industry, textiles"),
        "A1": Term("工程机械", "Construction machinery"),
        "A2": Term("轨道交通", "Rail transit"),
        "A3": Term("现代农业", "Agriculture"),
        "A4": Term("文化旅游", "Culture, tourism"),
        "N1": Term("数字产业", "Digital industry"),
        "N2": Term("新能源", "New energy"),
        "N3": Term("大健康", "Health"),
        "N4": Term("空天海洋", "Aerospace, marine"),
        "F1": Term("人工智能", "Artificial intelligence"),
        "F2": Term("生命工程", "Life engineering"),
        "F3": Term("量子科技", "Quantum technology"),
        "F4": Term("前沿材料", "Frontier materials"),
    }
)
NAMES = {name.zh: id_ for id_, name in INDUSTRIES.items()}


def industries_of(ipc: Iterable[str], trade: Iterable[str] = ()) -> tuple[str, ...]:
    """The industries that IPC symbols and trade codes stand for, in the official order; empty when none is mapped."""
    found = {id_ for code in ipc for id_ in of_ipc(code)} | {id_ for code in trade for id_ in of_trade(code)}
    return tuple(id_ for id_ in INDUSTRIES if id_ in found) if found else ()


def read_industry(text: str) -> str:
    """An industry by its id or its official name. Raises industry_unknown."""
    shown = text.strip() if isinstance(text, str) else ""
    id_ = shown if shown in INDUSTRIES else NAMES.get(shown.removesuffix("产业")) or NAMES.get(shown)
    if id_ is None:
        raise Reject("industry_unknown", f"{text!r:.60} is not one of the 4×4 industries")
    return id_


@lru_cache(maxsize=8_192)
def of_ipc(code: str) -> tuple[str, ...]:
    """Industries of one symbol by its longest mapped prefix; G06N10 means that main group, not G06N100."""
    found = SYMBOL.match(code)
    if not found:
        return ()
    section, letter, group, subgroup = found.groups()
    ipc = by_ipc()
    if subgroup:
        for length in range(len(subgroup), 1, -1):
            if ids := ipc.get(f"{section}{letter}{group}/{subgroup[:length]}"):
                return ids
    for prefix in (f"{section}{letter}{group}" if group else "", f"{section}{letter}" if letter else "", section):
        if ids := ipc.get(prefix):
            return ids
    return ()


@lru_cache(maxsize=4_096)
def of_trade(code: str) -> tuple[str, ...]:
    """Industries of one GB/T 4754 code (C2761, 2761, C27); () for a code without an industry."""
    digits = read_trade(code)[1:]
    prefixes, excepted = by_trade()
    for length in range(len(digits), 1, -1):
        ids = tuple(
            id_ for id_ in prefixes.get(digits[:length], ()) if not digits.startswith(excepted.get(id_, ("-",)))
        )
        if ids:
            return ids
    return ()


def read_trade(text: str) -> str:
    """A GB/T 4754 code with its section letter: C2761. Raises trade_shape, also for a letter outside its range."""
    shown = text.strip().upper() if isinstance(text, str) and len(text) < 16 else ""
    if len(shown) == 1 and "A" <= shown <= "T":
        return shown
    found = TRADE.match(shown)
    if found:
        division = int(found[2][:2])
        for letter, first, last in SECTIONS:
            if first <= division <= last and found[1] in (None, letter):
                return letter + found[2]
    raise Reject("trade_shape", f"{text!r:.40} is not a GB/T 4754 code; accepted: C2761, 2761, C27")


@cache
def by_ipc() -> dict[str, tuple[str, ...]]:
    mapped: dict[str, tuple[str, ...]] = {}
    for industry in codes.document("industries")["industries"]:
        for prefix in industry["ipc"]:
            mapped[prefix] = (*mapped.get(prefix, ()), industry["id"])
    return mapped


@cache
def by_trade() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    mapped: dict[str, tuple[str, ...]] = {}
    excepted: dict[str, tuple[str, ...]] = {}
    for industry in codes.document("industries")["industries"]:
        for prefix in industry["trade"]:
            mapped[prefix] = (*mapped.get(prefix, ()), industry["id"])
        if industry["trade_except"]:
            excepted[industry["id"]] = tuple(industry["trade_except"])
    return mapped, excepted
