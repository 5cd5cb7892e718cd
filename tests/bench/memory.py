"""Memory: what the dossiers of the fold take in a worker that has restored them, with all who ask about a party."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ops.bus import Admin
from ops.settings import Settings
from schemas import topics
from streams.dossier.stored import ASKED
from tests.bench.dossiers import State, keep, many
from tests.bench.line import Line
from tests.bench.run import Run
from tests.bench.throughput import values
from tests.live.workers import Worker, until

BY = 100_000
AIM_MIB = 80.0
METHOD = (
    "resident memory of a worker that restored them less that of one with empty topics; dossiers of a world under new"
    " keys, every sighting with evidence of its own; subjects with sightings count as dossiers, parties named come along"
)


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    dossiers = [*many(settings, run.scale.dossiers)]
    asked = sum(state.key.startswith(ASKED) for state in dossiers)
    empty = megabytes(settings, "empty.", [])
    full = megabytes(settings, "full.", dossiers)
    size = sum(len(state.key) + len(state.value) for state in dossiers) / (1 << 20)
    name = f"{run.scale.dossiers:,} dossiers with {asked:,} enquiries"
    yield Line("memory", name, full - empty, "MiB", f"{METHOD}; beside: keys and values of their state records", size)
    each = (full - empty) * BY / run.scale.dossiers
    yield Line("memory", f"the same, for {BY:,} dossiers", each, "MiB", f"{METHOD}; beside: the aim", AIM_MIB)


def megabytes(settings: Settings, prefix: str, dossiers: list[State]) -> float:
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
