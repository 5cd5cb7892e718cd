"""Which topic fills which table. A table of records is two tables, ``event`` and ``event_revision``: what holds, and all that held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from schemas import topics
from schemas.records.validity import Validity
from schemas.wire import load


class Version(NamedTuple):
    """Of two versions of one id the higher revision holds."""

    id: str
    revision: int
    is_gone: bool = False  # it only marks something as no longer valid


@dataclass(frozen=True)
class Table:
    """``version(key, value, offset)`` reads what orders the records of one id. Raises ValueError."""

    name: str
    version: Callable[[str, bytes, int], Version]
    is_revised: bool = True  # its records carry a revision, so that topic and table can be compared


class _Revised(Validity, kw_only=True):
    revision: int


class _Letter(msgspec.Struct):
    id: str
    offset: int = -1


def _own_revision(key: str, value: bytes, offset: int) -> Version:
    record = load(_Revised, value)
    return Version(key, record.revision, record.is_gone)


def _arrival(key: str, value: bytes, offset: int) -> Version:
    """The report that stands last on its topic holds: a clock that ran ahead for a while gives later ones lower revisions."""
    return Version(key, offset)


def _refusal(key: str, value: bytes, offset: int) -> Version:
    """The same refusal met twice is one letter; put back and refused again, its record stands further on its topic."""
    letter = load(_Letter, value)
    return Version(letter.id, letter.offset + 2)


EVENT = Table("event", _own_revision)
LISTING = Table("listing", _own_revision)
POINT = Table("point", _own_revision)
CONTRIBUTION = Table("contribution", _own_revision)
STATUS = Table("source_status", _arrival, is_revised=False)
LETTER = Table("dead_letter", _refusal, is_revised=False)

TABLE_OF: Mapping[str, Table] = MappingProxyType(
    {
        **{topic.name: EVENT for topic in topics.EVENTS.values()},
        topics.SUPPLY.name: LISTING,
        topics.DEMAND.name: LISTING,
        **{topic.name: POINT for topic in topics.STATISTICS},
        topics.CONTRIBUTION.name: CONTRIBUTION,
        topics.SOURCE_STATUS.name: STATUS,
        topics.DEAD_LETTER.name: LETTER,
    }
)
TABLES = tuple(dict.fromkeys(table.name for table in TABLE_OF.values()))
REVISED = tuple(topic for topic, table in TABLE_OF.items() if table.is_revised)
