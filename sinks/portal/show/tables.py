"""Tables 表: values of cells → the rows and columns that a page prints. Pure; the row order is that of the bureau."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.figures.disclosure import WITHHELD
from schemas.figures.values import PREFECTURES, PROVINCE, RIGHT_TYPES
from schemas.records.point import point_key
from schemas.words import Lang
from sinks.portal.read.figure_answers import CellValue
from sinks.portal.show.charts import TILES, Datum
from sinks.portal.show.numbers import exact, growth, in_tile
from sinks.portal.show.words import ROWS, word

RIGHTS = tuple(RIGHT_TYPES)
SERVICE = ("university", "research_institute", "enterprise", "public_body")  # 职务; the fifth class is 非职务 个人


@dataclass(frozen=True)
class Number:
    """One number of a table. ``key`` leads to its explanation; a computed cell has none."""

    value: str | None
    key: str = ""
    ytd: bool = False  # 当年累计 up to the month of the key
    at_end: bool = False  # 期末: of a stock, what stood when the period of the key ended
    printed: bool = False  # the value is words already: a growth
    withheld: bool = False  # it has a value that not everybody may read


BLANK = Number(None)


@dataclass(frozen=True)
class Row:
    """One area of a table."""

    area: str
    cells: tuple[Number, ...]

    @property
    def total(self) -> bool:
        return self.area == PROVINCE


def number_of(seen: CellValue) -> Number:
    return Number(
        seen.value, seen.key, seen.accumulation == "ytd", seen.accumulation == "end", withheld=seen.status == WITHHELD
    )


def by_area(found: Iterable[CellValue]) -> dict[str, Number]:
    """Cells without further dimensions, by area."""
    return {seen.area: number_of(seen) for seen in found if not seen.dimensions}


def by_value(found: Iterable[CellValue], dimension: str) -> dict[tuple[str, str], Number]:
    """Cells of one further dimension, by area and value."""
    return {
        (seen.area, seen.dimensions[dimension]): number_of(seen)
        for seen in found
        if set(seen.dimensions) == {dimension}
    }


def whole(cells: Mapping[str, Number], indicator: str, period: str, *, ytd: bool = False) -> dict[str, Number]:
    """Every row of a table: an area in which nothing was counted has 0, which its explanation shows."""
    return {area: cells.get(area) or Number("0", point_key(indicator, {"area": area}, period), ytd) for area in ROWS}


def whole_by(
    cells: Mapping[tuple[str, str], Number],
    indicator: str,
    period: str,
    dimension: str,
    values: Sequence[str],
) -> dict[tuple[str, str], Number]:
    """The same for the columns of one dimension."""
    return {
        (area, value): cells.get((area, value))
        or Number("0", point_key(indicator, {"area": area, dimension: value}, period))
        for area in ROWS
        for value in values
    }


@dataclass(frozen=True)
class Compared:
    """One month beside the one before and the same one a year earlier; growth in words, blank without a base."""

    month: str
    cell: Number
    on_year: str
    on_month: str


def compared(series: Sequence[tuple[str, Number]], month: str) -> Compared | None:
    """同比 and 环比 of a month that is over; None when the series does not reach it."""
    held = dict(series)
    if month not in held:
        return None
    base = [held.get(shifted(month, -months), BLANK).value for months in (12, 1)]
    return Compared(month, held[month], *(growth(held[month].value, value) for value in base))


def monthly_rows(
    ytd: Mapping[str, Number],
    month: Mapping[str, Number],
    rights: Mapping[tuple[str, str], Number],
    parties: Mapping[tuple[str, str], Number],
    bases: tuple[Mapping[str, Number], Mapping[str, Number]] = ({}, {}),
) -> tuple[Row, ...]:
    """The bureau's layout: 当年累计, 同比, 当月, 同比, three rights, four classes of 职务 with their sum, 非职务 个人.

    ``bases``: the same two columns a year earlier, empty when there is nothing to compare with.
    """

    def grown(now: Mapping[str, Number], before: Mapping[str, Number], area: str) -> Number:
        return Number(growth(now.get(area, BLANK).value, before.get(area, BLANK).value) or None, printed=True)

    def row(area: str) -> Row:
        service = [parties.get((area, name), BLANK) for name in SERVICE]
        return Row(
            area,
            (
                ytd.get(area, BLANK),
                grown(ytd, bases[0], area),
                month.get(area, BLANK),
                grown(month, bases[1], area),
                *(rights.get((area, name), BLANK) for name in RIGHTS),
                *service,
                Number(added(cell.value for cell in service)),
                parties.get((area, "individual"), BLANK),
            ),
        )

    return tuple(row(area) for area in ROWS)


def area_rows(columns: Sequence[Mapping[str, Number]]) -> tuple[Row, ...]:
    """One column an indicator, one row an area in the bureau's order."""
    return tuple(Row(area, tuple(column.get(area, BLANK) for column in columns)) for area in ROWS)


def added(values: Iterable[str | None]) -> str | None:
    """The sum of what is known; None when nothing is."""
    known = [number for number in map(exact, values) if number is not None]
    return str(sum(known, Decimal(0))) if known else None


def tiles(cells: Mapping[str, Number], unit: str, lang: Lang, link: Mapping[str, str]) -> list[Datum]:
    """The marks of the tile grid: the short name of each prefecture, its number, its link."""
    return [
        Datum(short_area(area, lang), exact(cell.value), in_tile(cell.value, unit), link.get(area, ""), area)
        for area in TILES
        for cell in (cells.get(area, Number("0")),)
    ]


def short_area(area: str, lang: Lang) -> str:
    """长沙市 → 长沙; 湘西州 keeps its 州."""
    name = word("area", area, lang)
    return name.removesuffix("市") if area in PREFECTURES else name


def months_between(first: str, last: str, at_most: int = 24) -> tuple[str, ...]:
    """2025-01, 2025-03 → the three months, the newest ``at_most`` of them."""
    begin, end = _number(first), _number(last)
    return tuple(f"{n // 12}-{n % 12 + 1:02d}" for n in range(max(begin, end - at_most + 1), end + 1))


def spans(months: Sequence[str]) -> list[tuple[str, str]]:
    """Months in their order as runs without a gap: 2024-01, 2024-02, 2024-05 → (2024-01, 2024-02), (2024-05, 2024-05)."""
    found: list[tuple[str, str]] = []
    for month in months:
        if found and shifted(found[-1][1], 1) == month:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found


def shifted(month: str, months: int) -> str:
    """2025-03 and −12 → 2024-03."""
    number = _number(month) + months
    return f"{number // 12}-{number % 12 + 1:02d}"


def _number(month: str) -> int:
    year, _, rest = month.partition("-")
    return int(year) * 12 + int(rest or 1) - 1


def series(
    found: Iterable[CellValue], indicator: str, first: str, last: str, area: str = PROVINCE, *, at_end: bool = False
) -> list[tuple[str, Number]]:
    """Each month of a range with its cell; a month in which nothing was counted is 0, as its explanation shows."""
    seen = {cell.period: number_of(cell) for cell in found if not cell.dimensions}
    return [
        (month, seen.get(month) or Number("0", point_key(indicator, {"area": area}, month), at_end=at_end))
        for month in months_between(first, last)
    ]
