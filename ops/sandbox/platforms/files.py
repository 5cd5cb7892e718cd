"""Files in the formats of the platforms: XML, CSV in GB18030, workbooks, zips. Equal content gives equal bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

Row = dict[str, Any]
FIXED = (2020, 1, 1, 0, 0, 0)  # the time of every archive member, so that bytes depend on content alone


def archive(members: dict[str, bytes]) -> bytes:
    """A zip with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name, FIXED), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def gazette_xml(rows: Sequence[Row]) -> bytes:
    """Announcements as the law-status exchange prints them."""
    body = "".join(
        "<S_STD_CN_PRS>"
        + "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in row.items())
        + "</S_STD_CN_PRS>\n"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<LEPRS>\n{body}</LEPRS>\n'.encode()


def gazette_csv(rows: Sequence[Row]) -> bytes:
    """The same as a table in GB18030."""
    return table(rows, list(rows[0]))


def table(rows: Sequence[Row], columns: Sequence[str], *, headed: bool = True) -> bytes:
    """A CSV in GB18030, lines ended as Windows ends them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    if headed:
        writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("gb18030")


def workbook(title: str, rows: Sequence[Row], columns: Sequence[str], *, groups: bool) -> bytes:
    """One sheet: a title, with ``groups`` a heading row above the real one, the rows numbered, a note at the end."""
    lines: list[list[Any]] = [[title], ["基本信息", *[""] * (len(columns) - 3), "其他", ""]] if groups else [[title]]
    lines.append(list(columns))
    lines += [
        [number if name == "序号" else row.get(name, "") for name in columns] for number, row in enumerate(rows, 1)
    ]
    lines.append(["注：样例数据"])
    cells = "".join(
        f'<row r="{at}">' + "".join(_cell(at, column, value) for column, value in enumerate(line)) + "</row>"
        for at, line in enumerate(lines, 1)
    )
    last = f"{_letter(len(columns) - 1)}1"
    merged = f'<mergeCells count="1"><mergeCell ref="A1:{last}"/></mergeCells>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData>{merged}</worksheet>'
    return archive({name: (XML + text).encode() for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items()})


def _cell(row: int, column: int, value: Any) -> str:
    where = f"{_letter(column)}{row}"
    if isinstance(value, int):
        return f'<c r="{where}"><v>{value}</v></c>'
    return (
        f'<c r="{where}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'
        if value != ""
        else ""
    )


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def put(path: Path, data: bytes, summed: bytes | None = None) -> bool:
    """Put a file and its checksum into an inbox; False when it is there with these bytes already.

    ``summed``: the bytes whose checksum is put beside it, where they are not those of the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(data if summed is None else summed).hexdigest()
    beside = path.with_name(path.name + ".sha256")
    if beside.exists() and beside.read_text().startswith(digest) and path.exists() and path.read_bytes() == data:
        return False
    for target, content in ((path, data), (beside, f"{digest}  {path.name}\n".encode())):
        part = target.with_name(target.name + ".part")
        part.write_bytes(content)
        os.replace(part, target)
    return True


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SPREADSHEET}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    f'<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
