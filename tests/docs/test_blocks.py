"""How a guide's blocks become files."""

from __future__ import annotations

import pytest

from tests.docs.blocks import Block, blocks_in, changed

TEXT = "```json a/b.json\n{}\n```\n\n```\nno file\n```\n\n```diff a/c.py\n x\n+y\n```\n"


def test_only_blocks_with_a_path_are_files_or_changes() -> None:
    assert blocks_in(TEXT) == (Block("json", "a/b.json", "{}\n"), Block("diff", "a/c.py", " x\n+y\n"))
    assert [block.is_change for block in blocks_in(TEXT)] == [False, True]


def test_a_change_puts_lines_in_and_takes_lines_out() -> None:
    assert changed("a\nb\nc\n", " a\n-b\n+B\n+d\n") == "a\nB\nd\nc\n"


@pytest.mark.parametrize("text", ["a\nc\n", "a\nb\na\nb\n"])
def test_a_change_whose_place_is_missing_or_not_the_only_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="times in the file"):
        changed(text, " a\n-b\n+B\n")
