"""XML: each declared element of a document as one row. No entity is resolved, no DTD loaded, no network used."""

from __future__ import annotations

import io
import re

from lxml import etree

from connectors.read.charset import text_of
from connectors.read.table import MAX_ROWS, Items, Table
from schemas.errors import Reject
from schemas.source.model import File

SAFE = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_-]{1,40})[\"'][^>]{0,200}\?>")


def in_utf8(body: bytes) -> bytes:
    """The document in UTF-8 where it declares another charset: libxml2 takes gb2312 at its word, and no one else does.

    Raises Reject: charset_unreadable.
    """
    found = DECLARED.match(body.lstrip()[:400])
    if found is None or (name := found[1].decode().lower()) in ("utf-8", "utf8", "utf-16"):
        return body
    return text_of(body.lstrip()[found.end() :], name).encode()


def xml_rows(body: bytes, file: File) -> Table:
    """Rows with pointers ``/doc/3``. Raises Reject: xml_invalid, too_many_rows."""
    items: Items = []
    try:
        for _, element in etree.iterparse(io.BytesIO(in_utf8(body)), events=("end",), **SAFE):
            if isinstance(element.tag, str) and local(element.tag) == file.element:
                items.append((f"/{file.element}/{len(items) + 1}", flat(element)))
                element.clear()
                if len(items) > MAX_ROWS:
                    raise Reject("too_many_rows", f"the file has more than {MAX_ROWS} records")
    except etree.XMLSyntaxError as error:
        raise Reject("xml_invalid", f"not XML: {error.msg}"[:200]) from None
    return Table(items)


def flat(element: etree._Element) -> dict[str, str]:
    """Attributes and leaf texts: tag (without namespace) → text; the texts of a repeated tag stand on lines."""
    record: dict[str, str] = {str(name): str(value) for name, value in element.attrib.items()}
    for leaf in element.iter():
        if leaf is not element and isinstance(leaf.tag, str) and not len(leaf):
            name, text = local(leaf.tag), (leaf.text or "").strip()
            record[name] = f"{record[name]}\n{text}" if record.get(name) and text else record.get(name) or text
    return record


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rsplit("}", 1)[-1]
