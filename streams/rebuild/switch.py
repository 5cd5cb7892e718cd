"""Switch: one transaction by which the generation in the making becomes the running one.

Before its commit nothing has changed; after it everything has: states, offsets, and what subscribers read.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from types import TracebackType

from ops import run, say
from ops.bus import Admin, Outgoing, Reader, TopicPartition, Writer
from ops.positions import positions, wait_for_none
from ops.settings import Settings
from ops.supervisor.supervisor import hold_on
from schemas.errors import Fenced, Refused, Unreachable
from schemas.records.position import Totals
from schemas.topics import DEAD_LETTER, STATES
from streams.rebuild.generations import Generations, current, differences, group, lags
from streams.rebuild.handover import in_pieces, letters, published, state
from streams.rebuild.workers import Workers, at_home, end_left_behind
from streams.stages import STAGES

MOST_BEHIND = 20_000  # records that a switch reads while the running stages stand still
REACHING_SECONDS = 300.0
HOLDING_SECONDS = 30.0  # until the supervisor has stopped the stages in their clean way
LONGEST_TRANSACTION_SECONDS = 900  # the broker's transaction.max.timeout.ms as it comes
COMPARING_SECONDS = 120  # of the transaction, beside the sending
LEAST_BYTES_A_SECOND = 4 << 20  # that a transaction is sure to send
WRITER = "tongda.rebuild-0"
STATE_NAMES = tuple(topic.name for topic in STATES)
NORMALISE, *FOLLOWERS = STAGES  # the followers read what the generation before them wrote


class Hold:
    """The supervisor of this machine keeps its streams stopped while this lasts, and no longer than its process."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.run

    def __enter__(self) -> None:
        run.write(self._folder, hold_on("streams"), os.getpid())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        run.forget(self._folder, hold_on("streams"))


def switch(settings: Settings, environ: Mapping[str, str]) -> str:
    """Switch over; gives a sentence of what was done. Raises Refused, and nothing has changed then.

    1 check that the new generation is near, and small enough for one transaction  2 hold the running stages  3 read the
    rest and drain  4 check that their groups have no members  5 fence the old writers  6 commit  7 end the hold: the stages
    start on the new state.
    """
    with Admin(settings) as admin:
        both = Generations.found(settings)
        both.must_be_made(admin)
        with Admin(both.following) as following:
            end_left_behind(at_home(both.following))
            wait_for_none(following, settings, "the rebuild", "end `tongda rebuild start`, then switch again")
            must_be_near(lags(following))  # 1
            seconds = transaction_seconds(both)
            abort_left_over(settings)
            tell = Clock()
            with Hold(settings):  # 2
                supervised = bool(run.read(settings.run, "tongda"))
                if supervised:  # a process that ended leaves its groups later: there is time to read the rest
                    wait_for_end(settings, "child-streams")
                    tell("暂停流处理,门户与采集照常 the running stages are held; portal, store and connectors go on")
                    reach(both, admin, following, environ)  # 3
                    tell("新一代已读完 the new generation has read the rest")
                wait_for_none(admin, settings, "a running stage", "stop the streams processes, then switch again")  # 4
                reach(both, admin, following, environ)
                fence(settings)  # 5
                tell("旧写入者已隔离 the old writers are fenced")
                done = commit(both, admin, seconds)  # 6
            tell("已提交 committed; the stages may start")  # 7
    return done if supervised else f"{done}; start the streams processes again"


