"""Tryout: look at sources, read their samples, poll once without publishing. Needs no broker but for ``list``."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from connectors.http.client import HttpClient
from connectors.http.messages import Answer, Failure
from connectors.poll.cursor import Cursor, feed_key
from connectors.poll.guards import read_page
from connectors.poll.memory import Memory
from connectors.poll.notices import follow
from connectors.poll.pages import Origin, ReadPage
from connectors.poll.poll import Poll, Tools
from connectors.read.file import file_page
from connectors.read.page import Page, Row
from connectors.read.zip import members
from ops.bus import Outgoing, read_to_end
from ops.evidence import EvidenceStore
from ops.settings import Settings
from schemas.errors import HubError, NotFound, Reject
from schemas.records.evidence import Evidence
from schemas.records.raw import RawRecord
from schemas.records.source_status import SourceStatus
from schemas.source.model import Feed, Source
from schemas.source.reading import read as read_record
from schemas.topics import RAW, SOURCE_STATUS
from schemas.wire import encode, load

Clock = Callable[[], datetime]
Secret = Callable[[str], str]


def say(*cells: object) -> None:
    """One line on stdout, cells apart by tabs."""
    sys.stdout.write("\t".join(str(cell) for cell in cells) + "\n")


def listing(settings: Settings, sources: Mapping[str, Source]) -> int:
    """Every feed and how it fares, from tongda.source-status.v1."""
    found: dict[bytes, SourceStatus] = {}
    for record in read_to_end(settings, SOURCE_STATUS.name):
        if record.value is not None:
            found[record.key] = load(SourceStatus, record.value)
    say(
        "来源 source",
        "栏目 feed",
        "状态 state",
        "上次完整 complete",
        "水位 watermark",
        "新增 new",
        "拒收 rejected",
        "备注 reason",
    )
    for source in sources.values():
        for feed_id in source.feeds:
            status = found.get(feed_key(source.id, feed_id).encode())
            if status is None:
                say(source.id, feed_id, "waiting", "-", "-", 0, 0, "")
                continue
            say(
                source.id,
                feed_id,
                status.state,
                status.last_complete_at or "-",
                status.watermark or "-",
                status.total_rows.new,
                status.total_rows.rejected,
                status.reason,
            )
    return 0


def show(source: Source) -> int:
    """One definition, as it is understood."""
    say(source.id, source.name, source.authority, source.access.base)
    for feed_id, feed in source.feeds.items():
        say(
            "",
            feed_id,
            feed.name,
            feed.kind,
            feed.paging.style if feed.request else "drop",
            f"{source.every_seconds(feed_id)} s",
        )
    return 0


def check(settings: Settings, sources: Sequence[Source]) -> int:
    """Read every sample by its definition: kinds, unclaimed columns, reasons. Exit code 5 when one is not clean."""
    clean = True
    for source in sources:
        for sample_file in sorted((settings.sources / source.id / "samples").glob("*")):
            clean &= _check_sample(source, sample_file)
    return 0 if clean else 5


def _check_sample(source: Source, file: Path) -> bool:
    feed_id = file.name.split(".")[0]
    if feed_id not in source.feeds:
        say(source.id, file.name, "is of no feed")
        return False
    try:
        page = page_of(source, feed_id, file.name, file.read_bytes())
    except HubError as error:
        say(source.id, feed_id, file.name, error.message)
        return False
    kinds, unclaimed, reasons = Counter[str](), Counter[str](), Counter[str](one.reason for one in page.refused)
    for row in page.rows:
        try:
            reading = read_record(source, feed_id, _raw(source, feed_id, row))
        except Reject as error:
            reasons[error.reason] += 1
            continue
        kinds.update(kind for kind, _, _ in reading.statements)
        unclaimed.update(reading.unclaimed)
    say(
        source.id,
        feed_id,
        f"{page.read} rows",
        dict(kinds),
        f"unclaimed {dict(unclaimed)}",
        f"rejected {dict(reasons)}",
    )
    return not unclaimed and not reasons


def _raw(source: Source, feed_id: str, row: Row) -> RawRecord:
    evidence = Evidence(sha256="", pointer=row.pointer)
    return RawRecord(
        source=source.id,
        feed=feed_id,
        record=row.key,
        sequence=1,
        fetched_at="",
        url="",
        evidence=evidence,
        content=row.content,
    )


def page_of(source: Source, feed_id: str, name: str, body: bytes) -> Page:
    """The rows of a stored answer or file of a feed; of notices a zip holds the list and the pages behind its rows.

    Raises Failure, Reject.
    """
    feed = source.feeds[feed_id]
    if feed.detail is not None and name.endswith(".zip"):
        return _site_page(source, feed, body)
    if feed.file is not None and not name.endswith((".html", ".json")):
        return file_page(name, body, feed)
    now = datetime.now().astimezone()
    media = {"content-type": source.access.media}
    return read_page(Answer(source.access.base, body, now, headers=media), source.access, feed, now)


def _site_page(source: Source, feed: Feed, body: bytes) -> Page:
    """A list and its notices, stored under the paths of their addresses."""
    assert feed.request is not None
    stored, now = dict(members(body, "*")), datetime.now().astimezone()

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


def try_poll(
    source: Source, feed_id: str, client: HttpClient, clock: Clock, secret: Secret
) -> tuple[Poll, list[RawRecord]]:
    """One poll of one feed as if nothing were known of it; nothing is published. Raises NotFound, HubError."""
    if feed_id not in source.feeds:
        raise NotFound(f"{source.id} has no feed {feed_id!r}; known: {', '.join(source.feeds)}")
    kept = _Kept()
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools(
            client=client,
            evidence=EvidenceStore(Path(folder)),
            publish=kept.publish,
            now=clock,
            wait=time.sleep,
            secret=secret,
            chance=random.Random(),
        )
        poll = Poll(source, feed_id, Cursor(), Memory(), 1, source.every_seconds(feed_id), tools)
        poll.run()
    return poll, [load(RawRecord, one.value) for one in kept.records if one.topic == RAW.name and one.value is not None]


def pull(source: Source, feed_id: str | None, client: HttpClient, clock: Clock, secret: Secret) -> int:
    """Poll a feed (or all) and tell what was proved. Exit code 7 when something was not complete."""
    proved = True
    for each in [feed_id] if feed_id else list(source.feeds):
        poll, _ = try_poll(source, each, client, clock, secret)
        proved &= poll.outcome.state == "ok"
        seconds = (clock() - poll.started).total_seconds()
        say(
            source.id,
            each,
            poll.outcome.verdict,
            poll.outcome.reason or "-",
            f"{poll.rows.read} rows",
            f"{poll.rows.rejected} rejected",
            f"watermark {poll.cursor.watermark or '-'}",
            f"{seconds:.1f} s",
        )
    return 0 if proved else 7


def sample(source: Source, feed_id: str, number: int, client: HttpClient, clock: Clock, secret: Secret) -> int:
    """The first records of a feed as the platform gives them, one JSON a line."""
    _, records = try_poll(source, feed_id, client, clock, secret)
    for record in records[:number]:
        sys.stdout.write(encode(record).decode() + "\n")
    return 0 if records else 7
