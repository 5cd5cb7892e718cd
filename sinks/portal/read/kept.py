"""Kept: pages and answers that stay as they are until the store changes what they depend on.

All readers see the same pages, so an address with its language and its question is the whole key. Whoever adds a door at which
readers differ adds to the key what they differ in.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from sinks.portal.read.versions import Version

MOST = 2_000  # pages and answers; the largest pages have 100 kB
LARGEST_BYTES = 32 << 20  # of all pages
Value = TypeVar("Value")


class Shelf:
    """Values by key, the last used ones. What was made under an older version is not asked for again and falls off."""

    def __init__(self, most: int = MOST, largest: int = LARGEST_BYTES) -> None:
        self._most, self._largest = most, largest
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value under this key, made when it is not there; two threads may make the same at once."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                kept: Value = self._values[key]
                return kept
        value = make()
        with self._lock:
            self._bytes += _size(value) - _size(self._values.get(key))
            self._values[key] = value
            while len(self._values) > self._most or self._bytes > self._largest:
                self._bytes -= _size(self._values.popitem(last=False)[1])
        return value


def _size(value: object) -> int:
    """The bytes of a page; answers are few and small."""
    return len(value) if isinstance(value, bytes) else 0


class Kept:
    """What one portal keeps. ``version``: one state of the store, for as long as it is open."""

    def __init__(self, version: Callable[[], AbstractContextManager[Version]]) -> None:
        self._open = version
        self._shelf = Shelf()
        self._version: ContextVar[Version | None] = ContextVar("version", default=None)

    @contextmanager
    def one_version(self) -> Iterator[None]:
        """What is asked inside is of one version, and is kept under it."""
        with self._open() as version:
            before = self._version.set(version)
            try:
                yield
            finally:
                self._version.reset(before)

    def get(self, families: tuple[str, ...], question: Hashable, make: Callable[[], Value]) -> Value:
        """What depends on these families of records alone; outside of ``one_version`` it is made each time."""
        version = self._version.get()
        return make() if version is None else self._shelf.get((question, version.of(families)), make)
