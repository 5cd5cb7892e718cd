"""The glossary and the code use the same words: every class is explained, every identifier exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from schemas.kinds import KINDS
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import AUTHORITIES
from schemas.records.source_status import Verdict
from schemas.topics import TOPICS
from tests.code import nodes, parsed

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
PACKAGES = ("schemas", "connectors", "streams", "sinks", "ops")
WORD = re.compile(r"[A-Za-z][A-Za-z_-]*")


def explained() -> frozenset[str]:
    """Every identifier of the glossary: what stands between backticks and has the form of a name."""
    return frozenset(name for name in re.findall(r"`([^`]+)`", GLOSSARY) if WORD.fullmatch(name))


def classes(folder: str) -> Iterator[str]:
    """Public classes defined in a folder."""
    for file in sorted((ROOT / folder).glob("*.py")):
        tree = parsed(file)
        yield from (node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_")


@cache
def existing() -> frozenset[str]:
    """Every name the code defines: modules, classes, functions, fields, constants, and its words on the wire."""
    found: set[str] = set(PACKAGES)
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            found |= {file.stem, file.parent.name}
            for node in nodes(file):
                match node:
                    case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                        found.add(node.name)
                    case ast.Name():
                        found.add(node.id)
                    case ast.Constant(value=str(text)) if WORD.fullmatch(text):
                        found.add(text)
    return frozenset(found)


@pytest.mark.parametrize("folder", ["schemas/records", "schemas/kinds"])
def test_every_class_of_records_and_kinds_is_explained(folder: str) -> None:
    assert sorted(set(classes(folder)) - explained()) == []


def test_every_identifier_of_the_glossary_exists() -> None:
    assert sorted(explained() - existing()) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_stands_with_its_official_term_and_its_word_on_the_wire(kind: type[Occurrence]) -> None:
    row = next(line for line in GLOSSARY.splitlines() if f"`{kind.__name__}`" in line)
    assert kind.label.zh in row and f"`{kind.name}`" in row


def test_verdicts_authorities_and_what_writes_topics_are_explained() -> None:
    stages = {word for topic in TOPICS for word in re.findall("normalise|fold|tally", topic.written_by)}
    assert sorted({*get_args(Verdict), *AUTHORITIES, *stages, *PACKAGES} - explained()) == []


def test_no_word_is_explained_twice() -> None:
    section = GLOSSARY.partition("## The hub's own words")[2]
    words = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    assert len(words) == len(set(words)) > 30
