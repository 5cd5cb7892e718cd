"""Trial: one seed: a hub comes up, its schedule of faults runs while observers look, it drains, and is judged."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.torture.hub import Hub
from tests.torture.judge import Verdict, judge
from tests.torture.observers import Api, Observer, Seen, Topic
from tests.torture.schedule import Fault, plan

READY_SECONDS = 180.0
SETTLE_SECONDS = 300.0


@dataclass
class Result:
    """What one seed came to."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    stops: Counter[str] = field(default_factory=Counter)
    never_reached: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    shown: int = 0
    answers: int = 0
    seconds: float = 0.0
    drain_seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Clean, every fault reached, and the observers saw something."""
        return self.verdict.clean and not self.never_reached and self.shown > 0 and self.answers > 0

    def as_document(self) -> dict[str, Any]:
        """Its part of torture.json."""
        verdict = self.verdict
        return {
            "seed": self.seed,
            "kills": dict(self.kills),
            "stops": dict(self.stops),
            "records": verdict.records,
            "wrong": verdict.wrong[:50],
            "missing": verdict.missing[:50],
            "doubled": verdict.doubled[:50],
            "faults_never_reached": self.never_reached,
            "figures_seen_on_the_topic": self.shown,
            "answers_seen_of_the_api": self.answers,
            "compared": verdict.compared,
            "seconds": round(self.seconds, 1),
            "drain_seconds": round(self.drain_seconds, 1),
        }


def trial(home: Path, seed: int, kills: int, *, size: int = 60, pace: float = 4.0, stops: bool = True) -> Result:
    """The whole of one seed. The home is removed afterwards unless something was found."""
    result, started = Result(seed), time.monotonic()
    hub, seen = Hub(home, seed, size, pace), Seen()
    try:
        settings = hub.start(READY_SECONDS)
        observers = [Observer(Topic(settings, seen).look), Observer(Api(hub.portal, seen).look)]
        for observer in observers:
            observer.start()
        for fault in plan(seed, kills, stops):
            strike(hub, fault, result)
        hub.end_extras()
        faults_over = time.monotonic()
        hub.wait_ready(READY_SECONDS)
        done = hub.command("sinks.verify", "--wait", str(SETTLE_SECONDS), seconds=SETTLE_SECONDS + 120)
        result.drain_seconds = time.monotonic() - faults_over
        for observer in observers:
            observer.end()
        result.verdict = judge(settings, seen, done.returncode, done.stdout + done.stderr)
        result.verdict.wrong += [f"the observer {one.name} ended: {one.fault}" for one in observers if one.fault]
        result.shown, result.answers = sum(map(len, seen.points.values())), seen.answers
    finally:
        hub.stop()
        result.seconds = time.monotonic() - started
    if result.passed:
        shutil.rmtree(home)
    return result


def strike(hub: Hub, fault: Fault, result: Result) -> None:
    """One fault and the pause after it."""
    match fault.action:
        case "kill":
            reached = hub.kill(fault.victim)
        case "freeze":
            reached = hub.freeze(fault.victim, fault.seconds)
        case "zombie":
            reached = hub.zombie(fault.victim)
        case "scale":
            reached = hub.scale(fault.workers)
    if not reached:
        result.never_reached.append(f"{fault.action} {fault.victim}")
    elif fault.action == "kill":
        result.kills[fault.victim] += 1
    else:
        result.stops[f"{fault.action} {fault.victim}" + (f" {fault.workers}" if fault.action == "scale" else "")] += 1
    time.sleep(fault.pause_seconds)
