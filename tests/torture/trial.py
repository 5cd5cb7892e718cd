"""Trial: one seed. A hub is started, its schedule of faults runs while observers read, it settles and is judged."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.supervisor.child import STABLE_SECONDS
from tests.torture.disk import can_mount
from tests.torture.hub import Hub
from tests.torture.judge import Verdict, judge
from tests.torture.observers import Api, Observer, Seen, Topic
from tests.torture.schedule import Kill, Round, Trouble, plan
from tests.torture.troubles import cause, missing

READY_SECONDS = 180.0
RECOVERY_SECONDS = 120.0
SETTLE_SECONDS = 180.0


@dataclass
class Result:
    """The result of one seed."""

    seed: int
    planned: int
    kills: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    never_reached: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    shown: int = 0
    answers: int = 0
    boot_seconds: float = 0.0
    drain_seconds: float = 0.0
    seconds: float = 0.0
    broken: str = ""

    @property
    def passed(self) -> bool:
        """Complete and clean, every fault reached, and the observers saw values."""
        return (
            not self.broken
            and self.verdict.clean
            and not self.never_reached
            and self.kills.total() == self.planned
            and self.shown > 0
            and self.answers > 0
        )

    def as_document(self) -> dict[str, Any]:
        """Its part of torture.json."""
        verdict, recoveries = self.verdict, sorted(self.recoveries) or [0.0]
        return {
            "seed": self.seed,
            "passed": self.passed,
            "broken": self.broken,
            "kills": dict(self.kills),
            "faults_reached": dict(self.reached),
            "faults_never_reached": self.never_reached,
            "faults_skipped": self.skipped,
            "effects_of_the_proxies": dict(self.effects),
            "records": verdict.records,
            "wrong": verdict.wrong[:50],
            "missing": verdict.missing[:50],
            "doubled": verdict.doubled[:50],
            "figures_seen_on_the_topic": self.shown,
            "answers_seen_of_the_api": self.answers,
            "compared": verdict.compared,
            "recovery_seconds": {
                "median": round(recoveries[len(recoveries) // 2], 1),
                "longest": round(recoveries[-1], 1),
            },
            "boot_seconds": round(self.boot_seconds, 1),
            "drain_seconds": round(self.drain_seconds, 1),
            "seconds": round(self.seconds, 1),
        }


class Trial:
    """One seed. Its home is removed afterwards when it passed."""

    def __init__(self, home: Path, seed: int, kills: int, *, size: int = 60, pace: float = 4.0) -> None:
        self.home, self.plan, self.result = home, plan(seed, kills), Result(seed, kills)
        self.hub, self.seen = Hub(home, seed, size, pace, disks=can_mount()), Seen()
        self._started, self._lock, self._over = time.monotonic(), threading.Lock(), threading.Event()

    def run(self) -> Result:
        """Run it; an error that ends it is in the result. An interrupt is raised again after the hub was stopped."""
        result = self.result
        try:
            self._run()
        except Exception as error:  # the next seed is tried
            result.broken = f"{type(error).__name__}: {error}"
        finally:
            self._over.set()
            self._mark("stop")
            self.hub.stop()
            result.seconds = time.monotonic() - self._started
            result.effects = sum((proxy.effects for proxy in self.hub.proxies.values()), Counter[str]())
        if result.passed:
            shutil.rmtree(self.home)
        return result

    def _run(self) -> None:
        result, hub = self.result, self.hub
        settings = hub.start(READY_SECONDS)
        result.boot_seconds = time.monotonic() - self._started
        self._mark("ready")
        observers = [Observer(Topic(settings, self.seen).look), Observer(Api(hub.portal, self.seen).look)]
        for observer in observers:
            observer.start()
        for one in self.plan:
            self._round(one)
        faults_over = time.monotonic()
        done = hub.command("verify", "--wait", str(SETTLE_SECONDS), seconds=SETTLE_SECONDS + 60)
        result.drain_seconds = time.monotonic() - faults_over
        self._mark("verified")
        for observer in observers:
            observer.end()
        result.verdict = judge(settings, self.seen, done.returncode, done.stdout + done.stderr)
        result.verdict.wrong += [f"the observer {one.name} ended: {one.fault}" for one in observers if one.fault]
        result.shown, result.answers = sum(map(len, self.seen.points.values())), self.seen.answers

    def _round(self, one: Round) -> None:
        lanes = [threading.Thread(target=self._troubles, args=(lane,)) for lane in (one.processes, one.surroundings)]
        for lane in lanes:
            lane.start()
        for kill in one.beside(held=False):
            self._kill(kill, one.calm)
        for lane in lanes:
            lane.join()
        for kill in one.beside(held=True):
            self._kill(kill, one.calm)
        self._recover()

    def _troubles(self, troubles: tuple[Trouble, ...]) -> None:
        for trouble in troubles:
            if self._over.is_set():
                return
            if lacking := missing(self.hub, trouble):
                self.result.skipped.append(f"{trouble}: {lacking}")
                continue
            self._mark(f"{trouble} …")
            try:
                reached = cause(self.hub, trouble)
            except Exception as error:  # else the thread would end without a report
                reached = False
                self._mark(f"{trouble}: {error!r}")
            self._count(reached, str(trouble), self.result.reached)

    def _kill(self, kill: Kill, calm: bool) -> None:
        self._count(self.hub.kill(kill.target), kill.target, self.result.kills)
        time.sleep(kill.pause_seconds)
        if calm:
            self._recover()

    def _recover(self) -> None:
        started = time.monotonic()
        self.hub.wait_ready(RECOVERY_SECONDS)
        self.result.recoveries.append(time.monotonic() - started)
        self._mark("recovered")
        time.sleep(STABLE_SECONDS)  # the supervisor's pauses before a restart begin again from the shortest

    def _count(self, reached: bool, what: str, of: Counter[str]) -> None:
        with self._lock:
            if reached:
                of[what] += 1
            else:
                self.result.never_reached.append(what)
        self._mark(what if reached else f"{what}: never reached")

    def _mark(self, what: str) -> None:
        """Add a line to HOME/timeline: when each step happened."""
        if self.home.exists():
            with self._lock, (self.home / "timeline").open("a") as file:
                file.write(f"{time.strftime('%H:%M:%S')} {time.monotonic() - self._started:7.2f}  {what}\n")
