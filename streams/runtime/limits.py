"""Limits: a processor that does not come to an end ends the process, as one that crashes it.

Work is limited by the CPU time of the process: on a busy machine a sound batch may wait for the CPU for minutes. A
second, much longer limit by the wall clock ends a processor that waits for something.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CPU_SECONDS = 30.0  # a batch takes less than one
WALL_SECONDS = 600.0
OVER = signal.SIGPROF  # of the CPU clock; its default action ends the process, also within an extension's code


def show_stacks() -> None:
    """For the start of a process: the stacks of all threads go to stderr before the CPU limit ends it."""
    faulthandler.register(OVER, file=sys.__stderr__ or sys.stderr, chain=True)


@contextmanager
def limited() -> Iterator[None]:
    """The limits hold within this block. What it raises passes through."""
    faulthandler.dump_traceback_later(WALL_SECONDS, exit=True)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
