"""Follows the store: builds the search index, keeps it up to date, says what the newest changes are."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from msgspec import ValidationError

from ops import telemetry
from schemas.errors import HubError
from schemas.records.listing import Listing
from schemas.wire import load
from sinks.portal.search.documents import Document, document
from sinks.portal.search.index import Index
from sinks.portal.secrecy import PUBLIC, shows_listing
from sinks.store.database import Database
from sinks.store.migrate import mismatch
from sinks.store.store import CHANGED

FOLLOWED = ("event", "listing", "point", "source_status")
QUIET_SECONDS = 1.0  # how often the store is looked at when it says nothing
FIRST_WAIT_SECONDS = 0.2
BATCH = 2000
LONGEST_WAIT_SECONDS = 5.0
SCHEMA_SECONDS = 10.0  # between two looks at the schema, which changes with a release
ALIVE_SECONDS = 60.0  # without a turn; building an index takes turns too


class Follower:
    """A thread of the portal. Not ready until its index holds every change that was committed when it looked last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self.epoch = ""  # the database's; a restored one has another
        self.index = Index()
        self.ready = False
        self.reachable = False
        self.schema = ""  # how it differs from this program's
        self._schema_at = float("-inf")
        self._turned = time.monotonic()
        self.as_of = ""  # when the store wrote what was seen last
        self.newest: dict[str, int] = {}  # the newest change of each family

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
        if state["epoch"] != self.epoch or self.index.worn or newest["listing"] < self.index.sequence:
            self._build(state["epoch"])
        while self.index.sequence < newest["listing"]:
            with self._database.snapshot() as db:
                rows = db.rows("listing_changes", after=self.index.sequence, limit=BATCH)
            self.index.apply((row["sequence"], row["id"], _document(row["id"], row["value"])) for row in rows)
        self.newest = newest
        self.as_of = state["as_of"].isoformat(timespec="seconds") if state["as_of"] else ""
        self.ready = self.reachable = True

    def _build(self, epoch: str) -> None:
        """A new index from one snapshot; readers keep the old one until it is whole."""
        started = time.monotonic()
        index = Index()
        with self._database.snapshot() as db:
            newest = db.rows("newest_listing_change")[0]["sequence"]

            def rows() -> Iterator[tuple[int, str, Document | None]]:
                for row in db.stream("all_listings"):
                    self._turned = time.monotonic()
                    yield row["sequence"], row["id"], _document(row["id"], row["value"])

            index.apply(rows())
        index.sequence = newest
        self.index, self.epoch = index, epoch
        telemetry.log("index_built", listings=len(index), seconds=round(time.monotonic() - started, 2))

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
