"""The torture's own tools do what they say: a plan, a proxy, a full disk, a wrong clock."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.torture.disk import Disk, can_mount
from tests.torture.proxy import DELAY_SECONDS, PROOF, TOXICS, Proxy, Toxic
from tests.torture.schedule import CALM_EVERY, PROCESSES, SAMPLE, SURROUNDINGS, VICTIMS, plan
from tests.torture.troubles import skewed, state, stopped

SAID = b"x" * 4000


@pytest.fixture
def echo() -> Iterator[Proxy]:
    """A proxy before a server that says again what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer_all, args=(listener,), daemon=True).start()
        with Proxy(listener.getsockname()[1]) as proxy:
            yield proxy


def _answer_all(listener: socket.socket) -> None:
    while True:
        try:
            there, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(there,), daemon=True).start()


def _answer(there: socket.socket) -> None:
    with there:
        try:
            while heard := there.recv(65536):
                there.sendall(heard)
        except OSError:
            return


def asked(proxy: Proxy, seconds: float = 5) -> tuple[bytes, float]:
    """What one who says SAID hears, and after how long; a connection that is cut raises ConnectionError."""
    started, heard = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=seconds) as client:
        client.sendall(SAID)
        while len(heard) < len(SAID):
            if not (more := client.recv(65536)):
                raise ConnectionError("ended")
            heard += more
    return heard, time.monotonic() - started


def test_a_proxy_that_does_nothing_passes_all(echo: Proxy) -> None:
    assert asked(echo)[0] == SAID and not echo.felt


@pytest.mark.parametrize("toxic", TOXICS)
def test_a_toxic_is_felt_proves_it_and_ends(echo: Proxy, toxic: Toxic) -> None:
    reached: list[bool] = []
    spoiler = threading.Thread(target=lambda: reached.append(echo.spoil(toxic, 0.5)))
    spoiler.start()
    while spoiler.is_alive():
        try:
            heard, seconds = asked(echo)
            assert heard == SAID and toxic not in ("half", "hole")
            assert toxic != "latency" or seconds >= DELAY_SECONDS or not spoiler.is_alive()
        except ConnectionError:
            assert toxic in ("reset", "half", "hole")
    assert reached == [True] and echo.felt[PROOF[toxic]] > 0
    assert asked(echo)[0] == SAID


def test_a_toxic_that_nobody_felt_was_not_reached(echo: Proxy) -> None:
    assert not echo.spoil("latency", 0.1, patience=0.2)


def test_a_proxy_whose_server_is_away_cuts_whoever_comes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        away = listener.getsockname()[1]
    with Proxy(away) as proxy, pytest.raises(ConnectionError):
        asked(proxy)


@pytest.mark.skipif(not can_mount(), reason="no file system may be mounted here (root only)")
def test_a_full_disk_takes_no_byte_until_it_is_emptied(tmp_path: Path) -> None:
    disk, over = Disk(tmp_path / "disk", "1m"), threading.Event()
    try:
        filler = threading.Thread(target=disk.fill, args=(over, 10))
        filler.start()
        while shutil.disk_usage(disk.folder).free:
            time.sleep(0.01)
        with pytest.raises(OSError) as refused:
            (disk.folder / "file").write_bytes(SAID)
        assert refused.value.errno == errno.ENOSPC
        over.set()
        filler.join()
        (disk.folder / "file").write_bytes(SAID)
    finally:
        disk.remove()


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
@pytest.mark.parametrize("off", [86400, -86400])
def test_a_skewed_process_has_another_day_and_waits_as_ever(tmp_path: Path, off: int) -> None:
    tell = (
        "import time, datetime as d; t = time.monotonic(); time.sleep(.1); assert .1 <= time.monotonic() - t < 3600;"
        "print(d.datetime.now(d.UTC).isoformat())"
    )
    told = subprocess.check_output(
        [sys.executable, "-c", tell], env={**os.environ, **skewed(tmp_path, str(off))}, text=True
    )
    assert abs(datetime.fromisoformat(told.strip()) - datetime.now(UTC) - timedelta(seconds=off)) < timedelta(
        seconds=30
    )


def test_a_plan_is_a_function_of_its_seed_and_begins_with_every_process() -> None:
    assert plan(7, 100) == plan(7, 100) != plan(8, 100)
    deaths = [death.victim for one in plan(7, 100) for death in one.deaths]
    assert len(deaths) == 100 and set(deaths[: len(VICTIMS)]) == set(VICTIMS)
    assert {one.calm for one in plan(7, 100)[:CALM_EVERY]} == {True, False}


def test_ten_plans_have_every_trouble_and_few_deaths_of_the_broker() -> None:
    rounds = [one for seed in range(1, 11) for one in plan(seed, 100)]
    caused = {
        (trouble.action, trouble.victim, trouble.how) for one in rounds for trouble in one.processes + one.surroundings
    }
    assert caused == {*PROCESSES, *SURROUNDINGS}
    assert 50 <= sum(death.victim == "kafka" for one in rounds for death in one.deaths) <= 100


def test_the_deaths_of_who_is_held_as_a_zombie_come_afterwards() -> None:
    for one in plan(5, 100):
        assert len(one.beside(held=True)) + len(one.beside(held=False)) == len(one.deaths)
        zombies = {trouble.victim for trouble in one.processes if trouble.action != "scale"}
        assert {death.victim for death in one.beside(held=True)} <= zombies
        assert not {death.victim for death in one.beside(held=False)} & zombies


def test_a_plan_of_one_round_has_every_kind_of_trouble() -> None:
    (one,) = plan(1, 8)
    assert {trouble.action for trouble in one.processes + one.surroundings} == {
        card[0] for lane in SAMPLE for card in lane
    }


class Succession:
    """A hub whose process was killed in the moment in which it was found."""

    def __init__(self, *pids: int) -> None:
        self.pids = list(pids)

    def pid(self, name: str) -> int:
        return self.pids.pop(0) if len(self.pids) > 1 else self.pids[0]


def test_of_a_process_that_dies_when_it_is_stopped_the_successor_stands_still() -> None:
    with subprocess.Popen(["sleep", "60"]) as dead:
        dead.kill()
    with subprocess.Popen(["sleep", "60"]) as successor:
        assert stopped(Succession(dead.pid, successor.pid), "postgres") == successor.pid  # type: ignore[arg-type]
        assert state(successor.pid) == "T"
        successor.kill()
