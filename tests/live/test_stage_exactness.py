"""Nothing is lost or counted twice, whatever happens to the stream workers: on a real broker, with real kills.

Crashes at every step of a commit are enumerated in test_failpoints.py.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ops.bus import read_to_end
from ops.settings import Settings
from schemas import topics, wire
from schemas.records.dead_letter import DeadLetter
from tests.live.lives import Life
from tests.live.outside import Outside
from tests.live.trial import POISON, TRIAL
from tests.live.workers import Feed, accounts, counted, drained, is_exact, until

pytestmark = pytest.mark.live
Start = Callable[..., Life]


class Watcher:
    """Reads what relay writes while it is written. The numbers of a key must come as 1, 2, 3 …, each once."""

    def __init__(self, settings: Settings) -> None:
        self.outside, self.seen, self.wrong = Outside(settings, [topics.SIGHTING.name]), Counter[bytes](), list[str]()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self) -> None:
        while not self.stopping.is_set():
            for record in self.outside.look().records.pop(topics.SIGHTING.name, ()):
                number = wire.decode(record.value or b"")["number"]
                if number != self.seen[record.key] + 1:
                    self.wrong.append(f"{record.key!r}: {number} after {self.seen[record.key]}")
                self.seen[record.key] = number

    def end(self) -> None:
        self.stopping.set()
        self.thread.join()
        self.outside.close()


@contextmanager
def load(feed: Feed) -> Iterator[None]:
    """Records all the time, about a thousand a second."""
    stopping = threading.Event()

    def send() -> None:
        while not stopping.wait(0.15):
            feed.send(160)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


@pytest.mark.parametrize("place", ["polled.after", "outputs.after", "commit.before"])
def test_a_zombie_that_wakes_with_a_batch_in_hand_is_fenced_and_ends(feed: Feed, start: Start, place: str) -> None:
    feed.send(2000)
    zombie = start("a", f"relay.{place}=stop@3")
    assert until(lambda: bool(zombie.reached()))
    successor = start("b")
    assert drained(feed)
    zombie.signal(signal.SIGCONT)
    assert zombie.wait() == 1
    feed.send(400)
    assert drained(feed)
    assert is_exact(feed)
    assert successor.process.poll() is None


def test_partitions_move_from_one_worker_to_three_and_back_and_a_reader_sees_every_output_once(
    feed: Feed, start: Start
) -> None:
    watcher = Watcher(feed.settings)
    try:
        with load(feed):
            start("a")
            more = [start(slot) for slot in ("b", "c")]
            assert until(lambda: all(worker.health() == 200 for worker in more))
            time.sleep(1)
            assert [worker.stop() for worker in more] == [0, 0]
            time.sleep(1)
        assert drained(feed)
        assert is_exact(feed)
        assert until(lambda: watcher.seen == feed.sent, 10)
        assert watcher.wrong == []
    finally:
        watcher.end()


def test_a_record_that_kills_three_times_is_set_aside_and_its_partition_goes_on(feed: Feed, start: Start) -> None:
    feed.send(80)
    for poison in POISON:  # one batch holds them all
        feed.send(1, poison)
    feed.send(80)
    ends = [start().wait() for _ in range(3 * len(POISON))]
    assert Counter(ends) == {9: 3, -signal.SIGKILL: 3, 1: 6, os.EX_OSERR: 3}
    survivor = start()
    assert drained(feed)
    letters = [wire.load(DeadLetter, r.value or b"") for r in read_to_end(feed.settings, topics.DEAD_LETTER.name)]
    assert [(letter.stage, letter.reason, letter.original, letter.key) for letter in letters] == [
        ("relay", "crashed", poison.decode(), "key0") for poison in POISON
    ]
    assert len({letter.id for letter in letters}) == len(POISON)
    assert accounts(feed.settings, TRIAL[0].keeps.name)[1:5] == (160 + len(POISON), 160, 0, len(POISON))
    assert survivor.stop() == 0


def test_a_broken_record_is_a_dead_letter_in_the_same_transaction(feed: Feed, start: Start) -> None:
    feed.send(80)
    feed.send(3, b"broken")
    feed.send(80)
    start("a", "relay.outputs.after=kill@1").wait()
    start("a", "relay.commit.before=kill@1").wait()
    start()
    assert drained(feed)
    assert len(list(read_to_end(feed.settings, topics.DEAD_LETTER.name))) == 3
    assert accounts(feed.settings, TRIAL[0].keeps.name)[1:5] == (163, 160, 0, 3)
    assert sum(counted(feed.settings).values()) == 160
