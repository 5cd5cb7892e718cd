"""Memory: what the dossiers of the fold take in a worker that has restored them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from ops.bus import Admin
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from streams.fold import Fold
from streams.verb import Context
from tests.bench.line import Line
from tests.bench.restore import keep
from tests.bench.throughput import values
from tests.floor import Floor
from tests.live.workers import Worker, until
from tests.payloads import outgoing, raw_records

DOSSIERS, PATENTS = 100_000, 600
METHOD = (
    "resident memory of a worker that restored them less that of one with empty topics; real dossiers, under new keys"
)


def measure(settings: Settings) -> Iterator[Line]:
    floor = Floor(Context(settings.partitions, load_sources(settings.sources)))
    floor.write(outgoing(record, settings.partitions) for record in raw_records(PATENTS))
    floor.run()
    made = [item for verb in floor.verbs.values() if isinstance(verb, Fold) for item in verb.kept.items()]
    copies = ((b"%d|%b" % (number, key), value) for number in count() for key, value in made)
    dossiers = list(islice(copies, DOSSIERS))
    empty = megabytes(settings, "empty.", [])
    full = megabytes(settings, "full.", dossiers)
    size = sum(len(value) for _, value in dossiers) / (1 << 20)
    yield Line(
        "memory", f"{DOSSIERS:,} dossiers in a worker", full - empty, "MiB", f"{METHOD}; beside: their JSON", size
    )


def megabytes(settings: Settings, prefix: str, dossiers: list[tuple[bytes, bytes]]) -> float:
    """Resident memory of a worker of all stages with these dossiers in its fold."""
    home, prefix = settings.home / prefix, settings.topic_prefix + prefix
    settings = settings.model_copy(update={"topic_prefix": prefix, "home": home})
    with Admin(settings) as admin:
        admin.apply(topics.TOPICS)
    keep(settings, topics.FOLD_STATE, dossiers)
    worker = Worker(settings, "bench", role="streams")
    try:
        assert until(lambda: worker.health() == 200, 120)
        assert until(lambda: values(worker, 'stage_state_records{stage="fold"}') == [len(dossiers)], 30)
        status = Path(f"/proc/{worker.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024
    finally:
        worker.end()
