"""States: how every feed fares, as the connectors report it and as persons decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.poll.outcome import BY_PERSON
from ops.bus import read_to_end
from ops.decisions import pause_of, pauses
from ops.settings import Settings
from ops.sources import Loaded
from schemas.records.raw import feed_key
from schemas.records.source_status import SourceStatus
from schemas.topics import SOURCE_STATUS
from schemas.wire import load


def states(settings: Settings, loaded: Loaded) -> Iterator[dict[str, Any]]:
    """The state of every feed, from tongda.source-status.v1; of a definition that cannot be used one row, with code and reason."""
    found: dict[bytes, SourceStatus] = {}
    resting = pauses(settings)
    for record in read_to_end(settings, SOURCE_STATUS.name):
        if record.value is not None:
            found[record.key] = load(SourceStatus, record.value)
    for name, error in loaded.refused.items():
        yield {"source": name, "feed": "", "state": "unusable", "reason": f"{error.code} {error.message}"}
    for source in loaded.sources.values():
        for feed_id in source.feeds:
            status, pause = found.get(feed_key(source.id, feed_id).encode()), pause_of(resting, source.id, feed_id)
            yield {
                "source": source.id,
                "feed": feed_id,
                "state": "paused" if pause else status.state if status else "waiting",
                "last_complete_at": status.last_complete_at if status else None,
                "watermark": status.watermark if status else None,
                "new": status.total_rows.new if status else 0,
                "rejected": status.total_rows.rejected if status else 0,
                "reason": " ".join((BY_PERSON, pause.reason)).strip() if pause else status.reason if status else "",
            }
