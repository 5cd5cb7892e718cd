"""The definitions of sources: the only door to YAML. One folder a platform, its name is the source's id."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from ops import telemetry
from ops.settings import Settings
from schemas.errors import Misconfigured, NotFound
from schemas.nearest import meant_in, missing, unknown
from schemas.source.checks import complaints
from schemas.source.complaint import Complaint
from schemas.source.model import Source
from schemas.source.refusals import complaint

NAME = re.compile(r"[a-z][a-z0-9_]*")
OWN_SOURCE = (
    "hub_desk"  # what this hub's own desk publishes: its platform is the portal, whose address only settings know
)
MOST_COMPLAINTS = 10  # in one message; the next load names the others


class Told(NamedTuple):
    """What is wrong in a file: the line, the key with those above it, and what would be accepted."""

    file: Path
    line: int
    key: str
    message: str

    def sentence(self, file: Path) -> str:
        """In one line; the file is named where it is another one than this."""
        return f"{'' if self.file == file else f'{self.file}: '}line {self.line}: {self.key}: {self.message}"


class Place(NamedTuple):
    """A line of a file, and how many of the keys that lead to a value are in it."""

    line: int
    found: int


class Loaded(NamedTuple):
    """The definitions that can be used, by id, and why each of the others cannot."""

    sources: dict[str, Source]
    refused: dict[str, Misconfigured]


def load_sources(folder: Path, settings: Settings | None = None) -> dict[str, Source]:
    """The definitions of a folder that can be used, by id; what is wrong with the others is logged and measured.

    Raises Misconfigured when there are definitions and none of them can be used.
    """
    return load_all(folder, settings).sources


def load_all(folder: Path, settings: Settings | None = None) -> Loaded:
    """The same, with why each of the others cannot be used."""
    loaded = read_sources(folder, settings)
    telemetry.gauge("tongda_sources_refused", len(loaded.refused))
    for name, error in loaded.refused.items():
        telemetry.log("source_refused", "error", source=name, code=error.code, message=error.message)
    if loaded.refused and not loaded.sources:
        raise next(iter(loaded.refused.values()))
    return loaded


def read_sources(folder: Path, settings: Settings | None = None) -> Loaded:
    """Every definition in the folder, each loaded by itself: a bad one blocks no other.

    Raises Misconfigured T3010 when there is no such folder.
    """
    if not folder.is_dir():
        raise _unreadable(folder, "there is no such folder", "tongda settings explain TONGDA_SOURCES")
    loaded = Loaded({}, {})
    for file in sorted(folder.glob("*/source.yml")):
        try:
            source = load_source(file)
        except Misconfigured as error:
            loaded.refused[file.parent.name] = error
            continue
        loaded.sources[source.id] = _placed(source, settings)
    return loaded


def load_source(file: Path) -> Source:
    """One definition as it is written.

    Raises Misconfigured: T3010 not readable, T3011 not a definition, T3012 the folder has another name.
    """
    source = load_definition(file)
    if source.id != file.parent.name:
        raise Misconfigured(
            f"{file}: id {source.id!r} is not the folder's name {file.parent.name!r}",
            code="T3012",
            next_step=f"mv {file.parent} {file.parent.parent / source.id}",
        )
    return source


def load_definition(file: Path) -> Source:
    """One definition, wherever its file stands. Raises Misconfigured: T3010 not readable, T3011 not a definition."""
    content = completed(file, read_yaml(file))
    source, found = judged(content)
    if found or source is None:
        raise _unusable(file, found)
    return source


def judged(content: Any) -> tuple[Source | None, list[Complaint]]:
    """A definition's plain value as the model, and all that is wrong with it; no model where a value has another shape."""
    source = None
    try:
        source = Source.model_validate(content)
        found = list(complaints(source))
    except ValidationError as error:
        found = [complaint(each) for each in error.errors()]
    if isinstance(content, dict) and "synthetic" in content:
        found.append(Complaint(("synthetic",), "is set by the hub for the stand-ins; accepted: nothing"))
    return source, found


