"""Position records of the stages on their state topics: read by rebuild and backup, written by a restore."""

from __future__ import annotations

import time

from ops.bus import Admin, Outgoing, Reader, TopicPartition, read_on
from ops.settings import Settings
from schemas.errors import Refused
from schemas.records.position import POSITION, Position, Totals
from schemas.topics import STATES

NEAR_END = 64  # a position is the last record of its transaction: looked for from the end
LEAVING_SECONDS = 3.0  # beyond the session timeout, which a member that was stopped lets pass


def positions(settings: Settings) -> dict[TopicPartition, Totals]:
    """The newest totals of each partition of each state topic that has a position."""
    return {tp: position.totals for tp, position in position_records(settings).items()}


def position_records(settings: Settings) -> dict[TopicPartition, Position]:
    """The newest position record of each partition of each state topic that has one."""
    found: dict[TopicPartition, Position] = {}
    looking = state_partitions(settings)
    with Reader(settings) as reader:
        ends = reader.end_offsets(looking)
    looking, near = [tp for tp in looking if ends[tp]], NEAR_END
    while looking:
        for record in read_on(settings, {tp: max(0, ends[tp] - near) for tp in looking}):
            if record.key == POSITION and record.value is not None:
                found[record.topic, record.partition] = Position.decode(record.value)
        looking, near = [tp for tp in looking if tp not in found and near < ends[tp]], near * 16
    return found


def generations(settings: Settings) -> list[int]:
    """The generation of every partition of every state topic, in no order; 0 where no stage has committed."""
    found = positions(settings)
    return [found.get(tp, Totals()).generation for tp in state_partitions(settings)]


def beginnings(settings: Settings, generation: int) -> list[Outgoing]:
    """Position records before all input, with which the stages of an empty broker begin in this generation."""
    value = Position(Totals(generation=generation)).encode()
    return [Outgoing(topic, POSITION, value, partition) for topic, partition in state_partitions(settings)]


def wait_for_none(admin: Admin, settings: Settings, what: str, next_step: str) -> None:
    """Wait until no process is a member of a stage's group. Raises Refused when some stay."""
    deadline = time.monotonic() + settings.session_timeout_seconds + LEAVING_SECONDS
    while members := admin.members([f"tongda.{state.written_by}" for state in STATES]):
        if time.monotonic() > deadline:
            told = ", ".join(f"{name} {number}" for name, number in members.items())
            raise Refused(f"{what} still runs: members of {told}", code="T5503", next_step=next_step)
        time.sleep(0.2)


def state_partitions(settings: Settings) -> list[TopicPartition]:
    """Every partition of every state topic."""
    return [(topic.name, partition) for topic in STATES for partition in range(settings.partitions)]
