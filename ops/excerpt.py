"""Excerpt: the one record inside evidence bytes that a pointer names, as text a person can read.

A pointer is a chain of steps joined by `` > ``: ``attachment NAME`` (the bytes are that file already), ``member NAME``
(of an archive), then ``/data/list/12`` (JSON), ``/ELEMENT/5`` (XML), ``line 17`` (text), ``Sheet1!R12`` (workbook) or
``table 0 row 12`` (page).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence

from lxml import etree
from python_calamine import CalamineWorkbook

from schemas.errors import Reject
from schemas.fields.text import decode

LONGEST = 4000  # characters of an excerpt
MOST_BYTES = 64 * 1024 * 1024  # of one archive member


def excerpt(data: bytes, pointer: str) -> str:
    """What the pointer names, at most ``LONGEST`` characters; empty when the pointer leads nowhere in these bytes."""
    try:
        return _walk(data, pointer.split(" > "))[:LONGEST]
    except (Reject, LookupError, ValueError, OSError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return ""


def _walk(data: bytes, steps: Sequence[str]) -> str:
    step, rest = steps[0], steps[1:]
    if step.startswith("attachment "):
        return _walk(data, rest)
    if step.startswith("member "):
        return _walk(_member(data, step.removeprefix("member ")), rest)
    if match := re.fullmatch(r"line (\d+)", step):
        return _line(data, int(match[1]))
    if match := re.fullmatch(r"(.+)!R(\d+)", step):
        return _sheet_row(data, match[1], int(match[2]))
    if match := re.fullmatch(r"table (\d+) row (\d+)", step):
        return _plain(data)
    text = decode(data).text.lstrip()
    if text.startswith(("{", "[")):
        return _json(text, step)
    element, _, number = step.removeprefix("/").rpartition("/")
    return _element(data, element, int(number))


def _member(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            spelt = info.filename
            if not info.flag_bits & 0x800:  # a name without the UTF-8 mark may be GBK read as CP437
                raw = spelt.encode("cp437", "replace")
                spelt = decode(raw).text
            if name in (info.filename, spelt):
                with archive.open(info) as file:
                    return file.read(MOST_BYTES)
    raise KeyError(name)


def _line(data: bytes, number: int) -> str:
    lines = decode(data).text.splitlines()
    return f"{lines[0]}\n{lines[number - 1]}"


def _json(text: str, pointer: str) -> str:
    value = json.loads(text)
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        value = value[int(part)] if isinstance(value, list) else value[part]
    return json.dumps(value, ensure_ascii=False)


def _element(data: bytes, name: str, number: int) -> str:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    found = etree.fromstring(data, parser).xpath("//*[local-name()=$name]", name=name)
    element = found[number - 1] if isinstance(found, list) else None
    return etree.tostring(element, encoding="unicode").strip() if isinstance(element, etree._Element) else ""


def _sheet_row(data: bytes, sheet: str, number: int) -> str:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return " | ".join(str(cell) for cell in rows[number - 1])


def _plain(data: bytes) -> str:
    """A page's whole text: where a row stands on it depends on the definition."""
    return " ".join(re.sub(r"<[^>]*>", " ", decode(data).text).split())
