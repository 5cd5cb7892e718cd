"""Memory: what the dossiers of the fold take in a worker that has restored them, with all who ask about a party."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple

from ops.bus import Admin
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from schemas.wire import decode, encode
from streams.dossier.stored import ASKED, NAMED, SIGHTED
from streams.processor import Context
from tests.bench.line import Line
from tests.bench.restore import State, keep
from tests.bench.run import Run
from tests.bench.throughput import values
from tests.hub import Hub
from tests.live.workers import Worker, until
from tests.payloads import outgoing, raw_records

PATENTS, BY = 2_000, 100_000
AIM_MIB = 80.0
METHOD = (
    "resident memory of a worker that restored them less that of one with empty topics; dossiers of a world under new"
    " keys, every sighting with evidence of its own; subjects with sightings count as dossiers, parties named come along"
)
NO_EVIDENCE = b"0" * 64  # of all records of ``tests.payloads``
Owner = tuple[int, str]  # a partition, and a subject of it or a party that its subjects name


class Kept(NamedTuple):
    """A state record of fold: its kind, its name beside the owner, its value."""

    kind: bytes
    names: list[str]
    value: bytes


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    hub = Hub(Context(settings.partitions, load_sources(settings.sources)))
    hub.write(outgoing(record, settings.partitions) for record in raw_records(PATENTS))
    hub.run()
    subjects = kept_by_subject(hub)
    dossiers = [*copies(subjects, run.scale.dossiers)]
    asked = sum(state.key.startswith(ASKED) for state in dossiers)
    empty = megabytes(settings, "empty.", [])
    full = megabytes(settings, "full.", dossiers)
    size = sum(len(state.key) + len(state.value) for state in dossiers) / (1 << 20)
    name = f"{run.scale.dossiers:,} dossiers with {asked:,} enquiries"
    yield Line("memory", name, full - empty, "MiB", f"{METHOD}; beside: keys and values of their state records", size)
    each = (full - empty) * BY / run.scale.dossiers
    yield Line("memory", f"the same, for {BY:,} dossiers", each, "MiB", f"{METHOD}; beside: the aim", AIM_MIB)


def copies(subjects: Mapping[Owner, list[Kept]], most: int) -> Iterator[State]:
    """State records of so many dossiers, and of the parties that they name, under ever new keys."""
    dossiers, evidence = 0, count()
    for number in count():
        for (partition, subject), kept in subjects.items():
            dossiers += any(kind == SIGHTED for kind, _, _ in kept)
            if dossiers > most:
                return
            for kind, names, value in kept:
                own = sha256(b"%d" % next(evidence)).hexdigest().encode()
                key = kind + encode([f"{number}|{subject}", *anew(number, kind, names)])
                yield State(partition, key, value.replace(NO_EVIDENCE, own))


def anew(number: int, kind: bytes, names: list[str]) -> list[str]:
    """The rest of a record's key in that copy: who asks or names a party is a subject of the copy as well."""
    return [f"{number}|{name}" for name in names] if kind in (ASKED, NAMED) else names


def kept_by_subject(hub: Hub) -> Mapping[Owner, list[Kept]]:
    """What each partition of fold keeps of every subject."""
    logs = {place: log for (topic, place), log in hub.logs.items() if topic == topics.FOLD_STATE.name}
    last = {(place, record.key): record.value for place, log in logs.items() for record in log}
    found: dict[Owner, list[Kept]] = {}
    for (place, key), value in last.items():
        if value is not None:
            subject, *name = decode(key[2:])
            found.setdefault((place, subject), []).append(Kept(key[:2], name, value))
    return found


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
