"""Troubles: the faults that last. Each function causes one and gives whether it had an effect."""

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
FULL = re.compile("No space left on device|disk full: ")  # in the logs of the servers, and of the connectors
REWRITTEN = ("controller",)  # logs that each start empties


class Extra:
    """One more process of a role, with its own home and slot; ``clock``: seconds by which its wall clock is off."""

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
        """Start it, or start it again: it ends when it finds no broker, and no supervisor restarts it."""
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
        """Whether it got partitions; it is started again if it has ended."""
        if self.process.poll() is not None:
            self.start()
        return self.took_over() is not None

    def took_over(self) -> datetime | None:
        """When it got partitions, by its own log and clock."""
        for line in self.log.read_text(errors="replace").splitlines():
            if TAKEN_OVER[self.role] in line and line.startswith("{"):
                return datetime.fromisoformat(json.loads(line)["at"])
        return None

    def end(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """End it by this signal; kill it when that takes too long."""
        self.process.send_signal(sign)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def cause(hub: Hub, trouble: Trouble) -> bool:
    """Cause a trouble, let it last, end it; gives whether it was reached."""
    return CAUSES[trouble.action](hub, trouble)


def missing(hub: Hub, trouble: Trouble) -> str:
    """What this machine lacks for a trouble; empty when it can be caused."""
    if trouble.action == "skew" and not shutil.which("cc"):
        return "no C compiler (apt-get install gcc libc6-dev)"
    if trouble.action == "fill" and not hub.disks:
        return "no file system may be mounted here (root only)"
    return ""


def freeze(hub: Hub, trouble: Trouble) -> bool:
    """Stop a process for a while by SIGSTOP, together with its children (the database works in its children)."""
    if (pid := stopped(hub, trouble.target)) is None:
        return False
    family = [pid, *children(pid)]
    for one in family[1:]:
        send(one, signal.SIGSTOP)
    time.sleep(trouble.seconds)
    for one in family:
        send(one, signal.SIGCONT)
    return True


def stopped(hub: Hub, target: str) -> int | None:
    """The pid of a process that was stopped, or of its successor when it was killed at that moment; None when none ran."""
    halted: list[int] = []

    def halts() -> bool:
        if (pid := hub.pid(target)) is not None:
            send(pid, signal.SIGSTOP)
            halted[:] = [pid] if state(pid) == "T" else []
        return bool(halted)

    until(halts, REACHED_SECONDS, every=0.01)
    return halted[0] if halted else None


def zombie(hub: Hub, trouble: Trouble) -> bool:
    """Stop a process until another has taken over its partitions, then let it continue beside the other.

    ``skew``: the other's clock is a day off.
    """
    until(
        lambda: trouble.target not in hub.unready(), REACHED_SECONDS, every=0.2
    )  # without partitions it would be no zombie
    if (pid := hub.pid(trouble.target)) is None:
        return False
    send(pid, signal.SIGSTOP)
    successor = Extra(hub, trouble.target, "successor", trouble.how)
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
    """Run more workers for a while beside the supervisor's; one of them is ended in order, the others are killed."""
    until(lambda: trouble.target not in hub.unready(), REACHED_SECONDS, every=0.2)
    extras = [Extra(hub, trouble.target, f"extra{number}") for number in range(1, int(trouble.how))]
    try:
        worked = until(lambda: sum(extra.works() for extra in extras) == len(extras), REACHED_SECONDS, every=0.2)
        time.sleep(trouble.seconds / 2)
    finally:
        for number, extra in enumerate(extras):
            extra.end(signal.SIGKILL if number else signal.SIGTERM)
    return worked


def toxic(hub: Hub, trouble: Trouble) -> bool:
    """Apply a network fault to the connections of a server."""
    return hub.proxies[trouble.target].apply(cast(Toxic, trouble.how), trouble.seconds)


def fill(hub: Hub, trouble: Trouble) -> bool:
    """Fill a disk until a log reports it, and for a while longer; then free it."""
    before, over = {log: log.stat().st_size for log in logs(hub.home) if log.stem not in REWRITTEN}, threading.Event()
    filler = threading.Thread(target=hub.disks[trouble.target].fill, args=(over, 2 * REACHED_SECONDS), name="filler")
    filler.start()
    reported = until(
        lambda: any(FULL.search(since(log, before.get(log, 0))) for log in logs(hub.home)), REACHED_SECONDS, every=0.2
    )
    time.sleep(trouble.seconds / 2)
    over.set()
    filler.join()
    return reported


def skewed(folder: Path, clock: str) -> dict[str, str]:
    """The environment that shifts a process's wall clock by so many seconds."""
    library = folder / "clock.so"
    if not library.exists():
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(CLOCK)], check=True)
    return {"LD_PRELOAD": str(library), "CLOCK_OFF_SECONDS": clock}


def children(pid: int) -> list[int]:
    """The children of a process; none when it has ended."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def logs(home: Path) -> list[Path]:
    """The logs of the supervisor and of all parts."""
    return [home / "up.log", *(home / "log").glob("*.log")]


def since(log: Path, offset: int) -> str:
    """What was added to a log after an offset; all of it when it was emptied since."""
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