class Clock:
    """Tells each step with the seconds since the first."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, what: str) -> None:
        say.note(f"{time.monotonic() - self._began:6.1f} s  {what}")


def wait_for_end(settings: Settings, role: str) -> None:
    """Wait until the supervisor has ended a process. Raises Unreachable when it does not."""
    deadline = time.monotonic() + HOLDING_SECONDS
    while run.read(settings.run, role):
        if time.monotonic() > deadline:
            raise Unreachable(f"{role} still runs after {HOLDING_SECONDS:g} s", next_step="tongda status")
        time.sleep(0.1)


def must_be_near(behind: Mapping[str, int]) -> None:
    """Raises Refused when the running stages would have to stand still for long."""
    if sum(behind.values()) > MOST_BEHIND:
        by_stage = ", ".join(f"{stage} {number}" for stage, number in behind.items())
        raise Refused(
            f"the new generation is far behind: {by_stage} records", code="T5504", next_step="tongda rebuild start"
        )


def transaction_seconds(both: Generations) -> int:
    """How long the transaction may take, by the size of the states. Raises Refused when the broker would abort it first."""
    states = (current(both.following, STATE_NAMES, partition) for partition in range(both.running.partitions))
    size = sum(len(key) + len(value) for kept in states for held in kept.values() for key, value in held.items())
    needed = COMPARING_SECONDS + size // LEAST_BYTES_A_SECOND
    if needed > LONGEST_TRANSACTION_SECONDS:
        limit = (LONGEST_TRANSACTION_SECONDS - COMPARING_SECONDS) * LEAST_BYTES_A_SECOND
        raise Refused(
            f"states of {size >> 20} MB; one transaction hands over {limit >> 20} MB",
            code="T5505",
            next_step="raise transaction.max.timeout.ms of the broker and the limit in streams/rebuild/switch.py",
        )
    return needed


def reach(both: Generations, admin: Admin, following: Admin, environ: Mapping[str, str]) -> None:
    """Read at least what the running generation has read of the raw records, then drain what came of it.

    One worker: what is left is read before a second one would have joined.
    """
    goal = admin.committed(group(NORMALISE))

    def has_read() -> bool:
        kept = positions(both.following)
        return all(kept.get((NORMALISE.keeps.name, p), Totals()).offset >= at for (_, p), at in goal.items())

    def is_drained() -> bool:
        return not any(lags(following, FOLLOWERS).values())

    if not has_read():
        with Workers(both.following, environ, [stage.name for stage in STAGES]) as workers:
            workers.run_until(has_read, 0.5, REACHING_SECONDS)
    if not is_drained():
        with Workers(both.following, environ, [stage.name for stage in FOLLOWERS]) as workers:
            workers.run_until(is_drained, 0.5, REACHING_SECONDS)


def fence(settings: Settings) -> None:
    """Take the transactional id of every running partition: no writer of before commits any more."""
    for stage in STAGES:
        for partition in range(settings.partitions):
            with Writer(settings, f"{group(stage)}-{partition}"):
                pass


def abort_left_over(settings: Settings) -> None:
    """End the transaction of a switch that was killed, for which readers would wait until its time is over."""
    with Writer(settings, WRITER):
        pass


def commit(both: Generations, admin: Admin, seconds: int) -> str:
    """The transaction; gives a sentence of what it held. If its outcome is unknown, the states show it."""
    done: Counter[str] = Counter()
    starts = beginnings(both)
    offsets = {
        group(stage): {(stage.reads.name, p): starts[stage.reads.name, p] for p in range(both.running.partitions)}
        for stage in STAGES
    }
    writing = both.running.model_copy(update={"transaction_timeout_seconds": seconds})
    try:
        with Writer(writing, WRITER, failpoints="rebuild") as writer:
            writer.commit_pieces(in_pieces(records(both, admin, starts, done)), offsets)
    except Fenced:  # another switch fenced this one: its transaction must not be aborted
        raise
    except BaseException:
        abort_left_over(both.running)
        if not any(totals.generation == both.number for totals in positions(both.running).values()):
            raise
    return (
        f"generation {both.number} runs: {done['published']} of {done['compared']} ids published (what differs, and what came "
        f"meanwhile), {done['letters']} dead letters, {done['states']} records of state handed over"
    )


def beginnings(both: Generations) -> dict[TopicPartition, int]:
    """Where each stage goes on: in the raw records where it is, in the running generation's topics at their end."""
    partitions = range(both.running.partitions)
    with Reader(both.running) as reader:
        ends = reader.end_offsets([(stage.reads.name, p) for stage in FOLLOWERS for p in partitions])
    kept = positions(both.following)
    read = {(NORMALISE.reads.name, p): kept.get((NORMALISE.keeps.name, p), Totals()).offset for p in partitions}
    return {**ends, **read}


def records(
    both: Generations, admin: Admin, starts: Mapping[TopicPartition, int], done: Counter[str]
) -> Iterator[Outgoing]:
    """Everything the transaction holds; what subscribers read comes last, so that they wait the shortest time."""
    kept = positions(both.following)
    for partition in range(both.running.partitions):
        old, new = (current(settings, STATE_NAMES, partition) for settings in both)
        for stage in STAGES:
            name = stage.keeps.name
            totals = kept.get((name, partition), Totals())._replace(
                offset=starts[stage.reads.name, partition], generation=both.number
            )
            for record in state(name, partition, old[name], new[name], totals):
                done["states"] += 1
                yield record
    compared: Counter[str] = Counter()
    for partition in range(both.running.partitions):
        for difference in differences(both, partition, compared):
            done["published"] += 1
            yield published(difference, partition, both.number)
        old, new = (current(settings, [DEAD_LETTER.name], partition) for settings in both)
        for letter in letters(old[DEAD_LETTER.name], new[DEAD_LETTER.name], partition):
            done["letters"] += 1
            yield letter
    done["compared"] = compared.total()
    wait_for_none(admin, both.running, "a stage that was started meanwhile", "stop it, then switch again")
    if positions(both.following) != kept:
        raise Refused("the new generation moved on meanwhile", code="T5506", next_step="end `tongda rebuild start`")
