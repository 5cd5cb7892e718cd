"""Bug: one change of the code that breaks a promise, and the tests that must fail of it."""

from __future__ import annotations

from typing import NamedTuple

from tests.planted.hook.planting import Change


class Bug(NamedTuple):
    """``target``, ``before`` and ``after`` are those of ``Change`` in hook/planting.py; ``why`` is what a user would suffer."""

    name: str
    why: str
    target: str
    before: str
    after: str
    tests: tuple[str, ...]

    @property
    def change(self) -> Change:
        return Change(self.target, self.before, self.after)
