"""Numbers 数字 as people read them: thousands, units, rounding half up, shares; nothing here counts anything.

Values arrive exact (an integer of 分, a decimal string) and are rounded only here, as the bureau's workbooks round.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from schemas.figures.units import Unit
from schemas.words import Lang
from sinks.portal.show.words import word

NOTHING = "—"
FEN_PER = {unit.value: unit.fen for unit in Unit if unit.fen}


def rounded(value: Decimal, places: int) -> Decimal:
    """Half up, as printed tables do; Python's own rounding goes to the even digit."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def exact(value: str | int | Decimal | None) -> Decimal | None:
    """The number behind a text; None when there is none."""
    if value is None or value == "":
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def thousands(value: str | int | Decimal | None, places: int | None = None) -> str:
    """51532 → 51,532. ``places`` None keeps the digits that are there."""
    number = exact(value)
    if number is None:
        return NOTHING
    if places is not None:
        number = rounded(number, places)
    return f"{number:,f}"


def money(fen: int | None, unit: str = "", lang: Lang = "zh") -> str:
    """An amount in the unit of the table, or in the one that reads best (120.5 万元); trailing zeros go."""
    if fen is None:
        return NOTHING
    if lang == "en" and not unit:
        return f"CNY {_short(Decimal(fen) / 100, 2)}"
    unit = unit or _best(fen)
    return f"{_short(Decimal(fen) / FEN_PER[unit], 2 if unit == '元' else 4)} {word('unit', unit, lang)}"


def _best(fen: int | Decimal) -> str:
    size = abs(int(fen))
    return "亿元" if size >= FEN_PER["亿元"] else "万元" if size >= FEN_PER["万元"] else "元"


def _short(number: Decimal, places: int) -> str:
    text = f"{rounded(number, places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_unit(value: str | None, unit: str, wanted: str, places: int = 2) -> str:
    """A decimal string in one unit of money, shown in another; the page prints the wanted unit in its heading."""
    number = exact(value)
    if number is None:
        return NOTHING
    if unit in FEN_PER and wanted in FEN_PER:
        number = number * FEN_PER[unit] / FEN_PER[wanted]
    return thousands(number, places)


def readable(value: str | None, unit: str, lang: Lang = "zh") -> tuple[str, str]:
    """A figure and the unit it reads best in: («5000000.00», 元) → («500», 万元); counts keep theirs."""
    number = exact(value)
    if number is None:
        return NOTHING, word("unit", unit, lang)
    if unit not in FEN_PER:
        return _short(number, 4), word("unit", unit, lang)
    fen = number * FEN_PER[unit]
    if lang == "en":
        return _short(fen / 100_000_000, 2), "million CNY"
    return _short(fen / FEN_PER[_best(fen)], 2), _best(fen)


def table_unit(unit: str) -> str:
    """One unit for a whole table or chart: 元 is too small to read, and two units side by side cannot be compared."""
    return "万元" if unit == "元" else unit


def in_table(value: str | None, unit: str) -> str:
    """A figure in the unit of its table, without the unit."""
    wanted = table_unit(unit)
    return in_unit(value, unit, wanted) if unit in FEN_PER else readable(value, unit)[0]


def in_tile(value: str | None, unit: str) -> str:
    """A figure in the few characters of a tile: money from 100 upwards without decimals."""
    number = exact(value)
    if number is None or unit not in FEN_PER:
        return in_table(value, unit)
    large = abs(number) * FEN_PER[unit] >= 100 * FEN_PER["万元"]
    return in_unit(value, unit, table_unit(unit), 0) if large else in_table(value, unit)


def growth(now: str | None, before: str | None) -> str:
    """同比, 环比 from unrounded values: base 0 → «-»; 0 after something → −100.0 %; a missing base → blank."""
    new, base = exact(now), exact(before)
    if new is None or base is None:
        return ""
    if base == 0:
        return "-"
    return signed((new / base - 1) * 100) + " %"


def percent(ratio: str | float | Decimal | None, places: int = 1) -> str:
    """0.712 → 71.2 %."""
    number = exact(str(ratio)) if ratio is not None else None
    return NOTHING if number is None else f"{thousands(number * 100, places)} %"


def signed(value: Decimal, places: int = 1) -> str:
    """+8.7 or −8.7, with a real minus sign."""
    number = rounded(value, places)
    return f"{'−' if number < 0 else '+' if number else ''}{abs(number):,f}"


def points_apart(ratio: str | float | Decimal | None) -> str:
    """A difference of two shares, in 百分点."""
    number = exact(str(ratio)) if ratio is not None else None
    return NOTHING if number is None else signed(number * 100)
