"""Generations: the running one and the one in the making, as the broker has them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from ops.bus import Admin, Incoming, read_on
from ops.positions import generations, position_records, positions
from ops.settings import Settings
from schemas import wire
from schemas.errors import Refused
from schemas.records.position import FORM
from schemas.topics import TOPICS
from streams.rebuild.compare import COMPARED, Difference, PublicRecord, substance
from streams.stages import STAGES, Stage

MADE_AGAIN = tuple(topic for topic in TOPICS if topic.is_made_again)
READ_SECONDS = 1800.0  # longest reading of one partition of all topics
LOOKING_AGAIN_SECONDS = 1.0


class Generations(NamedTuple):
    """The running generation and the one that follows it: settings under which each has its names on the broker."""

    running: Settings
    following: Settings

    @property
    def number(self) -> int:
        """Of the generation that follows."""
        return self.following.generation

    @classmethod
    def found(cls, settings: Settings) -> Generations:
        """The number of the running stages by their states; the generation that follows has one more."""
        return cls(settings, settings.model_copy(update={"generation": max(generations(settings)) + 1}))

    def exists(self, admin: Admin) -> bool:
        """Whether the broker holds a topic of the generation that follows."""
        names = {self.following.topic(topic.name) for topic in MADE_AGAIN}
        return not names.isdisjoint(admin.ping())

    def is_left(self, admin: Admin) -> bool:
        """Whether its topics are what a finished switch left behind."""
        if not self.exists(admin):
            return False
        return any(totals.generation < self.number for totals in positions(self.following).values())

    def must_be_made(self, admin: Admin) -> None:
        """Raises Refused when nothing is in the making."""
        if not self.exists(admin):
            raise Refused(
                "no generation is in the making · 没有正在重建的版本", code="T5501", next_step="tongda rebuild start"
            )
        self.must_be_usable(admin)

    def must_be_usable(self, admin: Admin) -> None:
        """Raises Refused when what is there was switched to before (T5502), or is of another release's form (T5508)."""
        if self.is_left(admin):
            raise Refused(
                f"generation {self.number - 1} runs; what its making left must go first · 请先清除上次重建的遗留",
                code="T5502",
                next_step="tongda rebuild discard",
            )
        if self.exists(admin) and any(position.form != FORM for position in position_records(self.following).values()):
            raise Refused(
                f"another release began to make generation {self.number}, with a state of another form · "
                "未完成的重建由其他版本开始",
                code="T5508",
                next_step="tongda rebuild discard",
            )


def group(stage: Stage) -> str:
    """The consumer group of a stage, and the beginning of its transactional ids."""
    return f"tongda.{stage.name}"


def lags(admin: Admin, stages: Sequence[Stage] = STAGES) -> dict[str, int]:
    """Records that each stage has still before it, in their order: a sum of 0 means that all is drained."""
    return {stage.name: sum(admin.lag(group(stage), [stage.reads.name]).values()) for stage in stages}


def current(settings: Settings, names: Sequence[str], partition: int) -> dict[str, dict[bytes, bytes]]:
    """The last value of every key of one partition, by topic."""
    held: dict[str, dict[bytes, bytes]] = {name: {} for name in names}
    for record in read_on(settings, {(name, partition): 0 for name in names}, READ_SECONDS):
        if record.value is None:
            held[record.topic].pop(record.key, None)
        else:
            held[record.topic][record.key] = record.value
    return held


def differences(
    both: Generations, partition: int, compared: Counter[str] | None = None, looks: int = 1
) -> list[Difference]:
    """On what the generations differ in one partition of every compared topic; counts the ids that were compared.

    Digests of everything first, then only the records of keys that differ: memory holds one partition's digests. While
    the hub goes on working these are read ``looks`` times, so that a record that was only on its way is no difference.
    """
    running, following = (digests(settings, partition) for settings in both)
    names = running.keys() | following.keys()
    if compared is not None:
        compared.update(topic for topic, _ in names)
    names = {name for name in names if running.get(name) != following.get(name)}
    found: list[Difference] = []
    for look in range(looks):
        if not names:
            return []
        if look:
            time.sleep(LOOKING_AGAIN_SECONDS)
        old, new = (records(settings, partition, names) for settings in both)
        found = [one for name in sorted(names) if (one := Difference(*name, old.get(name), new.get(name))).is_real]
        names = {(one.topic, one.key) for one in found}
    return found


Name = tuple[str, bytes]  # topic and key


def digests(settings: Settings, partition: int) -> dict[Name, bytes]:
    """A digest of what holds under each key."""
    held: dict[Name, bytes] = {}
    for record in of_partition(settings, partition):
        content = substance(record.topic, record.value) if record.value is not None else None
        if content is None:
            held.pop((record.topic, record.key), None)
        else:
            held[record.topic, record.key] = blake2b(wire.encode(content), digest_size=16).digest()
    return held


def records(settings: Settings, partition: int, names: set[Name]) -> Mapping[Name, PublicRecord]:
    """The newest records of these keys."""
    held: dict[Name, PublicRecord] = {}
    for record in of_partition(settings, partition):
        if (record.topic, record.key) in names and record.value is not None:
            held[record.topic, record.key] = PublicRecord(record.value, record.headers)
    return held


def of_partition(settings: Settings, partition: int) -> Iterator[Incoming]:
    """One partition of every compared topic, from the oldest record."""
    return read_on(settings, {(topic.name, partition): 0 for topic in COMPARED}, READ_SECONDS)
