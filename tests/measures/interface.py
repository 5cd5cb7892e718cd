"""The announcements of a patent interface's answer. No source of the hub is such an interface yet; real answers measure the readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.fields.date import read_date
from schemas.gazette.wrapper import Wrapped, split_wrapper


def wrapped_in(document: Mapping[str, Any]) -> Iterator[Wrapped]:
    """The announcements of a patent interface's answer: ``legalList``, else ``transactions``, else ``legalStatus``.

    ``transferList`` repeats ``legalList``; it is read only when that list is missing.
    """
    if rows := dictionaries(document, "legalList"):
        for row in rows:
            yield of_row(row, "codeExpl", "prsDate", "prsCode")
    elif rows := dictionaries(document, "transactions"):
        for row in rows:
            yield of_row(row, "content", "date", "type")
    elif rows := dictionaries(document, "transferList"):
        for row in rows:
            yield of_row(row, "strStatusInfo", "strLegalStatusDay", "strLegalStatus")
    elif isinstance(document.get("legalStatus"), str):
        yield from split_wrapper(document["legalStatus"])


def dictionaries(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = document.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def of_row(row: Mapping[str, Any], text: str, day: str, title: str) -> Wrapped:
    """One row of an interface; its text may be missing or null, the title then stands alone."""
    named = str(row.get(title) or "").strip() or None
    said = str(row.get(text) or "").replace("\\n", "\n").strip()
    code = row.get("strLegalCode")
    return Wrapped(
        said or named or "", read_date(row.get(day)), named, code if isinstance(code, str) and code else None
    )
