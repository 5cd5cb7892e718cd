"""Cassettes 录带: the answers of one real poll, scrubbed, kept beside the definition and replayed through the same poll.

A cassette shows what a sample cannot: paging, totals, the end of a list, details. It holds no credential, since answers
are kept under the request before it was signed, and no login; what it holds of persons is replaced (``scrub``).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from connectors.commands.scrub import Scrubber
from connectors.commands.tryout import Trial, records_of, trying
from connectors.http.client import HttpClient
from connectors.http.messages import Answer, Failure
from connectors.http.request import request_for
from connectors.poll.cursor import Cursor
from connectors.poll.evidence import keep, stamp
from connectors.poll.fetch import Fetcher
from connectors.poll.pages import Origin
from connectors.poll.plan import PageRequest
from schemas.errors import Refused, Reject
from schemas.fields.text import decode
from schemas.records.base import Record
from schemas.records.raw import RawRecord
from schemas.source.model import Source
from schemas.source.reading import read as read_record

CUT = "cassette_end"  # the reason of a poll that needs more requests than are recorded
HEADERS = ("content-type", "date", "retry-after")  # what a poll reads of an answer
READABLE = (
    "application/json",
    "application/javascript",
    "application/xml",
    "text/",
)  # media whose persons can be replaced


class Exchange(Record, frozen=True):
    """One request, unsigned and without the platform's base address, and its answer."""

    request: str
    status: int
    headers: dict[str, str]
    charset: str
    text: str


class Found(Record, frozen=True):
    """What the poll came to: verdict, rows, and what they mean by the definition."""

    verdict: str
    reason: str
    read: int
    rejected: int
    kinds: dict[str, int] = {}
    refused: dict[str, int] = {}  # readings, by reason
    unclaimed: dict[str, int] = {}


class Cassette(Record, frozen=True):
    """``watermark``: how far the feed was said to be read when the poll began, so that one by days is short."""

    source: str
    feed: str
    recorded_at: str
    watermark: str | None
    found: Found
    exchanges: tuple[Exchange, ...]


def file_of(folder: Path, source: str, feed: str) -> Path:
    """Where the cassette of a feed is kept."""
    return folder / source / "cassettes" / f"{feed}.json"


def recorded(source: Source, feed_id: str, trial: Trial, most: int, days: int) -> Cassette:
    """Poll for real, with at most ``most`` requests, a feed by days from ``days`` ago; then replay what was scrubbed.

    Raises Refused where the poll proves nothing, an answer is no text, or the scrubbed answers do not replay alike.
    """
    if source.access.style == "inbox":
        raise Refused(
            f"{source.id} puts files into an inbox: its samples are whole files · 收件目录无需录带",
            next_step=f"tongda sources check {source.id}",
        )
    answers: list[tuple[str, Answer]] = []
    begun = trial.clock()
    cursor = cursor_at(source, feed_id, (begun - timedelta(days=days)).date().isoformat(), begun)
    with trying(source, feed_id, trial, _recorder(answers, most), cursor) as (poll, kept):
        poll.run()
        found = _found(source, feed_id, poll.outcome.verdict, poll.outcome.reason, poll.rows, records_of(kept))
    if found.read == 0 or (found.verdict != "complete" and found.reason != CUT):
        raise Refused(
            f"the poll came to {found.verdict} with {found.read} rows: {found.reason} {poll.outcome.message} · 轮询未能读全,未录",
            code="T5801",
            next_step=f"tongda sources pull {source.id} {feed_id} --dry-run",
        )
    scrubber = Scrubber(source.feeds[feed_id], records_of(kept))
    exchanges = tuple(_kept(asked, answer, scrubber) for asked, answer in answers)
    made = Cassette(source.id, feed_id, stamp(begun), cursor.watermark, found, exchanges)
    if (again := replayed(source, made)) != found:
        raise Refused(
            f"the scrubbed answers give {again}, not {found} · 脱敏后的应答与原应答解读不同,未录",
            code="T5803",
            next_step=f"save a sample by hand: connectors/sources/{source.id}/samples/{feed_id}.json",
        )
    return made


