"""Quiet: what the hub of ``make up`` costs while nothing happens on the platforms that it polls."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from ops.embedded.service import free_port
from ops.settings import ROOT, Settings
from ops.supervisor.parts import TONGDA
from schemas.wire import decode
from tests.bench.line import Line
from tests.bench.run import Run

WORLD = {"TONGDA_WORLD_PACE": "0", "TONGDA_WORLD_SIZE": "300"}
START_SECONDS = 600.0
AIM_PERCENT = 5.0
METHOD = (
    "CPU of the process and its children over {0} s in % of a core, {0} s after every feed was polled once; "
    "stand-in platforms without changes, polled as often as by default"
)
PARTS = {"kafka.Kafka": "broker", "postgres": "postgres", "ops.cli up": "supervisor"}
ROLES = ("streams", "connectors", "store", "portal", "platforms")
STANDS_IN = "platforms"  # a bench of the hub does not count the platforms


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    wait = run.scale.events  # seconds, as many as the latency's
    hub = start(settings.home)
    try:
        time.sleep(wait)
        before, started = spent(hub.pid), time.monotonic()
        time.sleep(wait)
        after, seconds = spent(hub.pid), time.monotonic() - started
    finally:
        hub.send_signal(signal.SIGTERM)
        hub.wait(60)
    share = {part: 100 * (after[part] - before.get(part, 0.0)) / seconds for part in sorted(after)}
    for part, percent in share.items():
        yield Line("quiet", part, percent, "% of a core", METHOD.format(wait))
    whole = sum(percent for part, percent in share.items() if part != STANDS_IN)
    yield Line(
        "quiet", "the hub without the stand-in platforms", whole, "% of a core", METHOD.format(wait), AIM_PERCENT
    )


def start(home: Path) -> subprocess.Popen[bytes]:
    """``tongda up`` in this home, once it has read everything for the first time."""
    port = free_port()
    home.mkdir(parents=True, exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")}
    with (home / "up.log").open("wb") as log:
        hub = subprocess.Popen(
            [*TONGDA, "up"],
            cwd=ROOT,
            env={
                **clean,
                **WORLD,
                "TONGDA_HOME": str(home),
                "TONGDA_PORT": str(port),
                "TONGDA_OPERATOR": "127.0.0.1:0",
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    end = time.monotonic() + START_SECONDS
    while not has_polled_all(port):
        assert hub.poll() is None and time.monotonic() < end, (home / "up.log").read_text()[-2000:]
        time.sleep(1)
    return hub


def has_polled_all(port: int) -> bool:
    """The portal answers, and knows of no feed that waits for its first poll."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/api/v1/sources", timeout=5) as answer:
            states = {feed["state"] for feed in decode(answer.read())["items"]}
            return bool(states) and "waiting" not in states
    except (URLError, OSError):
        return False


def spent(root: int) -> dict[str, float]:
    """Seconds of CPU by part, of this process and all below it; what a child that ended took counts for its parent."""
    tick = os.sysconf("SC_CLK_TCK")
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(folder.name)] = int(fields[1])
        seconds[int(folder.name)] = sum(map(int, fields[11:15])) / tick
    found: dict[str, float] = defaultdict(float)
    for process in seconds:
        if root in ancestors(process, parents):
            found[part_of(process)] += seconds[process]
    return found


def ancestors(process: int, parents: dict[int, int]) -> Iterator[int]:
    """The process itself, its parent and so on."""
    while process in parents:
        yield process
        process = parents[process]


def part_of(process: int) -> str:
    """Which part of the hub it is, by its command line."""
    try:
        command = Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return "ended"
    parts = PARTS | {f"run {role}": role for role in ROLES}
    return next((part for words, part in parts.items() if words in command), "other")
