"""Peers: whether the other processes of this machine are ready, and their metrics, read from their health listeners.

A process that does not answer within a second counts as silent. On a cluster no process has its peers on the same
machine: there Prometheus reads the same gauges.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import run
from ops.loopback import ask, probe
from ops.telemetry import Sample, read_samples

SECONDS = 1.0


@dataclass(frozen=True)
class Peer:
    """One process. ``answers``: its listener answered; ``ready``: and said that it is ready."""

    role: str
    started_at: str
    answers: bool
    ready: bool
    samples: tuple[Sample, ...]


def peers(folder: Path, metrics: Sequence[str], but: str = "") -> tuple[Peer, ...]:
    """Every recorded process with a health listener, except ``but``, with its samples of these metrics."""
    records = {role: run.read(folder, role) for role in run.roles(folder) if role != but}
    listening = {role: record for role, record in records.items() if record.get("health")}
    with ThreadPoolExecutor(max_workers=max(len(listening), 1)) as workers:
        return tuple(workers.map(lambda role: _peer(role, listening[role], metrics), listening))


def _peer(role: str, record: dict[str, Any], metrics: Sequence[str]) -> Peer:
    """Addresses come from this hub's own records in HOME/run, always on this machine."""
    address, started = record["health"], str(record.get("started_at", ""))
    try:
        samples = read_samples(ask(f"{address}/metrics", SECONDS).decode(), metrics)
    except (OSError, ValueError):
        return Peer(role, started, False, False, ())
    return Peer(role, started, True, probe(f"{address}/readyz", SECONDS) is not None, samples)
