"""Text 文本: bytes into characters; what a platform had lost is counted (docs/domain.md#text-and-charsets)."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from schemas.errors import Reject

# gb2312 and gbk are what pages declare; GB18030 contains both and what they really send.
WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "hz-gb-2312": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
}
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What Unicode calls default-ignorable (marks of direction and variation, joiners, fillers): invisible, so they are not compared.
IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    r"\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
REPLACED = re.compile("\ufffd|\\?\\?")


class Decoded(NamedTuple):
    """The characters, their charset, and how many stand where a platform had lost the original (U+FFFD, ??)."""

    text: str
    charset: str
    lost: int


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Declared charset, then a byte order mark, then UTF-8, then GB18030, each strict. Raises charset_unreadable."""
    for charset in (declared_charset(declared), marked_charset(data), "utf-8", "gb18030"):
        if charset is None:
            continue
        try:
            text = data.decode(charset).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
        return Decoded(text, charset, len(REPLACED.findall(text)))
    raise Reject(
        "charset_unreadable", f"{len(data)} bytes are neither {declared or 'a declared charset'}, UTF-8 nor GB18030"
    )


def declared_charset(declared: str | None) -> str | None:
    """The charset to try for a declared one; None for what is no text encoding."""
    name = (declared or "").strip().strip("\"'").lower()
    if not name or len(name) > 40:
        return None
    name = WIDER.get(name, name)
    try:
        return name if codecs.lookup(name)._is_text_encoding else None
    except (LookupError, ValueError):
        return None


def marked_charset(data: bytes) -> str | None:
    return next((charset for mark, charset in MARKS if data.startswith(mark)), None)
