"""Operations: what a piece of work costs, counted and not timed, so that a law of growth holds on any machine.

    with counted() as few:
        hub.sight(more)

An operation is one executed line of the hub's own packages, each turn of a loop and of a comprehension anew. Two runs of the same
work count the same, if caches are as warm in both (do the work once before) and nothing iterates over a set of strings, whose
order changes with the process. What happens inside a call of a C function (``sorted``, a codec, a copy of a dict) counts as the
one line that calls it: where bytes grow, count bytes as well. Counting slows the work down about tenfold.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("schemas", "connectors", "streams", "sinks", "ops")
FOLDERS = tuple(f"{ROOT / package}/" for package in PACKAGES)


class Operations:
    """A count that goes on while ``counted`` is open; ``dearest`` tells where it came from."""

    def __init__(self) -> None:
        self.by_code: Counter[CodeType] = Counter()

    @property
    def count(self) -> int:
        return self.by_code.total()

    def dearest(self, number: int = 5) -> list[tuple[str, int]]:
        """The functions with the most operations, for the message of a failing test."""
        return [(code.co_qualname, count) for code, count in self.by_code.most_common(number)]


@contextmanager
def counted() -> Iterator[Operations]:
    """Counts what this thread does inside the block. Whoever traces already (a debugger) goes on afterwards."""
    operations = Operations()
    by_code, ours = operations.by_code, dict[CodeType, bool]()

    def of_a_line(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            by_code[frame.f_code] += 1
        return of_a_line

    def of_a_call(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if code not in ours:
            ours[code] = code.co_filename.startswith(FOLDERS)
        return of_a_line if ours[code] else None

    before = sys.gettrace()
    sys.settrace(of_a_call)
    try:
        yield operations
    finally:
        sys.settrace(before)
