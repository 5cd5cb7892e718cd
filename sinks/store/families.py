"""Which topic fills which table: one row a topic, in the words of the read model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas import topics


@dataclass(frozen=True)
class Family:
    """A table and its ``…_revision``. ``revision(value, offset)`` orders the statements of one id."""

    table: str
    id: Callable[[str, dict[str, Any]], str]
    revision: Callable[[dict[str, Any], int], int]


def _key(key: str, value: dict[str, Any]) -> str:
    return key


def _own_id(key: str, value: dict[str, Any]) -> str:
    return str(value["id"])


def _own_revision(value: dict[str, Any], offset: int) -> int:
    return int(value["revision"])


def _arrival(value: dict[str, Any], offset: int) -> int:
    return offset


def _met(value: dict[str, Any], offset: int) -> int:
    """Where the refused record stood: put back and refused again, it stands further on, and its letter opens again."""
    return int(value.get("offset", -1)) + 2


EVENT = Family("event", _key, _own_revision)
LISTING = Family("listing", _key, _own_revision)
POINT = Family("point", _key, _own_revision)
CONTRIBUTION = Family("contribution", _key, _own_revision)
STATUS = Family("source_status", _key, _arrival)  # a status has no revision: the newest report holds
LETTER = Family("dead_letter", _own_id, _met)  # the same refusal met twice is one letter

FAMILIES: dict[str, Family] = {
    **{topic.name: EVENT for topic in topics.EVENTS.values()},
    topics.SUPPLY.name: LISTING,
    topics.DEMAND.name: LISTING,
    topics.STATISTIC.name: POINT,
    topics.CONTRIBUTION.name: CONTRIBUTION,
    topics.SOURCE_STATUS.name: STATUS,
    topics.DEAD_LETTER.name: LETTER,
}

TABLES = tuple(dict.fromkeys(family.table for family in FAMILIES.values()))