def _unusable(file: Path, found: Sequence[Complaint]) -> Misconfigured:
    """The refusal of a definition, with all that is wrong in it; the next step is about the first of these."""
    files = [file, *shared_by(file)]
    roots = [yaml.compose(each.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for each in files]
    told = []
    for place, message in found:
        steps = [_line(root, place) for root in roots]
        nearest = max(range(len(files)), key=lambda each: steps[each].found)  # the own file where both have the key
        told.append(Told(files[nearest], steps[nearest].line, "/".join(place) or "the file", message))
    first, meant = told[0], meant_in(told[0].message)
    english = "\n".join(each.sentence(file) for each in told[:MOST_COMPLAINTS])
    if len(told) > MOST_COMPLAINTS:
        english += f"\n… and {len(told) - MOST_COMPLAINTS} more"
    chinese = f"第 {first.line} 行 {first.key} 有误{f',是否指 {meant}?' if meant else ''}(共 {len(told)} 处)"
    step = f"line {first.line} of {first.file}: " + (f"write {meant}" if meant else f"correct {first.key}")
    return Misconfigured(
        f"{file}: {english} · {first.file} {chinese}",
        code="T3011",
        next_step=f"{step}; then tongda sources check {file.parent.name}",
    )


def completed(file: Path, content: Any) -> Any:
    """A definition that is ``like`` another: what the shared one says, and beside or over it what its own file says.

    Many parks, centres and universities publish alike: what they share stands once, in ``shared/<name>.yml`` beside
    their folders. Raises Misconfigured T3010, T3011.
    """
    if not isinstance(content, dict) or "like" not in content:
        return content
    name = content["like"]
    shared = file.parent.parent / "shared" / f"{name}.yml"
    if not isinstance(name, str) or not NAME.fullmatch(name) or not shared.is_file():
        known = sorted(path.stem for path in shared.parent.glob("*.yml"))
        found = [Complaint(("like",), unknown(str(name), known, "shared definition"))]
        raise _unusable(file, found)
    own = {key: value for key, value in content.items() if key != "like"}
    return merged(read_yaml(shared), own)


def merged(shared: Any, own: Any) -> Any:
    """Two mappings as one, key by key; where both say something, the own value. ``null`` takes a key away."""
    if not isinstance(shared, dict) or not isinstance(own, dict):
        return own
    whole = {**shared, **{key: merged(shared.get(key), value) for key, value in own.items()}}
    return {key: value for key, value in whole.items() if value is not None or key not in own}


def schema() -> dict[str, Any]:
    """JSON Schema of source.yml, by which editors complete and check its keys."""
    found = Source.model_json_schema(by_alias=True)
    found["properties"].pop("synthetic")
    like = {"type": "string", "description": "shared definition, shared/<like>.yml", "title": "Like"}
    found["properties"] = {"like": like, **found["properties"]}
    found["required"] = ["id"]  # a shared definition may say the rest
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": "source.yml"}


def read_yaml(file: Path) -> Any:
    """The plain value of a YAML file. Raises Misconfigured T3010: not readable, or a key stands twice."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_Strict)
    except yaml.MarkedYAMLError as error:
        where, what = _place_of(error)
        raise _unreadable(file, f"{where}{what}", f"correct {file}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise _unreadable(file, str(error), f"correct {file}") from None


def as_yaml(value: Mapping[str, Any]) -> str:
    """The text of a definition, its keys in their order."""
    return yaml.safe_dump(dict(value), allow_unicode=True, sort_keys=False, width=120)


def _place_of(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """Line and column of a mistake, and what it is."""
    mark = error.problem_mark or error.context_mark
    what = "; ".join(part for part in (error.problem, error.context) if part)
    return (f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""), what


def _unreadable(path: Path, why: str, next_step: str) -> Misconfigured:
    return Misconfigured(f"{path}: {why} · {path} 无法读取", code="T3010", next_step=next_step)


def shared_by(file: Path) -> list[Path]:
    """The shared definition that a file is ``like``, where there is one."""
    content = read_yaml(file)
    name = content.get("like") if isinstance(content, dict) else None
    shared = file.parent.parent / "shared" / f"{name}.yml"
    return [shared] if name and shared.is_file() else []


def _line(node: yaml.Node | None, place: Sequence[str]) -> Place:
    """Where a key stands, or the nearest key above it."""
    line = node.start_mark.line if node else 0
    found = 0
    for name in place:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == name), None)
        elif isinstance(node, yaml.SequenceNode) and name.isdigit() and int(name) < len(node.value):
            pair = (node.value[int(name)], node.value[int(name)])
        else:
            pair = None
        if pair is None:
            break
        line, node, found = pair[0].start_mark.line, pair[1], found + 1
    return Place(line + 1, found)


def _placed(source: Source, settings: Settings | None) -> Source:
    """The source at the address the settings name; a stand-in's answers are sample data."""
    if settings is not None and source.id == OWN_SOURCE and settings.public_url and not is_named(source, settings):
        access = source.access.model_copy(update={"base": settings.public_url})
        return source.model_copy(update={"access": access})
    if settings is None or not is_named(source, settings):
        return source
    return source.model_copy(
        update={
            "access": source.access.model_copy(update={"base": settings.source_bases[source.id]}),
            "synthetic": source.id in settings.synthetic_sources,
        }
    )


def is_named(source: Source, settings: Settings) -> bool:
    """Whether the settings have an address of its own for it."""
    return source.id in settings.source_bases


def polled(sources: Mapping[str, Source], settings: Settings) -> dict[str, Source]:
    """Those that can be polled: the hub's own list only where its portal has an address."""
    has_own = bool(settings.public_url) or OWN_SOURCE in settings.source_bases
    return {name: source for name, source in sources.items() if name != OWN_SOURCE or has_own}


class _Strict(yaml.CSafeLoader):
    """YAML in which a key stands once; the usual reader keeps the last of two in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def named_source(sources: Mapping[str, Source], source: str) -> Source:
    """The source of that id. Raises NotFound."""
    if source not in sources:
        raise NotFound(missing(source, sources, "source", "平台"), next_step="tongda sources list")
    return sources[source]


def must_have(source: Source, feed: str) -> None:
    """Raises NotFound when the source has no such feed."""
    if feed not in source.feeds:
        raise NotFound(
            missing(feed, source.feeds, f"feed of {source.id}:", f" {source.id} 的栏目"),
            next_step=f"tongda sources show {source.id}",
        )
