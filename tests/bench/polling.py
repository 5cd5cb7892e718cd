"""Polling: what reading a platform costs for each record, and whether twelve faults leave a row out or publish it twice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from connectors.http.client import HttpClient
from connectors.poll.kept import KeptPages
from connectors.poll.poll import Poll
from ops.run import CHINA
from ops.settings import ROOT, Settings
from tests.bench.faults import FAULTS, POLLS, RECORDS, feed, survived
from tests.bench.line import Line
from tests.bench.polled import ROWS_A_PAGE
from tests.bench.run import Run
from tests.connectors.platform import Bench

DELAYS = (0, 50)  # milliseconds that a page takes at the platform
TOGETHER = 8  # requests under way where a platform allows several (``parallel``)
QUIET_POLLS = 20
QUIET_AIM_MS = 5.0
METHOD = (
    "a poll of {:,} rows, {} a page, by function calls: requests, evidence on disk, guards, proof, raw records; "
    "the platform is another process, nothing is sent to a broker"
)
OF_A_QUIET_FEED = f"CPU of a poll that finds one page of {ROWS_A_PAGE} rows as it was, mean of {QUIET_POLLS}"
OF_FAULTS = (
    f"{RECORDS:,} rows; right: every row that stayed is published once within {POLLS} polls, "
    "and none of them said complete before that"
)


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    settings.home.mkdir(parents=True, exist_ok=True)
    with HttpClient(lambda: datetime.now(CHINA)) as client:
        for records in run.scale.polled:
            for delay in DELAYS:
                folder = settings.home / f"polling-{records}-{delay}"
                yield from sweep(folder, client, records, delay)
            yield from sweep(settings.home / f"polling-{records}-together", client, records, DELAYS[-1], TOGETHER)
        yield from quiet(settings.home / "polling-quiet", client)
        right = sum(survived(fault, settings.home / "polling-faults", client) for fault in FAULTS)
        yield Line("polling", "faults survived", right, f"of {len(FAULTS)}", OF_FAULTS, float(len(FAULTS)))


def sweep(folder: Path, client: HttpClient, records: int, delay: int, parallel: int = 1) -> Iterator[Line]:
    """The first poll, which finds every row new, and the second, which finds none."""
    method, name = METHOD.format(records, ROWS_A_PAGE), f"{records:,} rows, {delay} ms a page"
    name += f", {parallel} at once" if parallel > 1 else ""
    with serving(records, delay) as base:
        bench, kept = Bench(folder, feed(base, parallel), client), KeptPages()
        for what in ("new", "unchanged"):
            poll, wall, cpu = timed(bench, kept)
            assert (poll.outcome.verdict, getattr(poll.rows, what)) == ("complete", records), poll.outcome
            yield Line("polling", f"{name}: {what}", records / wall, "records/s", method)
            yield Line("polling", f"{name}: CPU of each {what}", cpu * 1e6 / records, "µs", method)
            bench.records.clear()
            bench.transactions.clear()
            if what == "new":
                least = -(-records // ROWS_A_PAGE)
                yield Line("polling", f"{name}: requests", poll.cursor.asked.requests, "requests", method, float(least))


def timed(bench: Bench, kept: KeptPages) -> tuple[Poll, float, float]:
    """A poll, with its seconds of clock and of CPU."""
    wall, cpu = time.monotonic(), time.process_time()
    poll = bench.poll(kept=kept)
    return poll, time.monotonic() - wall, time.process_time() - cpu


def quiet(folder: Path, client: HttpClient) -> Iterator[Line]:
    with serving(ROWS_A_PAGE, 0) as base:
        bench = Bench(folder, feed(base), client)
        kept = KeptPages()  # as the connectors keep them from poll to poll
        bench.poll(kept=kept)
        bench.poll(kept=kept)
        cpu = time.process_time()
        for _ in range(QUIET_POLLS):
            bench.poll(kept=kept)
        spent = (time.process_time() - cpu) * 1000 / QUIET_POLLS
    yield Line("polling", "a quiet feed's poll", spent, "ms", OF_A_QUIET_FEED, QUIET_AIM_MS)


@contextmanager
def serving(records: int, delay: int) -> Iterator[str]:
    """The address of a platform with so many rows."""
    command = [sys.executable, "-m", "tests.bench.polled", str(records), str(delay)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()
            server.wait(30)
