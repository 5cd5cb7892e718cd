"""Planting: one bug is put into a syntax tree or a named SQL statement, on its way from the file into the interpreter.

Imported by ``sitecustomize`` beside it, before anything of the hub and with nothing but the standard library.

A target is ``module:qualified.name`` (a class, a function, a module-level name; nothing after the colon: the whole module) or
``path/to/queries.sql:name_of_the_statement``. ``before`` is Python (or SQL) that stands in the target exactly once, compared by
syntax tree (or by words), so that line breaks, spaces, comments and quotes do not matter. ``after`` takes its place. Without
``before``, ``after`` is the whole target anew.
"""

from __future__ import annotations

import ast
import importlib.machinery
import pathlib
import re
import sys
import types
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import Any, NamedTuple


class NotPlantable(ValueError):
    """The target is not there, or ``before`` does not stand in it exactly once."""


class Change(NamedTuple):
    """What becomes of the target."""

    target: str
    before: str
    after: str

    @property
    def file(self) -> str:
        """The module or SQL file of the target."""
        return self.target.partition(":")[0]

    @property
    def name(self) -> str:
        """What in it is changed; empty: anything."""
        return self.target.partition(":")[2]

    @property
    def is_sql(self) -> bool:
        return self.file.endswith(".sql")


# --- Python ---------------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Neighbouring nodes in a field of their parent; ``number`` is None where the field holds one node and not a list."""

    parent: ast.AST
    field: str
    number: int | None
    length: int

    def put(self, nodes: Sequence[ast.AST]) -> None:
        if self.number is None:
            setattr(self.parent, self.field, nodes[0])
        else:
            getattr(self.parent, self.field)[self.number : self.number + self.length] = nodes


def planted_tree(source: str, change: Change) -> ast.Module:
    """The module with the bug in it. Raises ``NotPlantable``."""
    tree = ast.parse(source)
    if not change.before:
        places, nodes = [_place_of(tree, change)], list[ast.AST](ast.parse(change.after).body)
    else:
        scope = tree if not change.name else _scope(tree, change)
        places, nodes = _matches(scope, change)
    if len(places) != 1:
        raise NotPlantable(f"{change.before!r} stands {len(places)} times in {change.target}")
    places[0].put(nodes)
    for node in ast.walk(tree):
        if getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
    return ast.fix_missing_locations(tree)


def _matches(scope: ast.AST, change: Change) -> tuple[list[Place], list[ast.AST]]:
    """Every place where ``before`` stands, and what comes there."""
    old, new = ast.parse(change.before).body, ast.parse(change.after).body
    readings: list[tuple[list[ast.AST], list[ast.AST]]] = [(list(old), list(new))]
    if _are_expressions(old) and _are_expressions(new):
        readings = [([old[0].value], [new[0].value])]  # type: ignore[attr-defined]
    elif keywords := _keyword(old):
        readings.append((keywords, _keyword(new)))  # f(name=value) as well as a statement name = value
    for pattern, replacement in readings:
        if places := list(_find(scope, pattern)):
            return places, replacement
    return [], []


def _are_expressions(body: Sequence[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.Expr)


def _keyword(body: Sequence[ast.stmt]) -> list[ast.AST]:
    """``name=value`` as an argument; an empty text takes the argument away."""
    return [
        ast.keyword(arg=statement.targets[0].id, value=statement.value)
        for statement in body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    ]


def _find(scope: ast.AST, pattern: Sequence[ast.AST]) -> Iterator[Place]:
    wanted = [_form(node) for node in pattern]
    for parent in ast.walk(scope):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                for number in range(len(value) - len(wanted) + 1):
                    if [_form(node) for node in value[number : number + len(wanted)]] == wanted:
                        yield Place(parent, field, number, len(wanted))
            elif len(wanted) == 1 and isinstance(value, ast.AST) and _form(value) == wanted[0]:
                yield Place(parent, field, None, 1)


def _form(node: Any) -> str:
    """The text of a tree, alike for reading and writing a name."""
    return re.sub(r",? ?ctx=\w+\(\)", "", ast.dump(node)) if isinstance(node, ast.AST) else repr(node)


def _scope(tree: ast.Module, change: Change) -> ast.AST:
    place = _place_of(tree, change)
    found: ast.AST = getattr(place.parent, place.field)[place.number]
    return found


def _place_of(tree: ast.Module, change: Change) -> Place:
    """Where the target's own statement stands."""
    scope, place = [*_statements(tree)], None
    for part in change.name.split("."):
        found = [one for one in scope if part in _names(getattr(one.parent, one.field)[one.number])]
        if len(found) != 1:
            raise NotPlantable(f"{change.target} is there {len(found)} times")
        place = found[0]
        scope = [*_statements(getattr(place.parent, place.field)[place.number])]
    assert place is not None
    return place


def _statements(node: ast.AST) -> Iterator[Place]:
    """Every statement inside, also below conditions, but not below another class or function."""
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            for number, child in enumerate(value):
                if isinstance(child, ast.stmt):
                    yield Place(node, field, number, 1)
                if isinstance(child, ast.AST) and not _names(child):
                    yield from _statements(child)


def _names(node: ast.AST) -> tuple[str, ...]:
    """What a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (node.name,)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return tuple(target.id for target in targets if isinstance(target, ast.Name))


# --- SQL ------------------------------------------------------------------------------------------------------------


def planted_sql(text: str, change: Change) -> str:
    """The file with the bug in the named statement. Raises ``NotPlantable``."""
    head = re.search(rf"^-- name: {change.name}\b[^\n]*\n", text, re.MULTILINE)
    if head is None:
        raise NotPlantable(f"{change.target} is not there")
    end = text.find("-- name: ", head.end())
    statement = text[head.end() : end if end >= 0 else len(text)]
    words = re.findall(r"\w+|[^\w\s]", change.before)
    pattern = r"\s*".join(re.escape(word) for word in words)
    if (times := len(re.findall(pattern, statement))) != 1:
        raise NotPlantable(f"{change.before!r} stands {times} times in {change.target}")
    changed = re.sub(pattern, lambda _: change.after, statement)
    return text[: head.end()] + changed + text[head.end() + len(statement) :]


# --- into this interpreter ------------------------------------------------------------------------------------------


class PlantedLoader(SourceFileLoader):
    """Loads one module with the bug in it; its bytecode is neither read from a file nor written to one."""

    change: Change

    def get_code(self, fullname: str) -> types.CodeType:
        source = self.get_data(self.path).decode()
        code: types.CodeType = compile(planted_tree(source, self.change), self.path, "exec", dont_inherit=True)
        return code


class PlantedFinder:
    """Finds the one module where it always is, and has it loaded by ``PlantedLoader``."""

    def __init__(self, change: Change) -> None:
        self.change = change

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        if fullname != self.change.file:
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            raise NotPlantable(f"{fullname} is not a Python file")
        spec.loader = PlantedLoader(fullname, spec.loader.path)
        spec.loader.change = self.change
        return spec


def plant(change: Change) -> None:
    """Whatever this interpreter imports (or reads) from now on has the bug in it."""
    if not change.is_sql:
        sys.meta_path.insert(0, PlantedFinder(change))
        return
    read_text = pathlib.Path.read_text

    def read_planted(self: pathlib.Path, *arguments: Any, **options: Any) -> str:
        text = read_text(self, *arguments, **options)
        return planted_sql(text, change) if self.as_posix().endswith(change.file) else text

    pathlib.Path.read_text = read_planted  # type: ignore[method-assign]
