"""Peers: what the other processes of this machine say about themselves, asked by their health listeners.

Bounded: a process that does not answer within a second is told as silent. On a cluster there is nothing to ask here;
the same gauges are read by Prometheus.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from ops import run

SECONDS = 1.0
SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Sample:
    """One metric of one process."""

    name: str
    labels: dict[str, str]
    value: float


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
    asked = {role: record for role, record in records.items() if record.get("health")}
    with ThreadPoolExecutor(max_workers=max(len(asked), 1)) as workers:
        return tuple(workers.map(lambda role: _ask(role, asked[role], metrics), asked))


def read_samples(text: str, metrics: Sequence[str]) -> tuple[Sample, ...]:
    """The samples of these metrics in an exposition."""
    return tuple(
        Sample(name, dict(LABEL.findall(labels)), float(value))
        for name, labels, value in SAMPLE.findall(text)
        if name in metrics
    )


def _ask(role: str, record: dict[str, Any], metrics: Sequence[str]) -> Peer:
    started = str(record.get("started_at", ""))
    try:
        ready = _get(record["health"] + "/readyz")[0] == 200
        samples = read_samples(_get(record["health"] + "/metrics")[1], metrics)
    except OSError:
        return Peer(role, started, False, False, ())
    return Peer(role, started, True, ready, samples)


def _get(address: str) -> tuple[int, str]:
    """Addresses come from this hub's own records in HOME/run, always on this machine."""
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, ""
