"""What a test needs beyond this process, read off its folder, its fixtures and its code; what needs nothing is a unit test.

=========  ===================================================  =====================================================
mark       meaning                                              how it is known
=========  ===================================================  =====================================================
live       a real broker or a real database                     folder ``live``, or a fixture that starts one
browser    headless Chromium                                    folder ``browser``
torture    faults put into a machine or a whole hub             folder ``torture``
world      months of a simulated province: pure, but slow       folder ``sandbox``
data       real records, which not every machine has            folder ``measures``
http       requests to a platform within this process: pure,    the fixture ``client``
           but with its waits
slow       thousands of records or requests: pure, but slow     by hand: laws of growth, every key of source.yml
whole      every file of the project: pure, but slow             by hand: what holds for all code and all documents
process    child processes                                      its code, or a helper's or fixture's, names subprocess
unit       none of these                                        the rest; whoever starts a process all the same fails
=========  ===================================================  =====================================================

A mark may also be given by hand where nothing of this shows it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

NEEDS = ("live", "browser", "torture", "world", "data", "http", "slow", "whole", "process")
NEEDED = frozenset(NEEDS)
FOLDERS = {"live": "live", "browser": "browser", "torture": "torture", "sandbox": "world", "measures": "data"}
SERVICES = frozenset({"kafka", "database", "read_model"})  # fixtures; the last starts a database by its name
REQUESTS = "client"  # the fixture that polls platforms
STARTERS = frozenset({"subprocess", "multiprocessing"})
STARTS = frozenset({"subprocess.Popen", "os.fork", "os.posix_spawn", "os.system"})  # audit events of the interpreter


def mark(item: pytest.Item) -> None:
    """Give a collected test the marks of what it needs, or that of a unit test."""
    for need in of_folders(item.path.parent, item.config.rootpath):
        item.add_marker(need)
    if SERVICES.intersection(getattr(item, "fixturenames", ())):
        item.add_marker("live")
    if REQUESTS in getattr(item, "fixturenames", ()):
        item.add_marker("http")
    if any(starts_processes(function) for function in functions_of(item)):
        item.add_marker("process")
    if NEEDED.isdisjoint(marker.name for marker in item.iter_markers()):
        item.add_marker("unit")


@cache
def of_folders(folder: Path, root: Path) -> tuple[str, ...]:
    """What the tests of a folder need by its name or that of one above it."""
    return tuple(FOLDERS[part] for part in folder.relative_to(root).parts if part in FOLDERS)


def functions_of(item: pytest.Item) -> Iterator[FunctionType]:
    """The test itself and its fixtures."""
    fixtures: Iterable[Any] = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {}).values()
    for function in (getattr(item, "function", None), *(each.func for found in fixtures for each in found)):
        if isinstance(function, FunctionType):
            yield function


@cache
def starts_processes(function: FunctionType) -> bool:
    """Whether its code names a module that starts processes, or a function of the tests whose code does."""
    return names_a_starter(function, set())


def names_a_starter(function: FunctionType, seen: set[CodeType]) -> bool:
    if function.__code__ in seen:
        return False
    seen.add(function.__code__)
    for name in names_in(function.__code__):
        value = function.__globals__.get(name)
        if isinstance(value, ModuleType) and value.__name__ in STARTERS:
            return True
        if isinstance(value, FunctionType) and value.__module__.startswith("tests.") and names_a_starter(value, seen):
            return True
    return False


def names_in(code: CodeType) -> Iterator[str]:
    """Names that code and the functions within it use."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


class Guard:
    """Refuses child processes while a unit test runs, so that the mark keeps its meaning."""

    def __init__(self) -> None:
        self._watched = ""
        sys.addaudithook(self._heard)

    @contextmanager
    def watching(self, item: pytest.Item) -> Iterator[None]:
        self._watched = item.nodeid if item.get_closest_marker("unit") else ""
        try:
            yield
        finally:
            self._watched = ""

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._watched and event in STARTS:
            test, self._watched = self._watched, ""
            raise RuntimeError(f"{test} starts a process ({event} {arguments[:1]}): mark it with pytest.mark.process")
