"""A pointer leads back to the record inside the bytes, whatever wraps it."""

from __future__ import annotations

import io
import json
import zipfile

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from ops.excerpt import excerpt


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def test_a_row_of_a_json_answer() -> None:
    body = json.dumps({"code": 200, "data": {"list": [{"id": "1"}, {"id": "2", "转让方": "湖南大学"}]}}).encode()
    assert json.loads(excerpt(body, "/data/list/1")) == {"id": "2", "转让方": "湖南大学"}


def test_an_element_of_a_member_of_an_archive() -> None:
    xml = b"<root><PRS><no>1</no></PRS><PRS><no>2</no></PRS></root>"
    assert excerpt(zipped("a.xml", xml), "member a.xml > /PRS/2") == "<PRS><no>2</no></PRS>"


def test_a_line_comes_with_its_heading_and_in_its_charset() -> None:
    text = "专利号,权利人\r\n1,湖南大学\r\n2,中南大学\r\n".encode("gb18030")
    assert excerpt(zipped("b.csv", text), "member b.csv > line 3") == "专利号,权利人\n2,中南大学"


def test_a_row_of_an_attached_workbook() -> None:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Sheet1"
    book.active.append(["企业名称", "代码"])
    book.active.append(["湖南某某有限公司", "9143"])
    book.save(buffer)
    assert excerpt(buffer.getvalue(), "attachment a.xlsx > Sheet1!R2") == "湖南某某有限公司 | 9143"


@given(st.binary(max_size=300), st.text(max_size=40))
def test_bytes_and_pointers_that_do_not_fit_give_nothing_or_text_but_never_an_error(data: bytes, pointer: str) -> None:
    assert isinstance(excerpt(data, pointer), str)


def test_a_pointer_that_leads_nowhere_gives_nothing() -> None:
    assert excerpt(b'{"a": [1]}', "/a/7") == ""
    assert excerpt(b"PK broken", "member x > line 1") == ""
