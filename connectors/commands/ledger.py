"""Ledger: the requests that were made of each platform, by day, as the cursors of its feeds keep them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connectors.poll.cursor import Cursor
from ops.bus import read_to_end
from ops.settings import Settings
from schemas.records.source_status import Requests
from schemas.source.model import Source
from schemas.topics import CURSOR
from schemas.wire import load


def kept_cursors(settings: Settings) -> Iterator[tuple[str, Cursor]]:
    """The newest cursor of every feed that was polled, with the source's id."""
    last = {one.key: one.value for one in read_to_end(settings, CURSOR.name) if one.key.count(b"|") == 1}
    for key, value in sorted(last.items()):
        if value is not None:
            yield key.decode().partition("|")[0], load(Cursor, value)


def ledger(sources: Mapping[str, Source], cursors: Iterable[tuple[str, Cursor]]) -> Iterator[dict[str, Any]]:
    """One row for each source and day, the newest day first; ``left``: of the day's budget, which stand-ins have not."""
    days: dict[tuple[str, str], Requests] = {}
    for source, cursor in cursors:
        for each in (cursor.asked, *cursor.earlier):
            if source in sources and each.day:
                days[source, each.day] = days.get((source, each.day), Requests()) + each
    for (source, day), found in sorted(sorted(days.items(), reverse=True), key=lambda one: one[0][0]):
        yield _row(sources[source], day, found)


def _row(source: Source, day: str, found: Requests) -> dict[str, Any]:
    budget = None if source.synthetic else source.access.requests_a_day
    return {
        "source": source.id,
        "day": day,
        "requests": found.requests,
        "bytes": found.bytes,
        "refused": found.refused,
        "unchanged": found.unchanged,
        "waited_seconds": round(found.waited_seconds, 1),
        "budget": budget,
        "left": None if budget is None else max(0, budget - found.requests),
    }
