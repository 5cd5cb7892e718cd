"""Wrappers 公告的外包: how exports and interfaces pack announcements; taken off before a text is read (docs/domain.md#gazette-texts)."""

from __future__ import annotations

import re
from typing import NamedTuple

from schemas.errors import Reject
from schemas.fields.date import read_date

LONGEST = 2_000_000
DAY = r"(?:(?:19|20)\d{2}(?:\.\d{2}\.\d{2}|-\d{2}-\d{2}|/\d{1,2}/\d{1,2}|\d{4}))"
# Records are separated by # or by nothing: the next 法律状态公告日 starts one.
EXPORT = re.compile(
    rf"法律状态公告日\s{{0,4}}[:：]\s{{0,4}}({DAY})\s{{0,4}}[;；]?\s{{0,8}}法律状态\s{{0,4}}[:：]([^;；\n]{{0,80}})[;；]?\s{{0,8}}"
    r"(?:(?:描述信息|法律状态信息)\s{0,4}[:：]|$)?",
    re.ASCII,
)
# A vendor's column: a count, then blocks that begin with a publication number or none, day, title, title.
VENDOR = re.compile(
    rf"^(?:\d{{1,3}}[ \t]{{1,4}})?(?:\d{{7,9}}[ \t]{{1,4}})?({DAY})[ \t]{{1,4}}(?=[^\s\d=:：])([^\s=:：]{{1,60}})",
    re.ASCII | re.MULTILINE,
)
COUNT = re.compile(r"(\d{1,3})[ \t]", re.ASCII)
SUMMARY = re.compile(rf"^(?:{DAY}#[^;；#]{{1,60}}[;；]?){{1,400}}$", re.ASCII)


class Wrapped(NamedTuple):
    """One announcement without its wrapper, and what its wrapper adds."""

    text: str
    announced_on: str | None = None
    title: str | None = None
    code: str | None = None


def split_wrapper(text: str) -> tuple[Wrapped, ...]:
    """Every announcement of a cell or an export, in order.

    Raises ``Reject``: announcement_too_long, announcement_unreadable, announcement_lost (the cell's own count is another).
    """
    if not isinstance(text, str):
        raise Reject("announcement_unreadable", f"{text!r:.60} is not a text")
    if len(text) > LONGEST:
        raise Reject("announcement_too_long", f"{len(text)} characters; accepted: {LONGEST}")
    text = text.replace("\r\n", "\n").replace("\\n", "\n").strip()
    if SUMMARY.match(text):
        return tuple(
            Wrapped(title, read_date(day), title)
            for day, _, title in (piece.partition("#") for piece in re.split("[;；]", text) if piece)
        )
    for pattern in (EXPORT, VENDOR):
        found = list(pattern.finditer(text))
        if found:
            if pattern is VENDOR:
                counted(text, len(found))
            ends = [match.start() for match in found[1:]] + [len(text)]
            return tuple(block(match, text[match.end() : end]) for match, end in zip(found, ends, strict=True))
    return (Wrapped(text),) if text else ()


def counted(cell: str, found: int) -> None:
    """A vendor's cell says how many announcements it holds. Raises announcement_lost when that many were not found."""
    count = COUNT.match(cell)
    if count and int(count[1]) != found:
        raise Reject(
            "announcement_lost", f"the cell holds {count[1]} announcements by its own count, {found} were read"
        )


def block(match: re.Match[str], rest: str) -> Wrapped:
    """One record of an export or a vendor's column; a text that is missing is its title."""
    title = match[2].strip()
    return Wrapped(rest.strip("# \t\n") or title, read_date(match[1]), title)


def unwrap(text: str) -> Wrapped:
    """The one announcement of a text. Raises announcement_several when there are more."""
    pieces = split_wrapper(text)
    if len(pieces) > 1:
        raise Reject("announcement_several", f"{len(pieces)} announcements stand in one text; split them first")
    return pieces[0] if pieces else Wrapped("")
