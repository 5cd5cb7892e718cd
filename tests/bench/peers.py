"""Peers: the same lists read by dlt, the Airbyte CDK and the Singer SDK: cost of a record, and the twelve faults."""

from __future__ import annotations

import json
import subprocess
import venv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.http.client import HttpClient
from connectors.poll.kept import KeptPages
from ops.run import CHINA
from ops.settings import ROOT, Settings
from tests.bench import peer_programs
from tests.bench.faults import FAULTS, RECORDS, List, feed, survived
from tests.bench.line import Line
from tests.bench.polling import DELAYS, TOGETHER, serving, timed
from tests.bench.run import NotMeasured
from tests.connectors.platform import Bench, a_platform

PACKAGES = ("dlt==1.31.0", "airbyte-cdk==7.39.1", "singer-sdk==0.54.9")
ENVIRONMENT = ROOT / "build" / "peers"
INSTALL_SECONDS, READ_SECONDS = 900, 1800
TRIES = 3
METHOD = (
    f"{RECORDS:,} rows read to the end; beside: {{}} ({', '.join(PACKAGES)}), which writes them to a file as lines of JSON and "
    f"proves nothing; best of {TRIES}, without the time in which libraries are loaded; the hub: as in section polling"
)
OF_FAULTS = (
    "the faults of section polling; right: the first of up to three runs that the tool takes for a success has every row "
    f"that stayed, once; a run ends after {peer_programs.CPU_SECONDS:g} s of CPU; beside: the hub"
)


def measure(settings: Settings) -> Iterator[Line]:
    python = installed(ENVIRONMENT)
    settings.home.mkdir(parents=True, exist_ok=True)
    with HttpClient(lambda: datetime.now(CHINA)) as client:
        for delay in DELAYS:
            with serving(RECORDS, delay) as base:
                parallel = TOGETHER if delay else 1
                ours = [
                    first_poll(Bench(settings.home / f"{delay}-{number}", feed(base, parallel), client))
                    for number in range(TRIES)
                ]
                for peer in peer_programs.PEERS:
                    theirs = runs(python, peer, [base] * TRIES)
                    yield beside(peer, delay, ours, [(run["seconds"], run["cpu"]) for run in theirs])
        right = sum(survived(fault, settings.home / "faults", client) for fault in FAULTS)
    for peer in peer_programs.PEERS:
        count = sum(faults_survived(python, peer))
        yield Line("peers", f"{peer}: faults survived", count, f"of {len(FAULTS)}", OF_FAULTS, float(right))


def first_poll(bench: Bench) -> tuple[float, float]:
    """Seconds of clock and of CPU of a poll that finds every row new."""
    poll, wall, cpu = timed(bench, KeptPages())
    assert (poll.outcome.verdict, poll.rows.new) == ("complete", RECORDS), poll.outcome
    return wall, cpu


def beside(peer: str, delay: int, ours: Sequence[tuple[float, float]], theirs: Sequence[tuple[float, float]]) -> Line:
    """Seconds of clock and of CPU of each try: where pages come at once the CPU counts, where they are late the clock."""
    which, unit = (0, "records/s") if delay else (1, "per CPU s")
    best, other = (RECORDS / min(run[which] for run in tried) for tried in (ours, theirs))
    name = f"{delay} ms a page" + (f", {TOGETHER} at once" if delay else "")
    return Line("peers", f"{name}, beside {peer}", best, unit, METHOD.format("the tool named"), other)


def faults_survived(python: Path, peer: str) -> Iterator[bool]:
    """Of each fault, whether it was."""
    with ExitStack() as stack:
        lists = [List() for _ in FAULTS]
        stayed = {row["id"] for row in lists[0].rows[1:]}
        platforms = [
            stack.enter_context(a_platform(lambda path, query, n, fault=fault, of=of: fault(of, int(query["pageNo"]))))
            for fault, of in zip(FAULTS, lists, strict=True)
        ]
        for platform in platforms:
            platform.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a tool may hang up
        found = {run["address"]: run["ids"] for run in runs(python, peer, [one.base for one in platforms])}
        for platform, of in zip(platforms, lists, strict=True):
            ids = found.get(platform.base)
            yield of.reached > 0 and ids is not None and stayed <= set(ids) and len(ids) == len(set(ids))


def runs(python: Path, peer: str, bases: Sequence[str]) -> list[dict[str, Any]]:
    """What a tool reports of its runs at these addresses."""
    command = [str(python), peer_programs.__file__, peer, *bases]
    done = subprocess.run(command, capture_output=True, text=True, timeout=READ_SECONDS, check=False)
    if done.returncode:
        raise NotMeasured(f"{peer} ends with {done.stderr.strip().splitlines()[-1:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def installed(folder: Path) -> Path:
    """The Python of an environment with the tools, made once. Raises NotMeasured where they cannot be had."""
    python, mark = folder / "bin" / "python", folder / "installed"
    if mark.exists() and mark.read_text() == "\n".join(PACKAGES):
        return python
    venv.create(folder, clear=True, with_pip=True)
    command = [str(python), "-m", "pip", "install", "-q", *PACKAGES]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"{', '.join(PACKAGES)} are not installed within {INSTALL_SECONDS} s") from None
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise NotMeasured(f"the package registry does not give {', '.join(PACKAGES)}: {why}")
    mark.write_text("\n".join(PACKAGES))
    return python
