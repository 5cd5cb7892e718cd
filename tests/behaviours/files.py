"""Files: workbooks, CSV, XML and archives that platforms put into a folder."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl

from connectors.read import child
from tests.behaviours.stage import Stage, put, verdict
from tests.connectors.platform import Bench

XLSX: dict[str, Any] = {
    "pattern": "*.xlsx",
    "header": {"contains": ["专利号", "单位"]},
    "stop_at": ["合计", "小计", "注"],
}
CSV: dict[str, Any] = {"pattern": "*.csv", "format": "csv", "header": {"contains": ["专利号", "单位"]}}
HEAD = ["专利号", "单位", "金额"]
ROWS = [[f"20201000000{n}.{n}", f"长沙{n}厂", n * 10] for n in range(1, 6)]


def _workbook(sheets: dict[str, list[list[Any]]], **cells: Any) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    for place, value in cells.items():
        book.worksheets[0][place] = value
    book.save(stream)
    return stream.getvalue()


def _read(stage: Stage, name: str, body: bytes, **file: Any) -> tuple[Bench, Any]:
    kind = XLSX if name.endswith(".xlsx") else CSV
    bench = stage.inbox({name: body}, key=["专利号"], file={**kind, **file})
    return bench, bench.poll()


def has_a_total_that_disagrees_with_its_rows(stage: Stage) -> None:
    """A 合计 of 200 under rows that make 150, or of 7 rows where 5 are: read, but short; a right total is no row."""
    for total, found in (
        (["合计", "", 150], ("complete", "")),
        (["合计", "", 200], ("short", "total_disagrees")),
        (["合计:7条", "", ""], ("short", "total_disagrees")),
        (["合计", "共5条", "150"], ("complete", "")),
        (["合计", "", "1,500"], ("short", "total_disagrees")),
    ):
        bench, poll = _read(stage, "a.xlsx", _workbook({"表": [HEAD, *ROWS, total]}))
        assert (verdict(poll), len(bench.keys())) == (found, 5), total


def goes_on_below_its_totals(stage: Stage) -> None:
    """A table with a total for each group: the rows below the first one are read as well."""
    lines = [HEAD, *ROWS[:2], ["小计", "", 30], *ROWS[2:], ["小计", "", 120], ["合计", "", 150], ["注:略", "", ""]]
    bench, poll = _read(stage, "a.xlsx", _workbook({"表": lines}))
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 5)


def has_a_sheet_for_each_institution(stage: Stage) -> None:
    """Only the first would be read: held until the definition says which; ``"*"`` reads all of them."""
    body = _workbook({"中南大学": [HEAD, *ROWS[:2]], "湖南大学": [HEAD, *ROWS[2:]], "说明": [["略"]]})
    bench, _ = _read(stage, "a.xlsx", body)
    assert (bench.cursor.state, bench.cursor.reason, bench.raw()) == ("held", "sheet_unread", [])
    bench, poll = _read(stage, "a.xlsx", body, sheet="*大学")
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 5)
    assert bench.raw()[-1]["evidence"]["pointer"] == "湖南大学!R4"
    bench, poll = _read(stage, "a.xlsx", body, sheet=0)
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 2)


def holds_formulas_without_values(stage: Stage) -> None:
    """They would read as empty cells: refused, with the reason."""
    bench, poll = _read(stage, "a.xlsx", _workbook({"表": [HEAD, *ROWS]}, C3="=1+1"))
    assert (verdict(poll), bench.raw()) == (("short", "formula_uncalculated"), [])


def shows_an_error_in_a_cell(stage: Stage) -> None:
    """``#REF!`` is damage, no absence: that row is a dead letter."""
    lines = [HEAD, *ROWS[:2], ["202010000009.0", "#REF!", 1]]
    body = "\n".join(",".join(map(str, line)) for line in lines).encode()
    bench, _ = _read(stage, "a.csv", body)
    assert ([one["reason"] for one in bench.letters()], len(bench.keys())) == (["cell_error"], 2)


def writes_numbers_with_the_errors_of_binary_fractions(stage: Stage) -> None:
    """7453.719999999999 is what the spreadsheet shows: 7453.72."""
    bench, _ = _read(stage, "a.xlsx", _workbook({"表": [HEAD, ["202010000001.7", "甲厂", 7453.719999999999]]}))
    assert bench.raw()[0]["content"]["金额"] == 7453.72


