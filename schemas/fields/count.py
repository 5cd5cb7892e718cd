"""Count 件数、项数: a whole number as lists write it, with or without its counter word."""

from __future__ import annotations

import re
import unicodedata

from schemas.errors import Reject

MOST = 1_000_000_000
COUNT = re.compile(r"^(\d{1,10}|\d{1,3}(?:,\d{3}){1,3})(?:\.0+)?(?:[件项个家人次场份条名]|人次)?$", re.ASCII)


def read_count(value: object) -> int:
    """``12``, ``１２``, ``1,200件``, ``12.0`` (a number of a workbook) → a whole number from 0 to a thousand million.

    An approximate number (30余项) is none. Raises ``Reject``: count_unreadable.
    """
    text = "" if isinstance(value, bool) else unicodedata.normalize("NFKC", str(value)[:40]).replace(" ", "")
    found = COUNT.match(text)
    number = int(found[1].replace(",", "")) if found else MOST + 1
    if number > MOST:
        raise Reject("count_unreadable", f"{str(value)[:40]!r} is not a whole number from 0 to {MOST:,}")
    return number
