"""Rows of the read model → records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from schemas.records.base import Record
from schemas.records.event import EVENTS, Event
from schemas.records.listing import Listing
from sinks.portal.secrecy import Reader, as_shown, shows_event, shows_listing
from sinks.store.database import Row

R = TypeVar("R", bound=Record)


def record(type_: type[R], value: Any) -> R:
    """A stored value as its record."""
    return msgspec.convert(value, type_)


def events(rows: Iterable[Row], reader: Reader) -> tuple[Event, ...]:
    """The events of these rows that this reader may read, in their order."""
    return tuple(event(row["value"], reader) for row in rows if shows_event(row["value"]["id"], reader))


def event(value: Any, reader: Reader) -> Event:
    """One event as this reader may read it, its statement of its kind's class."""
    return record(EVENTS[value["kind"]], as_shown(value, reader))


def listings(rows: Iterable[Row], reader: Reader) -> tuple[Listing, ...]:
    """The listings of these rows that this reader may read, in their order."""
    return tuple(listing(row["value"], reader) for row in rows if shows_listing(row["value"]["id"], reader))


def listing(value: Any, reader: Reader) -> Listing:
    """One listing as this reader may read it."""
    return record(Listing, as_shown(value, reader))
