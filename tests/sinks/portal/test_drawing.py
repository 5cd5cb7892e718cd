"""What the portal writes and draws: words, numbers, tables, charts, colours."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest

from schemas.fields.money import Money
from schemas.fields.price import Price
from schemas.figures.values import PREFECTURES
from schemas.kinds import KINDS
from schemas.records.listing import ListingState
from schemas.records.source_status import FeedState
from sinks.portal.read.figure_answers import CellValue, TargetStatus
from sinks.portal.show import charts, event_text, numbers, tables, trend, words
from sinks.portal.show.charts import TILES, Datum
from sinks.portal.show.helpers import question
from sinks.portal.show.look import Look, language_of

CSS = Path(charts.__file__).parent / "static" / "portal.css"


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("kind", [kind.name for kind in KINDS]),
        ("state", get_args(ListingState)),
        ("source_state", get_args(FeedState)),
        ("target_status", get_args(TargetStatus)),
        ("area", words.ROWS),
    ],
)
def test_every_code_of_the_contract_has_words_in_both_languages(group: str, codes: list[str]) -> None:
    assert [code for code in codes if not all(words.groups()[group].get(code, ("", "")))] == []


def test_an_abbreviation_keeps_its_capitals() -> None:
    assert words.title_of("transfer", "ipc", "en") == words.title_of("transfer", "ipc") == "IPC"
    assert words.title_of("transfer", "effective_on", "en") == "Effective on"


def test_an_unknown_code_is_shown_as_other_with_the_code() -> None:
    assert words.word("kind", "of-later") == "其他（of-later）"
    assert words.phase_word("transfer", "ratified", "en") == "Other (ratified)"
    assert words.word("kind", None, "en") == "Unknown"


def test_growth_follows_unrounded_values_and_the_printed_conventions() -> None:
    assert [numbers.growth(*pair) for pair in (("24.45", "9.29"), ("0", "5"), ("5", "0"), ("5", None))] == [
        "+163.2 %",
        "−100.0 %",
        "-",
        "",
    ]


def test_half_is_rounded_up_and_money_reads_in_its_best_unit() -> None:
    assert numbers.thousands("0.125", 2) == "0.13"
    printed = [numbers.money(fen) for fen in (120_500_000, 161_500_000_000, 1250)]
    assert printed == ["120.5 万元", "16.15 亿元", "12.5 元"]
    assert numbers.money(120_500_000, lang="en") == "CNY 1,205,000"


def test_a_table_keeps_one_unit_whatever_the_size_of_its_numbers() -> None:
    assert [numbers.in_table(value, "元") for value in ("500.00", "7500000000.00")] == ["0.05", "750,000.00"]


def test_equal_values_share_a_class_and_nothing_has_class_zero() -> None:
    values = [Decimal(1), Decimal(20), Decimal(21), Decimal(100), Decimal(0), None]
    assert charts.classes_of(values) == [1, 1, 2, 5, 0, 0]


def test_the_tile_grid_has_each_prefecture_once_and_other_and_no_two_share_a_place() -> None:
    assert set(TILES) == {*PREFECTURES, "OTHER"} and len(set(TILES.values())) == 15
    data = [Datum(code, Decimal(3), "3", f"/listings?area={code}", code) for code in TILES]
    drawn = ElementTree.fromstring(charts.tile_grid(data, "转让"))
    assert len(drawn.findall("{http://www.w3.org/2000/svg}a")) == 15


def test_charts_escape_names_and_carry_no_style_attribute() -> None:
    data = [Datum("<script>", Decimal(1), "1"), Datum("空", None, "—"), Datum("乙", Decimal(2), "2")]
    for drawn in (
        charts.bars(data, 'a "title"'),
        charts.sparkline([Decimal(1), None], "s"),
        charts.progress(Decimal("1.4"), None, "p"),
    ):
        ElementTree.fromstring(drawn)
        assert "<script" not in drawn and "style=" not in drawn


def test_an_axis_counts_in_round_steps_from_nothing_to_the_first_that_holds_the_largest() -> None:
    tops = (0, 1, 5, 6, 37, 100, 260, 4_000_000_000)
    assert [[int(mark) for mark in trend.ticks(Decimal(top))] for top in tops] == [
        [0, 1],
        [0, 1],
        [0, 1, 2, 3, 4, 5],
        [0, 2, 4, 6],
        [0, 10, 20, 30, 40],
        [0, 20, 40, 60, 80, 100],
        [0, 100, 200, 300],
        [0, 1_000_000_000, 2_000_000_000, 3_000_000_000, 4_000_000_000],
    ]


@pytest.mark.parametrize("size", [trend.BROAD, trend.NARROW], ids=lambda size: size.kind)
def test_a_trend_has_each_month_with_its_number_and_dashes_those_that_are_still_open(size: trend.Size) -> None:
    months = tables.months_between("2024-11", "2026-10")
    values = [None if n == 3 else Decimal(1_000 * n) for n in range(24)]
    data = [Datum(m, v, f"{v:,}" if v is not None else "—", f"/x?{m}") for m, v in zip(months, values, strict=True)]
    both = trend.trend(data, 22, lambda value: f"{value:,f}", 'a "title"')
    drawn = next(each for each in ElementTree.fromstring(f"<x>{both}</x>") if size.kind in str(each.get("class")))
    svg = "{http://www.w3.org/2000/svg}"
    assert [each.get("aria-label") for each in drawn.iter(f"{svg}a")] == [
        f"{d.name} {d.text}" for d in data if d.value is not None
    ]
    lines = [each.get("class") for each in drawn.iter(f"{svg}line")]
    assert (lines.count("line"), lines.count("line open")) == (23 - 2 - 2, 2)  # two end at the gap, two are open
    dots = [float(str(each.get("cy"))) for each in drawn.iter(f"{svg}circle")]
    assert dots == sorted(dots, reverse=True)
    texts = {(each.text, each.get("class")) for each in drawn.iter(f"{svg}text")}
    assert {("2025", "tick"), ("2026", "tick"), ("0", "tick"), ("25,000", "tick"), ("23,000", "point-value")} <= texts
    for each in drawn.iter(f"{svg}text"):
        half = len(each.text or "") * size.letter
        x, side = float(str(each.get("x"))), each.get("text-anchor")
        assert (
            x - (half if side == "end" else half / 2) >= -1 and x + (0 if side == "end" else half / 2) <= size.width + 1
        )


def test_a_year_that_the_next_would_run_into_is_left_out_on_a_narrow_screen() -> None:
    data = [Datum(month, Decimal(1), "1") for month in tables.months_between("2024-11", "2026-10")]
    both = ElementTree.fromstring(f"<x>{trend.trend(data, 24, str, 't')}</x>")
    years = [
        [each.text for each in size.iter("{http://www.w3.org/2000/svg}text") if len(each.text or "") == 4]
        for size in both
    ]
    assert years == [["2024", "2025", "2026"], ["2025", "2026"]]


@pytest.mark.parametrize("lang", [0, 1])
def test_the_names_of_bars_stay_within_the_picture(lang: int) -> None:
    """A Chinese character is as broad as high, a Latin letter about half; the largest text of the stylesheet is 15."""
    names = [both[lang] for both in words.groups()["industry"].values()] + ["国家知识产权局专利公布公告系统"]
    drawn = ElementTree.fromstring(charts.bars([Datum(name, Decimal(1), "1") for name in names], "t"))
    for text in drawn.iter("{http://www.w3.org/2000/svg}text"):
        if text.get("class") == "bar-name":
            room = int(text.get("textLength") or sum(15 if letter > "\u2e7f" else 7.5 for letter in text.text or ""))
            assert room <= int(text.get("x") or 0), text.text


def test_the_monthly_rows_stand_in_code_order_and_add_up_the_service_classes() -> None:
    parties = {("430100", name): tables.Number(str(n)) for n, name in enumerate(tables.SERVICE, 1)}
    rows = tables.monthly_rows({}, {"430100": tables.Number("12", "k")}, {}, parties)
    assert [row.area for row in rows] == [*PREFECTURES, "OTHER", "430000"]
    assert [cell.value for cell in rows[0].cells] == [
        None,
        None,
        "12",
        None,
        None,
        None,
        None,
        "1",
        "2",
        "3",
        "4",
        "10",
        None,
    ]


def test_a_table_has_a_row_for_every_area_and_nothing_counted_is_zero() -> None:
    column = tables.whole({"430100": tables.Number("12", "k")}, "transfers", "2025-03")
    assert list(column) == list(words.ROWS) and column["430100"].value == "12"
    assert column["430200"] == tables.Number("0", "transfers:area=430200:2025-03")
    cut = tables.whole_by({}, "transfers", "2025-03", "right_type", ("design",))
    assert cut["433100", "design"].key == "transfers:area=433100;right_type=design:2025-03"


def test_growth_stands_beside_its_column_and_only_with_a_base() -> None:
    now = {"430100": tables.Number("12", "k"), "430200": tables.Number("3", "k")}
    rows = tables.monthly_rows({}, now, {}, {}, ({}, {"430100": tables.Number("10"), "430200": tables.Number("0")}))
    assert [row.cells[3].value for row in rows[:3]] == ["+20.0 %", "-", None]


def test_a_month_is_compared_with_the_one_before_and_with_a_year_earlier() -> None:
    seen = [(month, tables.Number(value)) for month, value in (("2024-03", "8"), ("2025-02", "5"), ("2025-03", "10"))]
    month = tables.compared(seen, "2025-03")
    assert month and (month.on_year, month.on_month) == ("+25.0 %", "+100.0 %")
    assert tables.compared(seen, "2025-04") is None
    base = tables.compared(seen, "2025-02")
    assert base and base.on_year == ""


def test_an_area_outside_the_province_has_its_official_name() -> None:
    assert [words.word("area", code) for code in ("310000", "430481", "OTHER")] == ["上海市", "耒阳市", "其他"]


def test_a_month_in_which_nothing_was_counted_is_zero_in_the_series() -> None:
    seen = CellValue(
        area="430000",
        dimensions={},
        period="2025-02",
        accumulation="period",
        value="4",
        unit="次",
        status="P",
        as_of=None,
        key="transfers:area=430000:2025-02",
    )
    assert [(m, c.value) for m, c in tables.series([seen], "transfers", "2025-01", "2025-03")] == [
        ("2025-01", "0"),
        ("2025-02", "4"),
        ("2025-03", "0"),
    ]


def test_a_points_key_becomes_the_address_of_its_explanation() -> None:
    assert question("transfers:area=430100;right_type=design:2025-03") == {
        "indicator": "transfers",
        "area": "430100",
        "right_type": "design",
        "period": "2025-03",
    }


def test_a_negotiable_price_has_no_number_and_a_range_has_two() -> None:
    assert event_text.price(Price(basis="negotiable", text=""), "zh") == "面议"
    assert (
        event_text.price(Price(basis="lump_sum", low=Money.of(100_000_000), high=Money.of(200_000_000), text=""), "zh")
        == "100 万元 — 200 万元"
    )


def test_the_address_decides_the_language() -> None:
    assert [language_of(path) for path in ("/", "/en", "/en/targets", "/english")] == [
        ("zh", "/"),
        ("en", "/"),
        ("en", "/targets"),
        ("zh", "/english"),
    ]


def test_templates_hold_no_inline_script_or_style_and_name_no_other_host() -> None:
    for template in (CSS.parent.parent / "templates").glob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|(src|href)=\"https?:", text), template.name


def test_static_names_follow_their_content() -> None:
    look = Look()
    assert {len(name.split(".")[1]) for name in look.files} == {12}
    assert sum(len(body) for body, _ in look.files.values()) < 60_000


LIGHT_AND_DARK = re.findall(r":root \{(.*?)\}", CSS.read_text("utf-8"), re.S)
ON_PAPER = ("ink", "muted", "link", "red", "amber", "green", "blue")
PAIRS = [
    *((ink, ground) for ink in ON_PAPER for ground in ("paper", "sheet")),
    *(("ink", ground) for ground in ("warn", "bad", "good", "tint", "sunk")),
    ("link", "tint"),
    ("red", "bad"),
    ("amber", "warn"),
    ("muted", "sunk"),
    ("red", "sunk"),
    ("link", "sunk"),
    ("on-blue", "band"),
    ("on-blue-soft", "band"),
    *((f"k{n}-ink", f"k{n}") for n in range(6)),
]


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_stands_out_from_its_ground_in_both_themes(ink: str, ground: str, theme: int) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", LIGHT_AND_DARK[theme]))
    assert contrast(colours[ink], colours[ground]) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)
