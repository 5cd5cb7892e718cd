"""Rows of the read model → records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from schemas.records.base import Record
from schemas.records.event import EVENTS, Event
from schemas.records.listing import Listing
from sinks.portal.secrecy import shows_event, shows_listing
from sinks.store.database import Row

R = TypeVar("R", bound=Record)


def record(type_: type[R], value: Any) -> R:
    """A stored value as its record."""
    return msgspec.convert(value, type_)


def events(rows: Iterable[Row]) -> tuple[Event, ...]:
    """The events of these rows, in their order, without those that no door shows."""
    return tuple(event(row["value"]) for row in rows if shows_event(row["value"]["id"]))


def event(value: Any) -> Event:
    """One event, its statement of its kind's class."""
    return record(EVENTS[value["kind"]], value)


def listings(rows: Iterable[Row]) -> tuple[Listing, ...]:
    """The listings of these rows, in their order, without those that no door shows."""
    return tuple(record(Listing, row["value"]) for row in rows if shows_listing(row["value"]["id"]))
