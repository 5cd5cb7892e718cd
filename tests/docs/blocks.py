"""Code blocks of a guide that stand for files or for changes of files: the info string names a language and a path.

A block of the language ``diff`` changes a file: its lines begin with a blank (they stand there already), with ``-`` (they
go) or with ``+`` (they come). Line numbers are left out, for a reader finds the place by the lines around it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "guides"
BLOCK = re.compile(r"^```([a-z]+) (\S+)\n(.*?)^```$", re.M | re.S)


class Block(NamedTuple):
    """One file, or one change of it; the path is relative to the repository."""

    language: str
    path: str
    content: str

    @property
    def is_change(self) -> bool:
        return self.language == "diff"


def blocks(guide: str) -> tuple[Block, ...]:
    """The files and changes of ``docs/guides/<guide>.md``, in order."""
    return blocks_in((GUIDES / f"{guide}.md").read_text(encoding="utf-8"))


def blocks_in(text: str) -> tuple[Block, ...]:
    """The files and changes that a document names, in order."""
    return tuple(Block(*match.groups()) for match in BLOCK.finditer(text))


def follow(guide: str, folder: Path) -> None:
    """Do in a copy of the repository what the guide says."""
    for block in blocks(guide):
        file = folder / block.path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = changed(file.read_text(encoding="utf-8"), block.content) if block.is_change else block.content
        file.write_text(text, encoding="utf-8")


def changed(text: str, change: str) -> str:
    """The text with a change made. Raises ValueError unless the lines that stand there already do so exactly once."""
    lines = change.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    if not before or text.count(before) != 1:
        raise ValueError(f"these lines stand {text.count(before) if before else 0} times in the file:\n{before}")
    return text.replace(before, after)
