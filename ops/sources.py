"""Reads the definitions of sources: one folder a platform, named by the source's id. The only module that imports YAML."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ops.settings import Settings
from schemas.errors import Misconfigured
from schemas.source.model import Source


def load_sources(folder: Path, settings: Settings | None = None) -> dict[str, Source]:
    """Every definition in the folder, checked, by id; with the addresses that settings put in place of its own.

    Raises Misconfigured: T3010 not readable, T3011 not a definition, T3012 the folder has another name.
    """
    if not folder.is_dir():
        raise _unreadable(folder, "there is no such folder", "tongda settings explain TONGDA_SOURCES")
    files = sorted(folder.glob("*/source.yml"))
    sources = (load_source(file) for file in files)
    return {source.id: _placed(source, settings) for source in sources}


def load_source(file: Path) -> Source:
    """One definition as it is written."""
    content = read_yaml(file)
    try:
        source = Source.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(map(str, first["loc"]))
        raise Misconfigured(
            f"{file}: {place}: {first['msg']}", code="T3011", next_step=f"tongda sources check {file.parent.name}"
        ) from None
    if source.id != file.parent.name:
        raise Misconfigured(
            f"{file}: id {source.id!r} is not the folder's name {file.parent.name!r}",
            code="T3012",
            next_step=f"mv {file.parent} {file.parent.parent / source.id}",
        )
    return source


def read_yaml(file: Path) -> Any:
    """The plain value of a YAML file. Raises Misconfigured T3010: not readable, or a key stands twice."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_Strict)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unreadable(file, str(error), f"correct {file}") from None


def _unreadable(path: Path, why: str, next_step: str) -> Misconfigured:
    return Misconfigured(f"{path}: {why} · {path} 无法读取:{why}", code="T3010", next_step=next_step)


def _placed(source: Source, settings: Settings | None) -> Source:
    """The source at the address the settings name; a stand-in's answers are sample data."""
    if settings is None or source.id not in settings.source_bases:
        return source
    return source.model_copy(
        update={
            "access": source.access.model_copy(update={"base": settings.source_bases[source.id]}),
            "synthetic": source.id in settings.synthetic_sources,
        }
    )


class _Strict(yaml.SafeLoader):
    """A YAML loader that refuses a key that stands twice; the standard one keeps the last without an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)
