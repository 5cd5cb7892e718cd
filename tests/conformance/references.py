"""What documents and code point to: links, anchors, files, commands. Pure functions of texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

FENCE = re.compile(r"^```.*?^```", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.M)
# A document named in code: docs/domain.md#places, codes.md.
DOCUMENT = re.compile(r"(?<![\w/{}*.-])((?:[\w-]+/)*[\w-]+\.md(?!\w))(?:#([\w-]+))?")
# A file of ours named in code or in a document.
OURS = re.compile(r"(?<![\w/{}.-])((?:schemas|connectors|streams|sinks|ops|docs|tests)/[\w./-]*\w(?:\.\w+|/))")
CODE = re.compile(r"`([^`\n]+)`|^ {4,}(\S.*)$|^```[^\n]*\n(.*?)^```", re.M | re.S)
COMMAND = re.compile(r"(?:^|[\s/`(=])tongda((?: +(?:--?)?[\w=:./…-]+)*)")


class Command(NamedTuple):
    """A command as a document writes it: the words that name it, and the options behind them."""

    words: tuple[str, ...]
    options: tuple[str, ...]


def links(text: str) -> Iterator[str]:
    """The targets of all links outside of code."""
    yield from (match[1] for match in LINK.finditer(FENCE.sub("", text)))


@cache
def anchors(file: Path) -> frozenset[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    text = FENCE.sub("", file.read_text(encoding="utf-8"))
    return frozenset(slug(match[1]) for match in HEADING.finditer(text))


def slug(heading: str) -> str:
    """``Holder rule`` → ``holder-rule``."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def code_in(text: str) -> Iterator[str]:
    """Spans and blocks of code in a document."""
    for match in CODE.finditer(text):
        yield next(part for part in match.groups() if part is not None)


def commands(text: str) -> Iterator[Command]:
    """Every ``tongda`` command in the code of a document: words before the first argument, options anywhere."""
    for code in code_in(text):
        for line in code.splitlines():
            for match in COMMAND.finditer(line.partition(" #")[0]):
                given = match[1].split()
                words = [*given, ""]
                stop = next(at for at, word in enumerate(words) if not re.fullmatch(r"[a-z][a-z-]*", word))
                yield Command(tuple(given[:stop]), tuple(one.partition("=")[0] for one in given if one[:1] == "-"))
