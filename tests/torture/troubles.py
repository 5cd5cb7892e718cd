"""Troubles: the faults that last. Each function causes one and says whether it was reached, by its effect, not by its call."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from ops.run import CHINA
from ops.settings import ROOT
from ops.supervisor.parts import TONGDA
from tests.torture.hub import SESSION_SECONDS, Hub, send, state, until
from tests.torture.proxy import Toxic
from tests.torture.schedule import Trouble

TAKEN_OVER = {"streams": "partition_opened", "connectors": "lease_taken", "store": "partitions_claimed"}
REACHED_SECONDS = 60.0
CLOCK = Path(__file__).with_name("clock.c")  # libfaketime breaks the waits of Python 3.11
FULL = re.compile("No space left on device|disk full: ")  # as the servers say it, and the connectors
ANEW = ("controller",)  # logs that are begun anew with each start


class Extra:
    """One more process of a role, in a home of its own, under a slot of its own; with another clock if told so."""

    def __init__(self, hub: Hub, role: str, slot: str, clock: str = "") -> None:
        settings = hub.settings
        home = hub.home / "extras" / f"{slot}-{time.monotonic_ns()}"
        home.mkdir(parents=True)
        self._environment = {
            **hub.environment,
            **hub.bases,
            "TONGDA_HOME": str(home),
            "TONGDA_SLOT": slot,
            "TONGDA_EVIDENCE": str(settings.evidence),
            "TONGDA_KAFKA": settings.kafka,
            "TONGDA_DATABASE": settings.database,
            **(skewed(hub.home, clock) if clock else {}),
        }
        self.role, self.log = role, home / "log"
        self.start()

    def start(self) -> None:
        """Begin, or begin anew: who finds no broker ends, and no supervisor looks after this one."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*TONGDA, "run", self.role],
                env=self._environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def works(self) -> bool:
        """It got partitions; it is started again if it died before."""
        if self.process.poll() is not None:
            self.start()
        return self.took_over() is not None

    def took_over(self) -> datetime | None:
        """When it got partitions, by its own words and its own clock."""
        for line in self.log.read_text(errors="replace").splitlines():
            if TAKEN_OVER[self.role] in line and line.startswith("{"):
                return datetime.fromisoformat(json.loads(line)["at"])
        return None

    def end(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """The end that was asked for; killed when it takes too long."""
        self.process.send_signal(sign)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def cause(hub: Hub, trouble: Trouble) -> bool:
    """Cause it, let it last, end it; says whether it was reached."""
    return CAUSES[trouble.action](hub, trouble)


def missing(hub: Hub, trouble: Trouble) -> str:
    """What this machine lacks for it; nothing when it can be caused."""
    if trouble.action == "skew" and not shutil.which("cc"):
        return "no C compiler (apt-get install gcc libc6-dev)"
    if trouble.action == "fill" and not hub.disks:
        return "no file system may be mounted here (root only)"
    return ""


def freeze(hub: Hub, trouble: Trouble) -> bool:
    """A process stands still for a while, and with it those that it started: the database's work for its clients."""
    if (pid := stopped(hub, trouble.victim)) is None:
        return False
    family = [pid, *children(pid)]
    for one in family[1:]:
        send(one, signal.SIGSTOP)
    time.sleep(trouble.seconds)
    for one in family:
        send(one, signal.SIGCONT)
    return True


def stopped(hub: Hub, victim: str) -> int | None:
    """Of a process that stands still; of its successor when it was killed at that very moment. None: there was none."""
    standing: list[int] = []

    def stands() -> bool:
        if (pid := hub.pid(victim)) is not None:
            send(pid, signal.SIGSTOP)
            standing[:] = [pid] if state(pid) == "T" else []
        return bool(standing)

    until(stands, REACHED_SECONDS, every=0.01)
    return standing[0] if standing else None


def zombie(hub: Hub, trouble: Trouble) -> bool:
    """A process stands still until another has taken over what it holds, and goes on beside it.

    The other one's clock may be a day off: ``skew``.
    """
    until(lambda: trouble.victim not in hub.unready(), REACHED_SECONDS, every=0.2)  # who holds nothing is no zombie
    if (pid := hub.pid(trouble.victim)) is None:
        return False
    send(pid, signal.SIGSTOP)
    successor = Extra(hub, trouble.victim, "successor", trouble.how)
    try:
        time.sleep(SESSION_SECONDS)
        taken = until(successor.works, REACHED_SECONDS, every=0.2)
        time.sleep(trouble.seconds / 2)  # the successor works alone, then both
        send(pid, signal.SIGCONT)
        time.sleep(trouble.seconds / 2)
    finally:
        send(pid, signal.SIGCONT)
        successor.end()
    at = successor.took_over()
    return taken and (not trouble.how or at is not None and abs(at - datetime.now(CHINA)) > timedelta(hours=20))


def scale(hub: Hub, trouble: Trouble) -> bool:
    """More workers for a while, the supervisor's own among them. Of those one ends in order and the others die."""
    until(lambda: trouble.victim not in hub.unready(), REACHED_SECONDS, every=0.2)
    extras = [Extra(hub, trouble.victim, f"extra{number}") for number in range(1, int(trouble.how))]
    try:
        worked = until(lambda: sum(extra.works() for extra in extras) == len(extras), REACHED_SECONDS, every=0.2)
        time.sleep(trouble.seconds / 2)
    finally:
        for number, extra in enumerate(extras):
            extra.end(signal.SIGKILL if number else signal.SIGTERM)
    return worked


def toxic(hub: Hub, trouble: Trouble) -> bool:
    """Connections to a server are spoiled."""
    return hub.proxies[trouble.victim].spoil(cast(Toxic, trouble.how), trouble.seconds)


def fill(hub: Hub, trouble: Trouble) -> bool:
    """A disk is full until somebody says that it is, and for a while; then there is room again."""
    before, over = {log: log.stat().st_size for log in logs(hub.home) if log.stem not in ANEW}, threading.Event()
    filler = threading.Thread(target=hub.disks[trouble.victim].fill, args=(over, 2 * REACHED_SECONDS), name="filler")
    filler.start()
    said = until(
        lambda: any(FULL.search(since(log, before.get(log, 0))) for log in logs(hub.home)), REACHED_SECONDS, every=0.2
    )
    time.sleep(trouble.seconds / 2)
    over.set()
    filler.join()
    return said


def skewed(folder: Path, clock: str) -> dict[str, str]:
    """The environment of a process whose wall clock is off by so many seconds."""
    library = folder / "clock.so"
    if not library.exists():
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(CLOCK)], check=True)
    return {"LD_PRELOAD": str(library), "CLOCK_OFF_SECONDS": clock}


def children(pid: int) -> list[int]:
    """Processes that a process started; none when it is gone."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def logs(home: Path) -> list[Path]:
    """What every part says, and the supervisor of them."""
    return [home / "up.log", *(home / "log").glob("*.log")]


def since(log: Path, offset: int) -> str:
    """What was added to a log; all of it when it was begun anew."""
    with log.open("rb") as file:
        file.seek(offset if offset <= log.stat().st_size else 0)
        return file.read().decode(errors="replace")


CAUSES: dict[str, Callable[[Hub, Trouble], bool]] = {
    "freeze": freeze,
    "zombie": zombie,
    "skew": zombie,
    "scale": scale,
    "toxic": toxic,
    "fill": fill,
}
