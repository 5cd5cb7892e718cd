"""Trying out: the rows of a stored answer, a poll that publishes nothing."""

from __future__ import annotations

import random
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from connectors.http.auth.draft import Secret
from connectors.http.auth.session import Session
from connectors.http.client import HttpClient
from connectors.http.messages import Answer, Failure
from connectors.poll.cursor import Cursor
from connectors.poll.fetch import Fetcher
from connectors.poll.guards import read_page
from connectors.poll.memory import Memory
from connectors.poll.notices import follow
from connectors.poll.pages import Origin, ReadPage
from connectors.poll.poll import Poll
from connectors.poll.robots import RobotsFiles
from connectors.poll.tools import Tools
from connectors.read.child import file_page
from connectors.read.page import Page
from connectors.read.zip import members
from ops.bus import Outgoing
from ops.evidence import EvidenceStore
from ops.run import CHINA
from ops.sources import must_have
from schemas.records.raw import RawRecord
from schemas.source.model import Feed, Source
from schemas.topics import RAW
from schemas.wire import load

NOTHING_KNOWN = Cursor()
Clock = Callable[[], datetime]


class Trial(NamedTuple):
    """What a poll outside the running connectors needs."""

    client: HttpClient
    clock: Clock
    secret: Secret
    wait: Callable[[float], None] = time.sleep


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


@dataclass
class _Trying(Poll):
    """A poll whose requests are made in a way of their own."""

    fetches: type[Fetcher] = Fetcher

    def _fetcher(self) -> Fetcher:
        made = super()._fetcher()
        return self.fetches(**{each.name: getattr(made, each.name) for each in fields(made) if each.init})


class _Kept:
    """Takes what a poll would have published."""

    def __init__(self) -> None:
        self.records: list[Outgoing] = []

    def publish(self, records: Sequence[Outgoing]) -> None:
        self.records += records


@contextmanager
def trying(
    source: Source, feed_id: str, trial: Trial, fetcher: type[Fetcher] = Fetcher, cursor: Cursor = NOTHING_KNOWN
) -> Iterator[tuple[Poll, _Kept]]:
    """A poll of one feed, ready to run, as if no record were known; what it would publish is kept. Raises NotFound.

    ``fetcher``: how its requests are made. ``cursor``: how far it is said to be read.
    """
    must_have(source, feed_id)
    kept = _Kept()
    with tempfile.TemporaryDirectory() as folder:
        evidence = EvidenceStore(Path(folder))
        tools = Tools(
            client=trial.client,
            evidence=evidence,
            robots=RobotsFiles(evidence),
            publish=kept.publish,
            now=trial.clock,
            wait=trial.wait,
            session=Session(source.access.auth, trial.secret, lambda: secrets.token_hex(16)),
            chance=random.Random(),
        )
        made = _Trying(source, feed_id, cursor, Memory(), 1, source.every_seconds(feed_id), tools, fetches=fetcher)
        yield made, kept


def try_poll(source: Source, feed_id: str, trial: Trial) -> tuple[Poll, list[RawRecord]]:
    """One poll of one feed as if nothing were known of it; nothing is published. Raises NotFound, HubError."""
    with trying(source, feed_id, trial) as (poll, kept):
        poll.run()
    return poll, records_of(kept)


def records_of(kept: _Kept) -> list[RawRecord]:
    """The raw records among what a poll would have published."""
    return [load(RawRecord, one.value) for one in kept.records if one.topic == RAW.name and one.value is not None]


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
