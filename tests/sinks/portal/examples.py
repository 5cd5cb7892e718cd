"""Further records as the portal meets them."""

from __future__ import annotations

from typing import Any

from schemas.kinds.occurrence import Occurrence
from schemas.records.event import EVENTS, Event
from schemas.records.raw import RowCounts
from schemas.records.source_status import SourceStatus
from tests.sinks.examples import PATENT, RECEIVED, a_provenance


def an_event(statement: Occurrence, **changes: Any) -> Event:
    """An event of any kind."""
    own = {"subject": f"patent:{PATENT}", "revision": 1, "state": "current", "phase": next(iter(statement.phases))}
    behind = {"sources": (a_provenance(),), "disagreements": (), "received_at": RECEIVED, "synthetic": False}
    return EVENTS[statement.name](**{**own, **behind, "statement": statement, **changes})


def a_status(**changes: Any) -> SourceStatus:
    """How the feed of supply fares."""
    own = {
        "source": "hn_ip_service",
        "feed": "supply",
        "name": "湖南省知识产权综合服务平台",
        "feed_name": "专利供给",
        "kind": "supply",
        "state": "ok",
        "reason": "",
        "rows": RowCounts(read=1, new=1),
        "total_rows": RowCounts(read=1, new=1),
        "interval_seconds": 1800,
        "synthetic": False,
    }
    return SourceStatus(**{**own, **changes})
