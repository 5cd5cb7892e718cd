"""Lease: who owns a partition of tongda.cursor may poll the feeds whose keys lie in it. A predecessor is fenced."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.http.conditional import Validators
from connectors.poll.cursor import Cursor, Remembered
from connectors.poll.kept import KeptPages
from connectors.poll.measure import forget_feed
from connectors.poll.memory import Memory
from ops import telemetry
from ops.bus import Outgoing, Reader, TopicPartition, Writer, read_to_end
from ops.failpoints import hit
from ops.settings import Settings
from schemas.errors import HubError
from schemas.records.raw import feed_key
from schemas.source.model import Source
from schemas.topics import CURSOR, partition_of
from schemas.wire import load

GROUP = "tongda.connectors"


class LeaseLost(HubError):
    """This process no longer owns the feed's partition; the new owner reads the feed again."""

    code = "T1006"


@dataclass
class Holding:
    """One owned partition: the only writer of its feeds, and what is remembered of them."""

    partition: int
    writer: Writer
    cursors: dict[str, Cursor] = field(default_factory=dict)
    memories: dict[str, Memory] = field(default_factory=dict)
    validators: dict[str, Validators] = field(default_factory=dict)
    kept: dict[str, KeptPages] = field(default_factory=dict)
    told: dict[str, datetime] = field(default_factory=dict)  # when a feed's status was last published
    held: bool = True
    broken: bool = False  # a transaction failed: its producer can lose records in silence and is never used again
    writing_since: float = 0.0  # monotonic; 0: no transaction is under way
    lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, records: Sequence[Outgoing]) -> None:
        """One transaction; one at a time. Raises LeaseLost once the partition is given back."""
        with self.lock:
            if not self.held:
                raise LeaseLost(f"partition {self.partition} of {CURSOR.name} belongs to another process now")
            self.writing_since, self.broken = time.monotonic(), True
            self.writer.commit(records)
            self.writing_since, self.broken = 0.0, False

    def give_back(self) -> None:
        """Wait for the transaction in flight, then write no more."""
        with self.lock:
            self.held = False
            self.writer.close()


class Lease:
    """This process's share of the partitions."""

    def __init__(self, settings: Settings, sources: Mapping[str, Source]) -> None:
        self.settings = settings
        self.holdings: dict[int, Holding] = {}
        self._feeds = {feed_key(source.id, feed_id) for source in sources.values() for feed_id in source.feeds}
        self._reader: Reader | None = None

    def open(self) -> None:
        """Join the group."""
        self._reader = Reader(
            self.settings,
            group=GROUP,
            topics=(CURSOR.name,),
            instance=self.settings.slot or None,
            on_assigned=self._assigned,
            on_revoked=self._revoked,
        )

    def poll(self, timeout_seconds: float) -> None:
        """Take and give back partitions as the group decides. The group's records are not read."""
        assert self._reader is not None
        self._reader.poll(1, timeout_seconds)
        self._reader.pause(*self._reader.assignment())

    def holding_of(self, source: str, feed: str) -> Holding | None:
        """The holding of a feed, if its partition is owned here."""
        return self.holdings.get(partition_of(feed_key(source, feed), self.settings.partitions))

    def waits_seconds(self) -> float:
        """How long the oldest transaction under way has waited for the broker."""
        begun = [since for holding in self.holdings.values() if (since := holding.writing_since)]
        return time.monotonic() - min(begun) if begun else 0.0

    def _assigned(self, partitions: list[TopicPartition]) -> None:
        for _, partition in partitions:
            self._revoked([(CURSOR.name, partition)])
            self.holdings[partition] = self._take(partition)
            telemetry.log("lease_taken", partition=partition, records=len(self.holdings[partition].memories))

    def _revoked(self, partitions: list[TopicPartition]) -> None:
        for _, partition in partitions:
            if holding := self.holdings.pop(partition, None):
                holding.give_back()
                for key in holding.cursors:
                    forget_feed(*key.split("|", 1))
                telemetry.log("lease_given_back", partition=partition)

    def _take(self, partition: int) -> Holding:
        """1 fence the predecessor, which also ends its open transaction  2 read its cursors, to the end."""
        writer = Writer(self.settings, f"tongda.connectors.{partition}", failpoints="poll")
        writer.open()
        holding = Holding(partition, writer)
        for record in read_to_end(self.settings, CURSOR.name, partition, self.settings.restore_limit_seconds):
            source, feed, *rest = record.key.decode().split("|", 2)
            key = feed_key(source, feed)
            if key not in self._feeds:
                continue  # of a source that is retired
            memory = holding.memories.setdefault(key, Memory())
            if not rest and record.value is not None:
                holding.cursors[key] = load(Cursor, record.value)
            elif rest and record.value is not None:
                memory.records[rest[0]] = load(Remembered, record.value)
            elif rest:
                memory.records.pop(rest[0], None)
        return holding

    def close(self) -> None:
        """Give everything back and leave the group."""
        for partition in list(self.holdings):
            self._revoked([(CURSOR.name, partition)])
            hit("stop.drain.partial")
        if self._reader is not None:
            self._reader.close()
            self._reader = None
