"""Small questions to the read model that several views ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from schemas.errors import NotFound
from schemas.kinds import BY_NAME
from sinks.portal.errors import Gone, KeyNeeded
from sinks.portal.read.filters import EventFilter
from sinks.portal.secrecy import KEY_HOLDER, Reader, shows_kind
from sinks.store.database import Row, Snapshot
from sinks.store.statements import of_table


def as_of(db: Snapshot) -> str | None:
    """The hub's newest commit behind an answer."""
    at = db.rows("hub_state")[0]["as_of"]
    return instant(at) if at else None


def instant(at: datetime) -> str:
    """RFC 3339 with the database session's offset, +08:00."""
    return at.isoformat(timespec="microseconds")


def one(db: Snapshot, table: str, id: str, rows: Sequence[Row]) -> Row:
    """The row. Without one: Gone for what once was here, NotFound for what never was."""
    if rows:
        return rows[0]
    if db.fetch(of_table("revisions", table), {"id": id}):
        raise Gone(f"{id} has been taken down")
    raise NotFound(f"nothing is called {id}")


def need_kind(name: str, reader: Reader) -> None:
    """Raises KeyNeeded for a kind that a key would show: the same whether there is such an event or not."""
    if not shows_kind(name, reader) and shows_kind(name, KEY_HOLDER):
        raise KeyNeeded(f"events of the kind {name} are read with a key · 该类别凭密钥读取")


def event_asked(filter: EventFilter) -> dict[str, Any]:
    """The parameters of the statements about events, without those of paging; an area is one of a role (``located``)."""
    asked = {name: value for name, value in asdict(filter).items() if name not in ("cursor", "limit")}
    kind = BY_NAME[filter.kind]
    return {
        **asked,
        "states": list(filter.states),
        "area": located(kind.giver, filter.area),
        "taker_area": located(kind.taker, filter.taker_area),
    }


def located(role: str | None, area: str | None) -> str | None:
    """As the table of events writes where the parties of a role are; None: anywhere."""
    return None if area is None else f"{role}|{area}"
