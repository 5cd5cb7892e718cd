"""The tools of the torture run have the effects they promise: plan, proxies, full disk, shifted clock."""

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
from tests.torture.hub import state
from tests.torture.proxy import DELAY_SECONDS, PROOF, TOXICS, Proxy, Toxic
from tests.torture.schedule import CALM_EVERY, PROCESSES, SAMPLE, SURROUNDINGS, TARGETS, plan
from tests.torture.troubles import skewed, stopped

SENT = b"x" * 4000


@pytest.fixture
def echo() -> Iterator[Proxy]:
    """A proxy before a server that echoes."""
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
            while received := there.recv(65536):
                there.sendall(received)
        except OSError:
            return


def exchange(proxy: Proxy, seconds: float = 5) -> tuple[bytes, float]:
    """Send SENT; gives the answer and the seconds it took. Raises ConnectionError when the connection is cut."""
    started, received = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=seconds) as client:
        client.sendall(SENT)
        while len(received) < len(SENT):
            if not (more := client.recv(65536)):
                raise ConnectionError("ended")
            received += more
    return received, time.monotonic() - started


def test_a_proxy_without_a_toxic_forwards_everything(echo: Proxy) -> None:
    assert exchange(echo)[0] == SENT and not echo.effects


@pytest.mark.parametrize("toxic", TOXICS)
def test_a_toxic_has_its_effect_counts_it_and_ends(echo: Proxy, toxic: Toxic) -> None:
    reached: list[bool] = []
    applying = threading.Thread(target=lambda: reached.append(echo.apply(toxic, 0.5)))
    applying.start()
    while applying.is_alive():
        was_applied = echo.toxic == toxic  # the thread may not have begun, or have ended meanwhile
        try:
            received, seconds = exchange(echo)
            if not was_applied or echo.toxic != toxic:
                continue
            assert received == SENT and toxic not in ("half", "hole")
            assert toxic != "latency" or seconds >= DELAY_SECONDS
        except ConnectionError:
            assert toxic in ("reset", "half", "hole")
    assert reached == [True] and echo.effects[PROOF[toxic]] > 0
    assert exchange(echo)[0] == SENT


def test_a_toxic_without_connections_is_not_reached(echo: Proxy) -> None:
    assert not echo.apply("latency", 0.1, longest=0.2)


def test_a_proxy_whose_server_is_away_cuts_every_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        away = listener.getsockname()[1]
    with Proxy(away) as proxy, pytest.raises(ConnectionError):
        exchange(proxy)


@pytest.mark.skipif(not can_mount(), reason="no file system may be mounted here (root only)")
def test_a_full_disk_takes_no_byte_until_it_is_emptied(tmp_path: Path) -> None:
    disk, over = Disk(tmp_path / "disk", "1m"), threading.Event()
    try:
        filler = threading.Thread(target=disk.fill, args=(over, 10))
        filler.start()
        while shutil.disk_usage(disk.folder).free:
            time.sleep(0.01)
        with pytest.raises(OSError) as refused:
            (disk.folder / "file").write_bytes(SENT)
        assert refused.value.errno == errno.ENOSPC
        over.set()
        filler.join()
        (disk.folder / "file").write_bytes(SENT)
    finally:
        disk.remove()


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
@pytest.mark.parametrize("off", [86400, -86400])
def test_a_process_with_a_shifted_clock_has_another_day_and_waits_as_long(tmp_path: Path, off: int) -> None:
    script = (
        "import time, datetime as d; t = time.monotonic(); time.sleep(.1); assert .1 <= time.monotonic() - t < 3600;"
        "print(d.datetime.now(d.UTC).isoformat())"
    )
    output = subprocess.check_output(
        [sys.executable, "-c", script], env={**os.environ, **skewed(tmp_path, str(off))}, text=True
    )
    assert abs(datetime.fromisoformat(output.strip()) - datetime.now(UTC) - timedelta(seconds=off)) < timedelta(
        seconds=30
    )


def test_a_plan_is_a_function_of_its_seed_and_begins_with_every_process() -> None:
    assert plan(7, 100) == plan(7, 100) != plan(8, 100)
    kills = [kill.target for one in plan(7, 100) for kill in one.kills]
    assert len(kills) == 100 and set(kills[: len(TARGETS)]) == set(TARGETS)
    assert {one.calm for one in plan(7, 100)[:CALM_EVERY]} == {True, False}


def test_ten_plans_have_every_trouble_and_few_kills_of_the_broker() -> None:
    rounds = [one for seed in range(1, 11) for one in plan(seed, 100)]
    caused = {
        (trouble.action, trouble.target, trouble.how) for one in rounds for trouble in one.processes + one.surroundings
    }
    assert caused == {*PROCESSES, *SURROUNDINGS}
    assert 50 <= sum(kill.target == "kafka" for one in rounds for kill in one.kills) <= 100


def test_a_process_that_is_a_zombie_is_killed_after_the_troubles() -> None:
    for one in plan(5, 100):
        assert len(one.beside(held=True)) + len(one.beside(held=False)) == len(one.kills)
        zombies = {trouble.target for trouble in one.processes if trouble.action != "scale"}
        assert {kill.target for kill in one.beside(held=True)} <= zombies
        assert not {kill.target for kill in one.beside(held=False)} & zombies


def test_a_plan_of_one_round_has_every_kind_of_trouble() -> None:
    (one,) = plan(1, 8)
    assert {trouble.action for trouble in one.processes + one.surroundings} == {
        case[0] for lane in SAMPLE for case in lane
    }


class Succession:
    """A hub whose process is killed at the moment in which it is found."""

    def __init__(self, *pids: int) -> None:
        self.pids = list(pids)

    def pid(self, name: str) -> int:
        return self.pids.pop(0) if len(self.pids) > 1 else self.pids[0]


def test_when_a_process_ends_before_it_is_stopped_its_successor_is_stopped() -> None:
    with subprocess.Popen(["sleep", "60"]) as killed:
        killed.kill()
    with subprocess.Popen(["sleep", "60"]) as successor:
        assert stopped(Succession(killed.pid, successor.pid), "postgres") == successor.pid  # type: ignore[arg-type]
        assert state(successor.pid) == "T"
        successor.kill()
