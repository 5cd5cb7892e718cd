"""IPC 国际专利分类 and Locarno 外观设计分类: the shape (WIPO ST.8) is checked, not the edition (docs/domain.md#ipc-and-industries)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from schemas.errors import Reject

CANONICAL = re.compile(r"^[A-H]\d{2}[A-Z]\d{1,4}/\d{2,6}$", re.ASCII)
SPELLING = re.compile(
    r"^([A-H])\s{0,8}(\d{2})\s{0,8}([A-Z])\s{0,8}(\d{1,4})\s{0,8}[/／]\s{0,8}(\d{2,6})"
    r"(?:\s{0,8}[(（]\d{4}\.\d{2}[)）])?[IANL]{0,4};?$",
    re.ASCII,
)
PADDED = re.compile(r"^([A-H]\d{2}[A-Z])(\d{4})(\d{6})$", re.ASCII)
SUBCLASS = re.compile(r"^[A-H]\d{2}[A-Z]$", re.ASCII)
LOCARNO = re.compile(r"^(\d{2}-\d{2})(?:\s{0,8}[(（](\d{1,2})[)）])?$", re.ASCII)
SEPARATORS = re.compile(r"[;；|,，、\n]|(?<=\d)\s{2,}(?=[A-H]\d)")
LONGEST = 64


@lru_cache(maxsize=32_768)
def read_ipc(text: str) -> str:
    """One symbol in canonical form (H01L21/02), a bare subclass (C12N), a Locarno class (02-01). Raises ipc_shape."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise Reject("ipc_shape", f"{str(text)[:LONGEST]!r} is not an IPC symbol")
    shown = text.strip().upper()
    if CANONICAL.match(shown):
        return shown
    if found := SPELLING.match(shown):
        section, number, letter, group, subgroup = found.groups()
        return f"{section}{number}{letter}{int(group)}/{subgroup}"
    if found := PADDED.match(shown):
        return f"{found[1]}{int(found[2])}/{found[3].rstrip('0').ljust(2, '0')}"
    if SUBCLASS.match(shown):
        return shown
    if found := LOCARNO.match(shown):
        return found[1]
    raise Reject("ipc_shape", f"{text!r} is not an IPC symbol; accepted: H01L21/02, A01B0007000000, C12N, 02-01 (11)")


class Classes(NamedTuple):
    """The symbols of a list, each once, in order; and the pieces that are none: a class never costs a record."""

    read: tuple[str, ...]
    unread: tuple[str, ...] = ()


def read_ipcs(text: str) -> Classes:
    """The symbols of a list. Raises ipc_shape for what is no text."""
    if not isinstance(text, str):
        raise Reject("ipc_shape", f"{text!r:.80} is not a list of IPC symbols")
    return read_pieces(SEPARATORS.split(text))


def read_pieces(pieces: Iterable[str]) -> Classes:
    """The symbols among the pieces of a list."""
    read: dict[str, None] = {}
    unread = []
    for piece in filter(None, map(bare, pieces)):
        try:
            read[read_ipc(piece)] = None
        except Reject:
            unread.append(piece)
    return Classes(tuple(read), tuple(unread))


def bare(piece: str) -> str:
    """Without blanks, and without ?? where the gazette's table had lost one (U+2002)."""
    return piece.strip("? \t\r\n\u2002\u3000")
