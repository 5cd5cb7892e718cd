"""The stages as subjects: two trial stages that show any repeat, and the hub's own, which must equal the in-memory hub."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ops.bus import Admin, Incoming, Outgoing, Writer
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics, wire
from schemas.topics import partition_of
from streams.processor import Context
from streams.stages import STAGES, Stage
from tests.hub import Hub, current, differing
from tests.live.lives import Life
from tests.live.outside import Outside
from tests.live.subject import BATCH, DRAINED, Subject
from tests.live.trial import TRIAL, cell_of
from tests.live.workers import KEYS, SESSION_SECONDS, until
from tests.payloads import outgoing, raw_records
from tests.torture.judge import repeated

STEPS = (
    "fence.after",
    "restore.partial",
    "restore.after",
    "polled.after",
    "folded.after",
    "begin.after",
    "outputs.partial",
    "outputs.after",
    "state.partial",
    "offsets.after",
    "commit.before",
    "commit.after",
)
REVOKED = "revoke.before"
POLLS = 2  # of each partition, that one feed is enough for


class StageSubject(Subject):
    """A worker of one stage."""

    def __init__(self, settings: Settings, stage: Stage) -> None:
        super().__init__(settings, stage.name)
        self.stage, self.arguments = stage, (stage.name,)
        self.points = (*(f"{stage.name}.{step}" for step in (*STEPS, REVOKED)), DRAINED)
        self.often = {f"{stage.name}.{REVOKED}": 3}
        named = {topic.name: topic for topic in (stage.reads, stage.keeps, *stage.writes)}
        with Admin(self.settings) as admin:
            admin.apply(list(named.values()))
        self.writer = Writer(self.settings, "trial.feed.0")
        self.writer.open()
        self.outside = Outside(self.settings, list(named))
        self.fed = Counter[bytes | None]()

    def write(self, records: Sequence[Outgoing]) -> None:
        """Write what the stage is to read."""
        self.writer.commit(records)
        self.fed.update(record.value for record in records)

    def settled(self) -> bool:
        """All that was fed can be read, and all that can be read has been worked off.

        The broker answers a commit before its markers stand on every partition, and a stage that feeds itself has records
        there as well: their number alone would show work that nobody can read yet as done.
        """
        readable = self.outside.look().records[self.stage.reads.name]
        unread = self.fed - Counter(record.value for record in readable)
        return not unread and self.outside.totals(self.stage.keeps.name).records == len(readable)

    def provoke(self, point: str, life: Life) -> None:
        super().provoke(point, life)
        if point.endswith(REVOKED):
            self.rebalance(life)

    def rebalance(self, life: Life) -> None:
        """A second worker starts and ends repeatedly, taking partitions each time, until the first one has ended."""

        def ended() -> bool:
            return life.process.poll() is not None

        until(lambda: ended() or life.health() == 200)
        for number in range(4):
            if ended():
                return
            second = self.start(slot=f"b{number}")
            until(lambda: ended() or second.health() == 200)  # noqa: B023
            second.end()
            until(ended, SESSION_SECONDS + 1)

    def close(self) -> None:
        super().close()
        self.writer.close()
        self.outside.close()


class TrialSubject(StageSubject):
    """``relay`` or ``ledger``: a record that is lost, repeated or out of order leaves a wrong number."""

    role = "trial"

    def __init__(self, settings: Settings, stage: Stage) -> None:
        super().__init__(settings, stage)
        self.sent = Counter[bytes]()

    def feed(self) -> None:
        partitions = self.settings.partitions
        keys = [f"key{number}".encode() for number in range(KEYS)]
        owned = defaultdict[int, list[bytes]](list)
        for key in keys:
            owned[partition_of(key, partitions)].append(key)
        fed = [key for mine in owned.values() for key in itertools.islice(itertools.cycle(mine), BATCH * POLLS)]
        self.write([Outgoing(self.stage.reads.name, key, b"0", partition_of(key, partitions)) for key in fed])
        self.sent.update(fed)

    def wrong(self) -> list[str]:
        differences = self.numbers() if self.stage.name == "relay" else self.counts()
        totals = self.outside.totals(self.stage.keeps.name)
        if totals[1:5] != (self.sent.total(), self.sent.total(), 0, 0):
            differences.append(f"{self.name}: {self.sent.total()} records were sent, the account has {totals}")
        return differences

    def numbers(self) -> list[str]:
        """Each key's records are numbered 1, 2, 3 …, each once, in order."""
        numbers = defaultdict[bytes, list[int]](list)
        for record in self.outside.records[topics.SIGHTING.name]:
            numbers[record.key].append(wire.decode(record.value or b"")["number"])
        wrong = [key for key, sent in self.sent.items() if numbers[key] != list(range(1, sent + 1))]
        return [f"relay {key.decode()}: {self.sent[key]} sent, numbered {numbers[key]}" for key in wrong]

    def counts(self) -> list[str]:
        """Each cell has the number of records that were sent to it."""
        cells = Counter[bytes]()
        for key, sent in self.sent.items():
            cells[cell_of(key, partition_of(key, self.settings.partitions))] += sent
        counted = {cell: int(value or b"0") for cell, value in self.outside.newest(topics.STATISTIC.name).items()}
        wrong = [cell for cell in cells if counted.get(cell) != cells[cell]]
        return [f"ledger {cell.decode()}: {cells[cell]} sent, counted {counted.get(cell)}" for cell in wrong]


