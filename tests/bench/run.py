"""Run: how large the sections are, and what they are given beside the settings; the CPU time of a process."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Scale:
    """How much a section measures."""

    raw_records: tuple[int, ...]  # throughput: one measurement each
    patents_before: int  # the world that this release and the one before are given
    patents_rebuilt: int
    dossiers: int  # memory
    states: int  # restore
    events: int  # latency, one a second
    kills: int  # restart; a quarter as many takeovers
    siblings: int  # heavy: that a subject has when the next record comes
    polled: tuple[int, ...]  # polling: rows of a platform, one measurement each


USUAL = Scale((10_000, 50_000), 3_000, 12_000, 100_000, 200_000, 60, 20, 1_000, (2_000,))
FULL = Scale((10_000, 50_000, 200_000), 3_000, 12_000, 100_000, 200_000, 60, 20, 1_000, (2_000, 200_000))
QUICK = Scale(
    (2_000,), 100, 200, 2_000, 5_000, 5, 4, 200, (500,)
)  # shows that every section works; its numbers say little


@dataclass(frozen=True)
class Run:
    """One run of the benchmark. ``broker``: the process of its Kafka; ``before``: a revision, the release before."""

    scale: Scale
    broker: int
    before: str


class NotMeasured(Exception):
    """A section cannot be measured here; the text says why, and the others go on."""


def cpu_seconds(pid: int) -> float:
    """What a process has used since its start, in the kernel and outside, over all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
