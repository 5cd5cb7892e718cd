"""Month report 月报: the monthly tables as a workbook in the layout that the bureau prints, a sheet for each, ready to sign."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import xlsxwriter

from schemas.figures.disclosure import WITHHELD
from schemas.figures.values import OTHER, PROVINCE
from schemas.words import Lang, Term
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.show import tables, words
from sinks.portal.show.helpers import period_word
from sinks.portal.show.numbers import exact, in_table, table_unit

AREA = Term("地区", "Area")
FIRST = (Term("当年累计", "Year to date"), Term("同比", "On year"), Term("当月", "Month"), Term("同比", "On year"))
BY_RIGHT = Term("当月按专利类型", "Month, by right")
SERVICE, NOT_SERVICE = Term("职务", "Service"), Term("非职务", "Non-service")
PARTIES = (
    Term("大专院校", "Universities"),
    Term("科研单位", "Institutes"),
    Term("工矿企业", "Enterprises"),
    Term("机关团体", "Public bodies"),
    Term("职务总计", "Service total"),
    Term("个人", "Individuals"),
)
SIGNING = (Term("制表：", "Prepared:"), Term("复核：", "Checked:"), Term("签发：", "Signed:"), Term("日期：", "Date:"))
SPREAD = {PROVINCE: "全 省", OTHER: "其 他"}  # as the bureau prints them
PAPER_A4 = 9


class Part(NamedTuple):
    """Columns under one heading; ``places``: which cells of a row. Without ``group`` the heading has both rows."""

    group: Term | None
    names: Sequence[Term]
    places: Sequence[int]


def parts(figure: Indicator) -> list[Part]:
    """The columns of a figure's table: what it is not cut by has none."""
    found = [Part(None, FIRST, range(4))]
    if "right_type" in figure.dimensions:
        names = [Term(words.word("right_type", each), words.word("right_type", each, "en")) for each in tables.RIGHTS]
        found.append(Part(BY_RIGHT, names, range(4, 7)))
    if "party_type" in figure.dimensions:
        found += [Part(SERVICE, PARTIES[:5], range(7, 12)), Part(NOT_SERVICE, PARTIES[5:], range(12, 13))]
    return found


def month_report(
    month: str, printed: Sequence[tuple[Indicator, Sequence[tables.Row]]], note: Term, lang: Lang
) -> bytes:
    """``note``: as of when the numbers are, and who signed them; at the foot of every page."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        for number, (figure, rows) in enumerate(printed, 1):
            _sheet(book, number, month, figure, rows, note, lang)
    return file.getvalue()


def _sheet(
    book: xlsxwriter.Workbook,
    number: int,
    month: str,
    figure: Indicator,
    rows: Sequence[tables.Row],
    note: Term,
    lang: Lang,
) -> None:
    title, text, heading, name, count, money = (
        book.add_format(form)
        for form in (
            {"bold": True, "font_size": 14, "align": "center"},
            {},
            {"border": 1, "align": "center", "valign": "vcenter", "text_wrap": True},
            {"border": 1},
            {"border": 1, "num_format": "#,##0", "align": "right"},
            {"border": 1, "num_format": "#,##0.00", "align": "right"},
        )
    )
    columns = parts(figure)
    last = sum(len(part.places) for part in columns)
    sheet = book.add_worksheet(f"{'Table ' if lang == 'en' else '表'}{number}")
    label, unit = words.figure_word(figure.indicator, figure.label, lang), table_unit(figure.unit)
    whole = (
        f"{period_word(month, lang)} Hunan: {label}"
        if lang == "en"
        else f"{period_word(month, lang)}湖南省{label}统计表"
    )
    sheet.merge_range(0, 0, 0, last, whole, title)
    sheet.write_string(1, 0, f"{'Unit: ' if lang == 'en' else '单位：'}{words.word('unit', unit, lang)}", text)
    _headings(sheet, columns, heading, lang)
    for line, row in enumerate(rows, 4):
        area = SPREAD.get(row.area) if lang == "zh" else None
        sheet.write_string(line, 0, area or tables.short_area(row.area, lang), name)
        cells = [row.cells[place] for part in columns for place in part.places]
        for column, cell in enumerate(cells, 1):
            value = None if cell.printed else exact(in_table(cell.value, figure.unit).replace(",", ""))
            if value is None:
                said = words.word("status", WITHHELD, lang) if cell.withheld else cell.value
                sheet.write(line, column, said, count)  # words, or nothing
            else:
                sheet.write_number(line, column, float(value), count if unit == figure.unit else money)
    foot = 5 + len(rows)
    sheet.write_string(foot, 0, _said(note, lang), text)
    for place, each in enumerate(SIGNING):
        sheet.write_string(foot + 2, place * max(1, last // len(SIGNING)), _said(each, lang), text)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, last, 10)
    sheet.freeze_panes(4, 1)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2, 3)
    sheet.set_footer("&L&8" + _said(note, lang).replace("&", "&&") + "&R&8&P / &N")


def _headings(sheet: xlsxwriter.worksheet.Worksheet, columns: Sequence[Part], form: object, lang: Lang) -> None:
    """Two rows: a group over its columns, everything else over both."""
    sheet.merge_range(2, 0, 3, 0, _said(AREA, lang), form)
    column = 1
    for part in columns:
        end = column + len(part.names) - 1
        if part.group and end > column:
            sheet.merge_range(2, column, 2, end, _said(part.group, lang), form)
        elif part.group:
            sheet.write_string(2, column, _said(part.group, lang), form)
        for n, each in enumerate(part.names, column):
            if part.group:
                sheet.write_string(3, n, _said(each, lang), form)
            else:
                sheet.merge_range(2, n, 3, n, _said(each, lang), form)
        column = end + 1


def _said(term: Term, lang: Lang) -> str:
    return term.en if lang == "en" else term.zh
