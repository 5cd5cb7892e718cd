"""Which records a filter of changes and snapshots holds: by kind, area, figure and organisation, as a reader may read them.

A record is looked at as it is shown, so a filter tells nobody what it may not read. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from schemas import topics
from schemas.figures.dimensions import HUNAN
from schemas.figures.values import OTHER, PROVINCE
from schemas.kinds import BY_NAME
from schemas.records.listing import organisation_id
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read.filters import RecordFilter
from sinks.store.tables import EVENT, LISTING, POINT, STATUS, TABLE_OF

Value = Mapping[str, Any]
# Which tables have what a filter asks for; of a status the kind alone: it is of a feed, and a feed is nowhere.
ASKED_OF: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "kind": frozenset({EVENT.name, LISTING.name, STATUS.name}),
        "area": frozenset({EVENT.name, LISTING.name, POINT.name}),
        "indicator": frozenset({POINT.name}),
        "organisation": frozenset({EVENT.name, LISTING.name}),
    }
)


def matches(value: Value | None, filter: RecordFilter) -> bool:
    """Whether the filter holds this record: by each of its parts, with one of the values there. Null is in no filter."""
    if value is None:
        return False
    return all(not wanted or not READ[name](value).isdisjoint(wanted) for name, wanted in filter.parts)


def check(names: Iterable[str], filter: RecordFilter) -> None:
    """Raises QueryInvalid for a part that nothing on these topics can have: it would find nothing, in silence."""
    asked = tuple(names)
    errors = [
        FieldError(name=part, message=f"{topic} has no {part}; it can be asked of: {', '.join(_with(part))}")
        for part, wanted in filter.parts
        for topic in asked
        if wanted and TABLE_OF[topic].name not in ASKED_OF[part]
    ]
    errors += [
        FieldError(name="kind", message=f"no topic that is asked for has records of the kind {kind}")
        for kind in filter.kind
        if not any(kind in kinds_on(topic) for topic in asked)
    ]
    if errors:
        raise QueryInvalid(errors)


@cache
def kinds_on(topic: str) -> frozenset[str]:
    """The kinds of a topic's records; a status is of a feed of any kind."""
    if topic == topics.SOURCE_STATUS.name:
        return frozenset(BY_NAME)
    return frozenset(kind for kind in BY_NAME if topic == f"tongda.{kind}.v1")


def _with(part: str) -> list[str]:
    return [topic.name for topic in topics.TOPICS if topic.is_public and TABLE_OF[topic.name].name in ASKED_OF[part]]


def _kinds(value: Value) -> frozenset[str]:
    return frozenset({str(value.get("kind"))})


def _indicators(value: Value) -> frozenset[str]:
    return frozenset({str(value.get("indicator"))})


def _areas(value: Value) -> frozenset[str]:
    """Of an event where its giver is, of a listing its own, of a figure the area of its cell (430000: the province)."""
    if "indicator" in value:
        return frozenset({str(value["dimensions"].get("area", PROVINCE))})
    if "statement" not in value:
        return divisions_of(value.get("area"))
    said = value["statement"].get(BY_NAME[value["kind"]].giver) or ()
    regions = [giver["region"] for giver in said if giver.get("key") and giver.get("region")]
    return divisions_of(next((each for each in regions if each.startswith(HUNAN)), regions[0] if regions else None))


def divisions_of(region: str | None) -> frozenset[str]:
    """Province, prefecture and county in which a place is; OTHER: in Hunan, prefecture unknown (as ``located`` in SQL)."""
    if not region:
        return frozenset()
    within = {f"{region[:2]}0000"}
    if region == PROVINCE:
        within.add(OTHER)
    elif not region.endswith("0000"):
        within.add(f"{region[:4]}00")
    if not region.endswith("00"):
        within.add(region)
    return frozenset(within)


def _organisations(value: Value) -> frozenset[str]:
    """The parties of an event and the owner of a listing that have a public id; natural persons have none."""
    owner = (value.get("owner") or {}).get("organisation_id")
    if "statement" not in value:
        return frozenset(filter(None, (owner,)))
    parties = (
        each
        for said in value["statement"].values()
        for each in (said if isinstance(said, list | tuple) else (said,))
        if isinstance(each, Mapping) and each.get("key") and "name" in each
    )
    return frozenset(organisation_id(each["key"]) for each in parties if each.get("party_type") != "individual")


READ: Mapping[str, Callable[[Value], frozenset[str]]] = MappingProxyType(
    {"kind": _kinds, "area": _areas, "indicator": _indicators, "organisation": _organisations}
)