def replayed(source: Source, cassette: Cassette) -> Found:
    """What the real poll comes to over a cassette's answers, at the instant at which it was recorded."""
    begun = datetime.fromisoformat(cassette.recorded_at)
    feed_id = cassette.feed
    with HttpClient(lambda: begun) as client:
        trial = Trial(client, lambda: begun, str, lambda seconds: None)
        cursor = cursor_at(source, feed_id, cassette.watermark, begun)
        with trying(source, feed_id, trial, _player(cassette.exchanges, begun), cursor) as (poll, kept):
            poll.run()
            return _found(source, feed_id, poll.outcome.verdict, poll.outcome.reason, poll.rows, records_of(kept))


def cursor_at(source: Source, feed_id: str, watermark: str | None, begun: datetime) -> Cursor:
    """A feed by days is read from its watermark; any other as if nothing were known of it."""
    if source.feeds[feed_id].slice.by == "none" or watermark is None:
        return Cursor()
    return Cursor(watermark=watermark, reconciled_at=stamp(begun))


def written(cassette: Cassette) -> str:
    """A cassette as its file holds it."""
    return json.dumps(msgspec.to_builtins(cassette), ensure_ascii=False, indent=1) + "\n"


def asked(source: Source, page: PageRequest) -> str:
    """A request by which its answer is found again: without credential, and without the base address of today."""
    made = request_for(source, page)
    body = made.body.decode() if page.body else ""
    return f"{made.method} {made.shown.removeprefix(source.access.base.rstrip('/'))} {body}".rstrip()


def _recorder(answers: list[tuple[str, Answer]], most: int) -> type[Fetcher]:
    class Recorder(Fetcher):
        def _fetch(self, page: PageRequest) -> tuple[Answer, Origin]:
            if len(answers) >= most:
                raise Failure("local", CUT, f"{most} requests are recorded")
            answer, origin = super()._fetch(page)
            answers.append((asked(self.source, page), answer))
            return answer, origin

    return Recorder


def _player(exchanges: Iterable[Exchange], begun: datetime) -> type[Fetcher]:
    waiting: dict[str, list[Exchange]] = defaultdict(list)
    for each in exchanges:
        waiting[each.request].append(each)

    class Player(Fetcher):
        def _fetch(self, page: PageRequest) -> tuple[Answer, Origin]:
            found = waiting.get(asked(self.source, page))
            if not found:
                raise Failure("local", CUT, "no further request is recorded")
            one = found.pop(0)
            body = one.text.encode(one.charset)
            answer = Answer(request_for(self.source, page).shown, body, begun, one.status, dict(one.headers))
            return answer, Origin(keep(self.evidence, answer), answer.url, begun, answer.served_at)

    return Player


def _kept(asked: str, answer: Answer, scrubber: Scrubber) -> Exchange:
    """Raises Refused: an answer that is no text cannot be scrubbed."""
    if not answer.media.startswith(READABLE):
        raise Refused(
            f"{answer.media or 'an answer without media type'} cannot be scrubbed of persons · 附件无法脱敏,未录",
            code="T5802",
            next_step="save a sample by hand, with persons replaced: docs/guides/platform.md",
        )
    decoded = decode(answer.body, answer.charset)
    headers = {name: value for name, value in answer.headers.items() if name in HEADERS}
    return Exchange(asked, answer.status, headers, decoded.charset, scrubber.scrubbed(decoded.text))


def _found(source: Source, feed_id: str, verdict: str, reason: str, rows: Any, records: Iterable[RawRecord]) -> Found:
    kinds, refused, unclaimed = Counter[str](), Counter[str](), Counter[str]()
    for record in records:
        try:
            reading = read_record(source, feed_id, record)
        except Reject as error:
            refused[error.reason] += 1
            continue
        kinds.update(f"{each.kind} {each.phase}" for each in reading.statements)
        unclaimed.update(reading.unclaimed)
    return Found(verdict, reason, rows.read, rows.rejected, _sorted(kinds), _sorted(refused), _sorted(unclaimed))


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
