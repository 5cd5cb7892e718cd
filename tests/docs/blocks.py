"""Code blocks of a guide that stand for files: a fence whose info string names a language and a path."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "guides"
BLOCK = re.compile(r"^```[a-z]+ (\S+)\n(.*?)^```$", re.M | re.S)


class Block(NamedTuple):
    """A file as a guide writes it; the path is relative to the repository."""

    path: str
    content: str


def blocks(guide: str) -> tuple[Block, ...]:
    """The files of ``docs/guides/<guide>.md``, in order."""
    return blocks_in((GUIDES / f"{guide}.md").read_text(encoding="utf-8"))


def blocks_in(text: str) -> tuple[Block, ...]:
    """The files that a document writes, in order."""
    return tuple(Block(*match.groups()) for match in BLOCK.finditer(text))
