"""JSON Schemas (draft 2020-12) of the public records, made from their classes: what is served, and what tests hold every record to.

Types, bounds and codes are those of the class; titles are the terms of its kind, or of titles.csv for what every record has.
Nothing is forbidden beside what is named: a reader ignores what a later release adds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from schemas.cloud_events import SCHEMA
from schemas.fields.date import CANONICAL
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import FieldRule, Occurrence, Values, rules_of
from schemas.records.base import Record
from schemas.records.event import EVENTS, Event
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.records.source_status import SourceStatus
from schemas.topics import DEMAND, SOURCE_STATUS, STATISTICS, SUPPLY, TOPICS, Topic
from schemas.topics import EVENTS as TOPIC_OF
from schemas.wire import decode
from schemas.words import Term

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEFS = "#/$defs/"
Schema = dict[str, Any]

PUBLIC_TOPICS: tuple[Topic, ...] = tuple(topic for topic in TOPICS if topic.is_public)
RECORDS: Mapping[str, type[Record]] = {
    **{TOPIC_OF[kind].name: event for kind, event in EVENTS.items()},
    SUPPLY.name: Listing,
    DEMAND.name: Listing,
    **{topic.name: Point for topic in STATISTICS},
    SOURCE_STATUS.name: SourceStatus,
}


def address(topic: Topic) -> str:
    """Where its schema is served: ``/schemas/tongda.transfer/v1.json``."""
    name, _, version = topic.name.rpartition(".")
    return f"/schemas/{name}/{version}.json"


@cache
def schema_of(topic: Topic) -> Schema:
    """The JSON Schema of a public topic's values, complete in itself. Raises KeyError for a topic that is not public."""
    record = RECORDS[topic.name]
    parts = dict(parts_of(record))
    return {
        "$schema": DIALECT,
        "$id": f"{SCHEMA}{topic.name}",
        **parts.pop(record.__name__),
        "title": both(title_of(topic)),
        "x-tongda-topic": topic.name,
        "x-tongda-class": topic.secrecy,
        "examples": [examples()[topic.name]] if topic.name in examples() else [],
        "$defs": parts,
    }


def title_of(topic: Topic) -> Term:
    """What a topic holds, in words."""
    record = RECORDS[topic.name]
    return BY_NAME[record.kind].label if issubclass(record, Event) else titles()["", topic.name]


@cache
def parts_of(record: type[Record], refs: str = DEFS) -> Schema:
    """The schemas of a record's class and of all classes within it, by their names."""
    _, components = msgspec.json.schema_components((record,), ref_template=refs + "{name}")
    return {cls.__name__: _told(cls, components[cls.__name__]) for cls in structs(record)}


def structs(record: type[Record]) -> Iterator[type]:
    """A record's class and all classes within it, each once."""
    seen: set[type] = set()

    def within(part: Any) -> Iterator[type]:
        if isinstance(part, msgspec.inspect.StructType) and part.cls not in seen:
            seen.add(part.cls)
            yield part.cls
            for field in part.fields:
                yield from within(field.type)
        inner = (getattr(part, name, None) for name in ("type", "item_type", "key_type", "value_type"))
        for each in (*filter(None, inner), *getattr(part, "types", ())):
            yield from within(each)

    yield from within(msgspec.inspect.type_info(record))


@cache
def examples() -> Mapping[str, Any]:
    """A record of each topic as the stages published it; ``python -m tests.conformance.contract`` makes them anew."""
    return dict(decode(files(__package__).joinpath("examples.json").read_bytes()))


@cache
def titles() -> Mapping[tuple[str, str], Term]:
    """(class, or nothing for every class; field or topic) → its title."""
    lines = files(__package__).joinpath("titles.csv").read_text(encoding="utf-8").splitlines()
    return {(row["record"], row["field"]): Term(row["zh"], row["en"]) for row in csv.DictReader(lines)}


def both(term: Term) -> str:
    """A title in both languages."""
    return f"{term.zh} · {term.en}"


def _told(cls: type, schema: Schema) -> Schema:
    """The schema of a class with what people need beside types: titles, words of codes, where it is from, who may read it."""
    rules = rules_of(cls) if issubclass(cls, Occurrence) else {}
    properties = {name: {**_title(cls, name, rules), **part} for name, part in schema["properties"].items()}
    origin = Event if issubclass(cls, Event) else cls
    told = {
        **schema,
        "description": " ".join((origin.__doc__ or "").split()),
        "x-tongda-source": f"{origin.__module__}.{origin.__qualname__}",
        "properties": properties,
    }
    if issubclass(cls, Occurrence):
        told["title"] = both(cls.label)
    if issubclass(cls, Event):
        phases = BY_NAME[cls.kind].phases
        properties["phase"] |= {"enum": [*phases], "x-tongda-words": _words(phases)}
    return told


def _title(cls: type, name: str, rules: Mapping[str, FieldRule]) -> Schema:
    """What is said of a field beside its type."""
    if rule := rules.get(name):
        return {
            "title": both(rule.label),
            **({"x-tongda-words": _words(rule.values)} if rule.values else {}),
            **({"x-tongda-class": rule.secrecy} if rule.secrecy != "public" else {}),
        }
    title: Schema = {"title": both(titles().get((cls.__name__, name)) or titles()["", name])}
    if name.endswith("_at") or name == "as_of":
        return title | {"format": "date-time"}
    return title | ({"pattern": CANONICAL.pattern} if name.endswith("_on") else {})


def _words(values: Values) -> dict[str, str]:
    """Codes with their words in both languages."""
    return {code: both(term) for code, term in values.items()}
