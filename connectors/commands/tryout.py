"""Trying out: the state of sources, the rows of a stored answer, a poll that publishes nothing."""

from __future__ import annotations

import random
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from connectors.http.auth.draft import Secret
from connectors.http.auth.session import Session
from connectors.http.client import HttpClient
from connectors.http.messages import Answer, Failure
from connectors.poll.cursor import Cursor, feed_key
from connectors.poll.guards import read_page
from connectors.poll.memory import Memory
from connectors.poll.notices import follow
from connectors.poll.pages import Origin, ReadPage
from connectors.poll.poll import Poll, Tools
from connectors.poll.robots import RobotsFiles
from connectors.read.child import file_page
from connectors.read.page import Page
from connectors.read.zip import members
from ops.bus import Outgoing, read_to_end
from ops.evidence import EvidenceStore
from ops.run import CHINA
from ops.settings import Settings
from schemas.errors import NotFound
from schemas.records.raw import RawRecord
from schemas.records.source_status import SourceStatus
from schemas.source.model import Feed, Source
from schemas.topics import RAW, SOURCE_STATUS
from schemas.wire import load

Clock = Callable[[], datetime]


class Trial(NamedTuple):
    """What a poll outside the running connectors needs."""

    client: HttpClient
    clock: Clock
    secret: Secret


def states(settings: Settings, sources: Mapping[str, Source]) -> Iterator[dict[str, Any]]:
    """The state of every feed, from tongda.source-status.v1."""
    found: dict[bytes, SourceStatus] = {}
    for record in read_to_end(settings, SOURCE_STATUS.name):
        if record.value is not None:
            found[record.key] = load(SourceStatus, record.value)
    for source in sources.values():
        for feed_id in source.feeds:
            status = found.get(feed_key(source.id, feed_id).encode())
            yield {
                "source": source.id,
                "feed": feed_id,
                "state": status.state if status else "waiting",
                "last_complete_at": status.last_complete_at if status else None,
                "watermark": status.watermark if status else None,
                "new": status.total_rows.new if status else 0,
                "rejected": status.total_rows.rejected if status else 0,
                "reason": status.reason if status else "",
            }


def defined(source: Source) -> Iterator[dict[str, Any]]:
    """The feeds of one definition, as it is understood."""
    for feed_id, feed in source.feeds.items():
        yield {
            "source": source.id,
            "feed": feed_id,
            "name": feed.name,
            "kind": feed.kind,
            "style": feed.paging.style if feed.request else "inbox",
            "every_seconds": source.every_seconds(feed_id),
            "authority": source.authority,
            "robots": source.access.robots_reason or "obeyed",
            "address": source.access.base,
        }


def page_of(source: Source, feed_id: str, name: str, body: bytes) -> Page:
    """The rows of a stored answer or file of a feed; of notices a zip holds the list and the pages behind its rows.

    Raises Failure, Reject.
    """
    feed = source.feeds[feed_id]
    if feed.detail is not None and name.endswith(".zip"):
        return _site_page(source, feed, body)
    if feed.file is not None and not name.endswith((".html", ".json")):
        return file_page(name, body, feed)
    now = datetime.now(CHINA)
    media = {"content-type": source.access.media}
    return read_page(Answer(source.access.base, body, now, headers=media), source.access, feed, now)


def _site_page(source: Source, feed: Feed, body: bytes) -> Page:
    """A list and its notices, stored under the paths of their addresses."""
    assert feed.request is not None
    stored, now = dict(members(body, "*")), datetime.now(CHINA)

    def fetch(url: str) -> tuple[Answer, Origin]:
        path = urlsplit(url).path.lstrip("/")
        if path not in stored:
            raise Failure("missing", "status_404", f"the sample has no {path}")
        return Answer(url, stored[path], now, headers={"content-type": source.access.media}), Origin("", url, now)

    listed, origin = fetch(urljoin(source.access.base, feed.request.path))
    page = ReadPage(read_page(listed, source.access, feed, now), origin)
    return follow(page, feed, Memory(), True, source.access.charset, fetch).published


class _Kept:
    """Takes what a poll would have published."""

    def __init__(self) -> None:
        self.records: list[Outgoing] = []

    def publish(self, records: Sequence[Outgoing]) -> None:
        self.records += records


def try_poll(source: Source, feed_id: str, trial: Trial) -> tuple[Poll, list[RawRecord]]:
    """One poll of one feed as if nothing were known of it; nothing is published. Raises NotFound, HubError."""
    if feed_id not in source.feeds:
        known = ", ".join(source.feeds)
        raise NotFound(
            f"{source.id} has no feed {feed_id!r}; known: {known} · {source.id} 没有栏目 {feed_id};已有 {known}",
            next_step=f"tongda sources show {source.id}",
        )
    kept = _Kept()
    with tempfile.TemporaryDirectory() as folder:
        evidence = EvidenceStore(Path(folder))
        tools = Tools(
            client=trial.client,
            evidence=evidence,
            robots=RobotsFiles(evidence),
            publish=kept.publish,
            now=trial.clock,
            wait=time.sleep,
            session=Session(source.access.auth, trial.secret, lambda: secrets.token_hex(16)),
            chance=random.Random(),
        )
        poll = Poll(source, feed_id, Cursor(), Memory(), 1, source.every_seconds(feed_id), tools)
        poll.run()
    return poll, [load(RawRecord, one.value) for one in kept.records if one.topic == RAW.name and one.value is not None]


def pulled(source: Source, feed_id: str | None, trial: Trial) -> Iterator[dict[str, Any]]:
    """Poll a feed, or all of a source, and print what was proved of each."""
    for each in [feed_id] if feed_id else list(source.feeds):
        poll, _ = try_poll(source, each, trial)
        yield {
            "source": source.id,
            "feed": each,
            "state": poll.outcome.state,
            "verdict": poll.outcome.verdict,
            "reason": poll.outcome.reason,
            "rows": poll.rows.read,
            "rejected": poll.rows.rejected,
            "watermark": poll.cursor.watermark,
            "detail": poll.outcome.message,
            "seconds": round((trial.clock() - poll.started).total_seconds(), 1),
        }