def names_two_columns_alike(stage: Stage) -> None:
    """Two columns of one name: neither hides the other; merged headings over them make their names."""
    lines = [
        ["专利号", "转让方", "", "受让方", ""],
        ["", "名称", "地址", "名称", "地址"],
        ["1", "甲厂", "长沙", "乙厂", "株洲"],
    ]
    header = {"contains": ["专利号", "转让方/名称"]}
    bench, _ = _read(stage, "a.xlsx", _workbook({"表": lines}), header=header, header_rows=2)
    assert bench.raw()[0]["content"] == {
        "专利号": "1",
        "转让方/名称": "甲厂",
        "转让方/地址": "长沙",
        "受让方/名称": "乙厂",
        "受让方/地址": "株洲",
    }
    bench, _ = _read(stage, "b.csv", "专利号,单位,备注,备注\n1,甲厂,x,y\n".encode())
    assert bench.raw()[-1]["content"] == {"专利号": "1", "单位": "甲厂", "备注": "x", "备注/2": "y"}


def has_a_stray_cell_far_away(stage: Stage) -> None:
    """One cell at XFD1048576 would take 550 GB: refused by its extent."""
    _, poll = _read(stage, "a.xlsx", _workbook({"表": [HEAD, *ROWS]}, XFD1048576="x"))
    assert verdict(poll) == ("short", "sheet_too_wide")


def ends_a_csv_row_with_an_open_quote(stage: Stage) -> None:
    """The quote in row 10 of 100 spoils that row, not the 90 behind it: short, and the rest is read."""
    lines = [f'{n},"长沙{n}厂",1' if n != 10 else '10,"长沙十厂,1' for n in range(1, 101)]
    bench, poll = _read(stage, "a.csv", ("专利号,单位,金额\n" + "\n".join(lines)).encode())
    letters = bench.letters()
    assert [one["reason"] for one in letters] == ["csv_invalid"] and "长沙十厂" in letters[0]["original"]
    assert (len(bench.keys()), letters[0]["evidence"]["pointer"], poll.rows.gap) == (99, "line 11", 0)


def breaks_lines_within_quotes(stage: Stage) -> None:
    """A cell with line breaks is one cell, also beside an open quote."""
    body = '专利号,单位,金额\n1,"长沙\n一厂",1\n2,"坏,1\n3,"长沙\r\n三厂",1\n'
    bench, _ = _read(stage, "a.csv", body.encode())
    assert (bench.keys(), [one["reason"] for one in bench.letters()]) == (["1", "3"], ["csv_invalid"])


def has_a_field_of_a_megabyte(stage: Stage) -> None:
    """That row is refused by its size, the others are read."""
    lines = ["专利号,单位,金额", "1,甲厂,1", f"2,{'长' * 400_000},1", "3,丙厂,1"]
    bench, _ = _read(stage, "a.csv", "\n".join(lines).encode())
    assert (bench.keys(), [one["reason"] for one in bench.letters()]) == (["1", "3"], ["row_too_large"])


def divides_its_cells_with_commas_and_lists_with_semicolons(stage: Stage) -> None:
    """The delimiter is that of the heading row."""
    body = "专利号,单位,金额\n" + "\n".join(f"{n},甲;乙;丙;丁;戊;己,1" for n in range(9))
    bench, poll = _read(stage, "a.csv", body.encode())
    assert (verdict(poll), bench.raw()[0]["content"]["单位"]) == (("complete", ""), "甲;乙;丙;丁;戊;己")


def has_no_heading_row(stage: Stage) -> None:
    """The definition names the columns; the delimiter may be declared."""
    for body, file in (("1,甲厂\n2,乙厂\n", {}), ("1|甲,厂\n2|乙,厂\n", {"delimiter": "|"})):
        bench = stage.inbox(
            {"a.csv": body.encode("gb18030")},
            key=["专利号"],
            file={"pattern": "*", "format": "csv", "columns": ["专利号", "单位"], **file},
        )
        assert verdict(bench.poll()) == ("complete", "") and bench.keys() == ["1", "2"]


def declares_xml_in_gb2312_and_uses_more(stage: Stage) -> None:
    """镕 is in GB18030, not in GB2312; byte 0x80 is €. Both are read."""
    body = "<?xml version='1.0' encoding='gb2312'?><d><r><n>1</n><t>朱镕厂，费用€</t></r></d>"
    data = b"".join(part.encode("gb18030") for part in body.split("€")[:1]) + b"\x80" + body.split("€")[1].encode()
    bench = stage.inbox({"a.xml": data}, key=["n"], file={"pattern": "*", "format": "xml", "element": "r"})
    assert verdict(bench.poll()) == ("complete", "")
    assert bench.raw()[0]["content"] == {"n": "1", "t": "朱镕厂，费用€"}


