"""Every regular expression of the words and the stages, and whether it repeats a repetition."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import schemas
import streams

PACKAGES: tuple[ModuleType, ...] = (schemas, streams)
OF_KAFKA = re.compile(r"^\s*(?:import|from) (?:faust|mode|aiokafka)\b", re.MULTILINE)  # slow to import: literals only
REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Each pattern once with its place: compiled in a module, also inside tuples and tables, or a literal in a call."""
    found: dict[tuple[str, int], str] = {}
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for place, pattern in of_module(module.name):
                if found.setdefault((pattern.pattern, pattern.flags), place) is place:
                    yield place, pattern


def of_module(name: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns of one module."""
    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.origin is not None
    source = Path(spec.origin).read_text("utf-8")
    if not OF_KAFKA.search(source) and not name.endswith("__main__"):
        for variable, value in vars(importlib.import_module(name)).items():
            for pattern in compiled(value):
                yield f"{name}.{variable}", pattern
    yield from written(name, source)


def compiled(value: object) -> Iterator[re.Pattern[str]]:
    """The patterns within a module's value."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, frozenset)):
        for each in value:
            yield from compiled(each)
    elif isinstance(value, Mapping):
        yield from compiled(tuple(value.values()))


def written(module: str, source: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Patterns that stand as a literal in a call of ``re``."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("re"), attr=call), args=[ast.Constant(str(text)), *_]):
                head = r"\A" if call in ("match", "fullmatch") else ""
                yield f"{module}:{node.lineno}", re.compile(f"{head}(?:{text})")


def repeats_a_repetition(pattern: re.Pattern[str]) -> bool:
    """Whether an unbounded repetition stands inside another, as in ``(a+)+``: some texts then take for ever."""
    return _nests(parser.parse(pattern.pattern, pattern.flags), inside=False)


def _nests(parts: Iterable[tuple[Any, Any]], inside: bool) -> bool:
    for operation, value in parts:
        if operation in REPEATS:
            _, most, repeated = value
            unbounded = most is constants.MAXREPEAT
            if (unbounded and inside) or _nests(repeated, inside or unbounded):
                return True
        elif any(_nests(part, inside) for part in _parts_of(operation, value)):
            return True
    return False


def _parts_of(operation: Any, value: Any) -> list[Any]:
    """What a group, an alternative or an assertion consists of."""
    if operation is constants.SUBPATTERN:
        return [value[-1]]
    if operation is constants.BRANCH:
        return list(value[1])
    if operation in (constants.ASSERT, constants.ASSERT_NOT):
        return [value[1]]
    return [value] if operation is constants.ATOMIC_GROUP else []
