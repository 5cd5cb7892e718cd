"""Compatibility: what a change of the contract would break for a reader that was written before it.

Beside new optional fields, new codes and new topics everything is a break: what was promised is neither taken away nor widened nor
narrowed, for records of before and after it stand side by side on a compacted topic. A break is a new version of the topic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from schemas.contract.records import DEFS, PUBLIC_TOPICS, RECORDS, parts_of
from schemas.kinds.occurrence import NARROWNESS

BOUNDS = ("minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum")
PINNED = (*BOUNDS, "pattern", "format")  # keywords that stay as they are
PROMISED = ("type", "enum", "anyOf", "properties", "required", "items", "additionalProperties", "$ref", *PINNED)
Schema = Mapping[str, Any]


class Contract(NamedTuple):
    """What subscribers may rely on: ``topics`` (key, policy, class, name of the record) and ``records`` by name."""

    topics: Mapping[str, Mapping[str, str]]
    records: Mapping[str, Schema]


def contract() -> Contract:
    """As the code has it now, without titles, examples and defaults."""
    topics = {
        each.name: {
            "key": each.key,
            "policy": each.policy,
            "class": each.secrecy,
            "record": RECORDS[each.name].__name__,
        }
        for each in PUBLIC_TOPICS
    }
    records = {name: _bare(part) for each in RECORDS.values() for name, part in parts_of(each).items()}
    return Contract(topics, dict(sorted(records.items())))


def _bare(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if name in PROMISED}
    if "properties" in kept:
        kept["properties"] = {name: _bare(part) for name, part in schema["properties"].items()}
    for name in ("anyOf", "items", "additionalProperties"):
        if name in kept:
            kept[name] = _bare(kept[name])
    return kept


def breaks(before: Contract, after: Contract) -> Iterator[str]:
    """Sentences on what a reader of the contract before could not read after it."""
    for name, promised in before.topics.items():
        now = after.topics.get(name)
        if now is None:
            yield f"{name}: the topic is gone"
            continue
        yield from (f"{name}: {part} was {promised[part]!r}, is {now[part]!r}" for part in ("key", "policy")
                    if promised[part] != now[part])  # fmt: skip
        if NARROWNESS[now["class"]] > NARROWNESS[promised["class"]]:  # type: ignore[index]
            yield f"{name}: was {promised['class']}, is {now['class']}"
        yield from _Comparison(before.records, after.records).of(
            {"$ref": promised["record"]}, {"$ref": now["record"]}, name
        )


class _Comparison(NamedTuple):
    """Of two sets of schemas; names of classes are no part of the promise, what they lead to is."""

    before: Mapping[str, Schema]
    after: Mapping[str, Schema]

    def of(self, before: Schema, after: Schema, at: str) -> Iterator[str]:
        """What of one value would be read otherwise."""
        old, new = _options(before, self.before), _options(after, self.after)
        if old.keys() != new.keys():
            yield f"{at}: was {' or '.join(sorted(old))}, is {' or '.join(sorted(new))}"
            return
        for type_ in old:
            yield from self._same(old[type_], new[type_], at)

    def _same(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        for name in PINNED:
            if old.get(name) != new.get(name):
                yield f"{at}: {name} was {old.get(name)!r}, is {new.get(name)!r}"
        if "enum" in old:
            gone = [code for code in old["enum"] if code not in new.get("enum", ())]
            yield from (f"{at}: the code {code!r} is gone" for code in gone)
        yield from self._objects(old, new, at)
        for name in ("items", "additionalProperties"):
            if isinstance(old.get(name), Mapping):
                yield from self.of(old[name], new.get(name, {}), f"{at}/*")

    def _objects(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        was, now = set(old.get("required", ())), set(new.get("required", ()))
        yield from (f"{at}/{name}: always stood there, and may now be left out" for name in sorted(was - now))
        yield from (f"{at}/{name}: is required, and older records lack it" for name in sorted(now - was))
        for name, part in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{at}/{name}: the field is gone"
            else:
                yield from self.of(part, new["properties"][name], f"{at}/{name}")


def _options(schema: Schema, parts: Mapping[str, Schema]) -> dict[str, Schema]:
    """The types that a value may have, each with its schema."""
    if "$ref" in schema:
        return _options(parts[schema["$ref"].removeprefix(DEFS)], parts)
    if "anyOf" in schema:
        beside = {name: value for name, value in schema.items() if name != "anyOf"}
        return {type_: {**each, **beside} for part in schema["anyOf"] for type_, each in _options(part, parts).items()}
    return {schema.get("type", "string" if "enum" in schema else "any"): schema}
