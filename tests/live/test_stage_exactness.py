"""Nothing lost, nothing counted twice, whatever happens to the stream workers: on the real broker, with real deaths."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from ops.bus import read_to_end
from schemas import topics, wire
from schemas.dead_letter import DeadLetter
from tests.live.trial import TRIAL
from tests.live.workers import Feed, Worker, accounts, counted, drained, is_exact, until

pytestmark = pytest.mark.live
Start = Callable[..., Worker]

PLACES = (
    "fence.after", "restore.partial", "restore.after", "polled.after", "folded.after", "outputs.partial",
    "outputs.after", "state.partial", "offsets.after", "commit.before", "commit.after",
)


def trickle(feed: Feed) -> None:
    """Records over half a second."""
    for _ in range(10):
        feed.send(160)
        time.sleep(0.05)


@pytest.mark.parametrize(("stage", "action", "code"), [("relay", "kill", -9), ("ledger", "raise", 1)])
def test_a_worker_that_dies_at_any_step_of_a_commit_leaves_all_of_it_or_nothing(
    feed: Feed, start: Start, stage: str, action: str, code: int
) -> None:
    feed.send(400)
    first = start()
    assert drained(feed)                                # there is a state to restore
    first.stop()
    deaths = []
    for place in PLACES:
        for hit in (1, 2):
            feed.send(400)
            worker = start("a", f"{stage}.{place}={action}@{hit}")
            deaths.append((place, hit, worker.wait()))
    assert deaths == [(place, hit, code) for place in PLACES for hit in (1, 2)]
    assert worker.reached() == [f"{stage}.{place} {hit} {action}" for place in PLACES for hit in (1, 2)]
    start()
    assert drained(feed)
    assert is_exact(feed)


def test_a_zombie_that_wakes_inside_its_transaction_is_fenced_and_ends(feed: Feed, start: Start) -> None:
    feed.send(2000)
    zombie = start("a", "relay.offsets.after=stop@3")
    assert until(lambda: bool(zombie.reached()))
    successor = start("b")
    assert drained(feed)
    zombie.signal(signal.SIGCONT)
    assert zombie.wait() == 1
    feed.send(400)
    assert drained(feed)
    assert is_exact(feed)
    assert successor.process.poll() is None


def test_partitions_move_between_one_and_two_workers_without_a_trace(feed: Feed, start: Start) -> None:
    start("a")
    trickle(feed)
    second = start("b")
    trickle(feed)
    assert until(lambda: second.health() == 200)
    trickle(feed)
    assert second.stop() == 0
    trickle(feed)
    assert drained(feed)
    assert is_exact(feed)


def test_a_worker_killed_while_its_partitions_are_revoked_repeats_nothing(feed: Feed, start: Start) -> None:
    feed.send(400)
    worker = start("a", "relay.revoke.before=kill@1")
    assert drained(feed)
    start("b")
    assert worker.wait() == -9
    feed.send(400)
    assert drained(feed)
    assert is_exact(feed)


def test_a_record_that_kills_three_times_is_set_aside_and_its_partition_goes_on(feed: Feed, start: Start) -> None:
    feed.send(80)
    feed.send(1, b"killer")
    feed.send(80)
    deaths = [start().wait() for _ in range(3)]
    assert deaths == [9, 9, 9]
    survivor = start()
    assert drained(feed)
    letters = [wire.load(DeadLetter, r.value or b"") for r in read_to_end(feed.settings, topics.DEAD_LETTER.name)]
    assert [(letter.stage, letter.reason, letter.original, letter.key) for letter in letters] == [
        ("relay", "crashed", "killer", "key0")
    ]
    assert accounts(feed.settings, TRIAL[0].keeps.name)[1:5] == (161, 160, 0, 1)
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