class HubSubject(StageSubject):
    """``normalise``, ``fold`` or ``tally`` over records of a world of the sandbox."""

    role = "streams"

    def __init__(self, settings: Settings, stage: Stage, stock: Sequence[Outgoing], context: Context) -> None:
        super().__init__(settings, stage)
        self.in_memory = Hub(context, (stage,))
        by_partition = [[one for one in stock if one.partition == n] for n in range(context.partitions)]
        self.stock = [iter(mine) for mine in by_partition]

    def feed(self) -> None:
        fed = [record for mine in self.stock for record in itertools.islice(mine, BATCH * POLLS)]
        self.write(fed)
        self.in_memory.write(fed)

    def wrong(self) -> list[str]:
        self.in_memory.run()
        differences = []
        for name in {topic.name for topic in self.stage.writes} - {topics.DEAD_LETTER.name}:
            log = self.outside.records[name]
            truth = [record for (topic, _), kept in self.in_memory.logs.items() if topic == name for record in kept]
            differences += [
                f"{name} {key.decode()}"
                for key in differing(current(with_own_keys(log)), current(with_own_keys(truth)))
            ]
            if name != topics.SIGHTING.name:
                differences += repeated(name, log, "revision")
        if (totals := self.outside.totals(self.stage.keeps.name)).gap:
            differences.append(f"{self.name}: {totals}")
        return differences


def with_own_keys(log: Iterable[Incoming]) -> Iterator[Incoming]:
    """Sightings of one subject share a key; add the id, so that each has its own."""
    for record in log:
        name = wire.decode(record.value)["id"] if record.topic == topics.SIGHTING.name and record.value else ""
        yield record._replace(key=record.key + name.encode())


def stage_subjects(settings: Settings, patents: int) -> Iterable[StageSubject]:
    """All stages. Each of the hub's own is fed the output of the stage before it, from one world."""
    yield from (TrialSubject(settings, stage) for stage in TRIAL)
    context = Context(settings.partitions, load_sources(settings.sources))
    stock = [outgoing(record, settings.partitions) for record in raw_records(patents)]
    for stage in STAGES:
        in_memory = Hub(context, (stage,))
        in_memory.write(stock)
        in_memory.run()
        yield HubSubject(settings, stage, stock, context)
        following = {one.reads.name for one in STAGES} - {stage.reads.name}
        stock = [
            Outgoing(r.topic, r.key, r.value, r.partition, r.headers)
            for (name, _), log in in_memory.logs.items()
            if name in following
            for r in log
        ]