def sends_a_month_again(stage: Stage) -> None:
    """b41: the file replaces that month: the row that it has no more is absent at once, those of other months stay."""
    feed = {
        "key": ["专利号"],
        "file": {**CSV, "edition": "period"},
        "absence": {"means": "cancelled", "guard": "100%"},
    }
    months = {"202609.csv": "专利号,单位\n1,a\n2,b\n", "202610.csv": "专利号,单位\n3,c\n4,d\n"}
    bench = stage.inbox({name: text.encode() for name, text in months.items()}, **feed)
    assert verdict(bench.poll()) == ("complete", "")
    put(stage.folder / "inbox", "202609.csv", "专利号,单位\n1,a\n5,e\n".encode())
    assert verdict(bench.poll()) == ("complete", "")
    assert [(one["record"], one["absent"]) for one in bench.raw()][4:] == [("5", False), ("2", True)]
    assert verdict(bench.poll()) == ("complete", "") and len(bench.raw()) == 6
    put(stage.folder / "inbox", "202610.csv", "专利号,单位\n".encode())  # a month without a row is no silence
    assert verdict(bench.poll()) == ("complete", "")
    assert sorted(one["record"] for one in bench.raw() if one["absent"]) == ["2", "3", "4"]


def is_copied_while_it_is_read(stage: Stage) -> None:
    """b42: a file whose sum does not match waits; zero bytes are refused; the same name again is a new edition."""
    folder = stage.folder / "inbox"
    bench = stage.inbox({"a.csv": "专利号,单位\n1,a\n".encode()}, key=["专利号"], file=CSV)
    (folder / "deals" / "a.csv").write_bytes(b"half")
    assert verdict(bench.poll()) == ("short", "sum_mismatch")
    put(folder, "a.csv", b"")
    assert verdict(bench.poll())[1] == "header_changed"
    put(folder, "a.csv", "专利号,单位\n1,a\n".encode())
    assert verdict(bench.poll()) == ("complete", "") and bench.keys() == ["1"]


def hides_a_bomb_in_an_archive(stage: Stage) -> None:
    """b22: refused by what it declares; a name that leaves the folder is only a name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bytes(300 << 20))
    bench = stage.inbox({"a.zip": stream.getvalue()}, key=["专利号"], file={**CSV, "pattern": "*.zip"})
    assert verdict(bench.poll()) == ("short", "zip_bomb")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../../x.csv", "专利号,单位\n1,a\n")
    bench = stage.inbox({"b.zip": stream.getvalue()}, key=["专利号"], file={**CSV, "pattern": "b.zip"})
    assert verdict(bench.poll()) == ("complete", "") and bench.keys() == ["1"]


def has_an_entity_in_its_xml(stage: Stage) -> None:
    """No entity is resolved; a billion laughs is refused."""
    text = '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]><d><r><n>1</n><t>&c;&b;</t></r></d>'
    bench = stage.inbox({"a.xml": text.encode()}, key=["n"], file={"pattern": "*", "format": "xml", "element": "r"})
    bench.poll()
    assert "root:" not in str(bench.raw())


def _large() -> bytes:
    lines = ["专利号,单位,金额", *(f"{n},{'长沙' * 20}{n}厂,1" for n in range(25_000)), "x,y", '"坏']
    return "\n".join(lines).encode()


@contextmanager
def _patched(**values: Any) -> Iterator[None]:
    before = {name: getattr(child, name) for name in values}
    try:
        for name, value in values.items():
            setattr(child, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(child, name, value)


def is_large(stage: Stage) -> None:
    """Read by a child with bounded memory, to the same rows, refusals and doubts as a small one."""
    body = _large()
    assert child.is_large(body)
    bench, _ = _read(stage, "a.csv", body)
    reasons = sorted(one["reason"] for one in bench.letters())
    assert (len(bench.keys()), reasons) == (25_000, ["csv_invalid", "row_ragged"])
    by_child = child.file_page("a.csv", body, bench.source.feeds["deals"])
    with _patched(is_large=lambda body: False):
        assert child.file_page("a.csv", body, bench.source.feeds["deals"]) == by_child
    bench, poll = _read(stage, "b.csv", body.replace("单位".encode(), "机构".encode()))
    assert poll.outcome.reason == "header_changed"  # refusals come back from the child as they are


def takes_more_memory_or_time_than_it_may(stage: Stage) -> None:
    """Its child ends, this file is refused, and the feed reads the next one."""
    for name, bound in (("MEMORY_BYTES", 32 << 20), ("SECONDS", 0.01)):
        place = Stage(stage.folder / name, stage.client)
        with _patched(**{name: bound}):
            bench, poll = _read(place, "a.csv", _large())
            assert verdict(poll) == ("short", "file_too_heavy") and bench.raw() == []
            put(place.folder / "inbox", "b.csv", "专利号,单位,金额\n1,甲厂,1\n".encode())
            assert bench.poll() and bench.keys() == ["1"]


def has_a_million_empty_rows(stage: Stage) -> None:
    """5 filled rows among 1,048,576: read, and cheap."""
    body = _workbook({"表": [HEAD, *ROWS]})
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                empty = b"".join(b'<row r="%d"></row>' % number for number in range(7, 200_000))
                data = data.replace(b"</sheetData>", empty + b"</sheetData>")
            new.writestr(entry, data)
    bench, poll = _read(stage, "a.xlsx", stream.getvalue())
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 5)
