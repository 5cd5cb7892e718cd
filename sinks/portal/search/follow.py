"""Follows the store: builds the search index, keeps it up to date, says what the newest changes are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from msgspec import ValidationError

from ops import telemetry
from schemas.errors import HubError
from schemas.kinds import BY_NAME
from schemas.records.event import EVENTS
from schemas.records.listing import Listing
from schemas.wire import load
from sinks.portal.search import events
from sinks.portal.search.documents import Document, document
from sinks.portal.search.index import Index
from sinks.portal.secrecy import PUBLIC, kind_of, shows_kind, shows_listing
from sinks.store.database import Database, Row
from sinks.store.migrate import mismatch
from sinks.store.statements import of_table
from sinks.store.store import CHANGED

FOLLOWED = ("event", "listing", "point", "source_status")
QUIET_SECONDS = 1.0  # how often the store is looked at when it says nothing
FIRST_WAIT_SECONDS = 0.2
BATCH = 2000
LONGEST_WAIT_SECONDS = 5.0
SCHEMA_SECONDS = 10.0  # between two looks at the schema, which changes with a release
ALIVE_SECONDS = 60.0  # without a turn; building an index takes turns too
Reading = Callable[[str, str | None], Document | None]


class Follower:
    """A thread of the portal. Not ready until its index holds every change that was committed when it looked last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self.epoch = ""  # the database's; a restored one has another
        self.index = Index()
        self.events = Index(events.FACETS)
        self.ready = False
        self.reachable = False
        self.schema = ""  # how it differs from this program's
        self._schema_at = float("-inf")
        self._turned = time.monotonic()
        self.as_of = ""  # when the store wrote what was seen last
        self.newest: dict[str, int] = {}  # the newest change of each family

    @property
    def indexed(self) -> int:
        """Rises with every change that an index takes in."""
        return self.index.sequence + self.events.sequence

    def start(self) -> None:
        self._turned = time.monotonic()
        self._thread.start()

    @property
    def alive(self) -> bool:
        """It took a turn lately. One that was never started is followed by hand."""
        if self._thread.ident is None:
            return True
        return self._thread.is_alive() and time.monotonic() - self._turned < ALIVE_SECONDS

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=10)

    def step(self) -> None:
        """Read what is new. A restored database (another epoch) or a worn index means a new index."""
        with self._database.snapshot() as db:
            if time.monotonic() - self._schema_at >= SCHEMA_SECONDS:
                self.schema, self._schema_at = mismatch(db), time.monotonic()
            (state,) = db.rows("version")
        newest = {family: int(state[family]) for family in FOLLOWED}
        worn = self.index.worn or self.events.worn
        before = newest["listing"] < self.index.sequence or newest["event"] < self.events.sequence
        if state["epoch"] != self.epoch or worn or before:
            self._build(state["epoch"])
        self._take_in(self.index, "listing", newest["listing"], _document)
        self._take_in(self.events, "event", newest["event"], _event)
        self.newest = newest
        self.as_of = state["as_of"].isoformat(timespec="seconds") if state["as_of"] else ""
        self.ready = self.reachable = True

    def _take_in(self, index: Index, table: str, newest: int, read: Reading) -> None:
        """What changed since the index looked last."""
        while index.sequence < newest:
            with self._database.snapshot() as db:
                rows = db.fetch(of_table("changes_after", table), {"after": index.sequence, "limit": BATCH})
            index.apply((row["sequence"], row["id"], read(row["id"], row["value"])) for row in rows)

    def _build(self, epoch: str) -> None:
        """New indexes from one snapshot; readers keep the old ones until these are whole."""
        started = time.monotonic()
        index, happened = Index(), Index(events.FACETS)
        with self._database.snapshot() as db:
            for table, into, read in (("listing", index, _document), ("event", happened, _event)):
                newest = db.fetch(of_table("newest_change_of", table), {})[0]["sequence"]
                found = self._taking_turns(db.stream(f"all_{table}s"))
                into.apply((row["sequence"], row["id"], read(row["id"], row["value"])) for row in found)
                into.sequence = newest
                into.prepare()
        self.index, self.events, self.epoch = index, happened, epoch
        seconds = round(time.monotonic() - started, 2)
        telemetry.log("index_built", listings=len(index), events=len(happened), seconds=seconds)

    def _taking_turns(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The same rows; each is a turn, for a long build is alive."""
        for row in rows:
            self._turned = time.monotonic()
            yield row

    def _run(self) -> None:
        wait = FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            try:
                with self._database.listening(CHANGED) as notified:
                    while not self._stopping.is_set():
                        self._turned = time.monotonic()
                        self.step()
                        wait = FIRST_WAIT_SECONDS
                        notified(QUIET_SECONDS)
            except HubError as error:  # the database is away: pages say so, and this goes on by itself
                self.reachable, self._turned = False, time.monotonic()
                self._schema_at = float("-inf")  # it may come back as another one
                telemetry.log("follower_waits", "warning", reason=error.message, seconds=wait)
                self._stopping.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)


def _document(id: str, value: str | None) -> Document | None:
    """What a listing is found by; None when it is gone, not public or unreadable."""
    if value is None or not shows_listing(id, PUBLIC):
        return None
    try:
        return document(load(Listing, value))
    except ValidationError as error:  # one that another release wrote must not keep the others from being found
        telemetry.log("listing_unreadable", "error", id=id, error=str(error))
        return None


def _event(id: str, value: str | None) -> Document | None:
    """What an event is found by; None when it is gone, not public, unreadable or of a kind that is not looked for."""
    kind = kind_of(id)
    if value is None or not shows_kind(kind, PUBLIC) or not events.findable(BY_NAME[kind]):
        return None
    try:
        return events.document(load(EVENTS[kind], value))
    except ValidationError as error:
        telemetry.log("event_unreadable", "error", id=id, error=str(error))
        return None
