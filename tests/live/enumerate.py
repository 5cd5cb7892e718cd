"""Enumerate: every failpoint of every process × kill, raise × hit 1, 2, 3, last; all must be exact.

A life is one run of a process. It is armed with one point and runs until it crashes there; its restart is the next life, armed
with the next point. After each point one life runs without faults until all work is done, and the topics and tables must be
exact. A crash that was planned and not reached fails the run.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ops.settings import Settings
from tests.live.edge_subjects import edge_subjects
from tests.live.lives import Life
from tests.live.stage_subjects import stage_subjects
from tests.live.subject import DRAINED, Subject
from tests.live.workers import until

ACTIONS = ("kill", "raise")
HITS = (1, 2, 3, 0)  # 0: the last of the life
NEVER = 10**9
CRASH_SECONDS = 40.0
TRIES = 3
AT_ONCE = 5
WORLDS = (400, 1500)  # patents for a short and a full run: enough records to feed none twice
ENDS = {"kill": (-9,), "raise": range(1, 128)}


@dataclass
class Score:
    """The results of one subject."""

    name: str
    points: Sequence[str]
    crashes: Counter[str] = field(default_factory=Counter)  # by point
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def enumerate_crashes(
    subject: Subject, actions: Sequence[str] = ACTIONS, hits: Sequence[int] = HITS, show: Callable[[str], None] = print
) -> Score:
    """All crashes of one subject in turn. A full run checks for exactness after each point, a short one at the end."""
    score, started = Score(subject.name, subject.points), time.monotonic()
    score.wrong += [f"before any crash: {line}" for line in without_faults(subject)]  # and leave a state to restore
    often = rehearse(subject)
    for point in () if score.wrong else subject.points:
        for action in actions:
            for hit in dict.fromkeys(hit or often[point] for hit in hits if hit <= often[point]):
                crash(subject, point, action, hit, score)
        if (len(actions) > 1 or point == subject.points[-1]) and (wrong := without_faults(subject)):
            score.wrong += [f"after {point}: {line}" for line in wrong[:20]]
            break
    score.seconds = time.monotonic() - started
    show(
        f"  {subject.name:<12} {sum(score.crashes.values()):>4} crashes at {len(score.crashes)} points in {score.seconds:.0f} s, "
        f"{len(score.missed)} not reached, {len(score.wrong)} wrong"
    )
    return score


def rehearse(subject: Subject) -> Counter[str]:
    """How often a life without faults reaches each point."""
    subject.feed()
    life = subject.start(";".join(f"{point}=kill@{NEVER}" for point in subject.points))
    until(subject.settled, CRASH_SECONDS)
    life.stop()
    return Counter(line.split()[0] for line in life.hits()) | Counter(subject.often)


def crash(subject: Subject, point: str, action: str, hit: int, score: Score) -> None:
    """One crash. A life that ends its work without it shows how often it reached the point; the next crashes at that hit."""
    for _ in range(TRIES):
        subject.feed()
        life = subject.start(f"{point}={action}@{hit}")
        subject.provoke(point, life)
        until(lambda: over(subject, life, point, action), CRASH_SECONDS)  # noqa: B023
        code, hits = life.process.poll(), life.hits()
        life.end()
        if f"{point} {hit} {action}" in hits and (code in ENDS[action] or action in subject.survived):
            score.crashes[point] += 1
            return
        hit = min(hit, len(hits)) or 1
    score.missed.append(f"{point}={action}@{hit}: ended with {code}, last hit {hits[-1:]}")


def over(subject: Subject, life: Life, point: str, action: str) -> bool:
    """Whether the life has ended, has done all work without being asked to end, or has survived the action."""
    if life.process.poll() is not None or (action in subject.survived and life.reached()):
        return True
    return (
        point != DRAINED
        and subject.settled()
        and not until(lambda: life.process.poll() is not None, subject.grace_seconds)
    )


def without_faults(subject: Subject) -> list[str]:
    """One life that does all work and stops in order; gives the differences that are then found."""
    subject.feed()
    life = subject.start()
    if not until(subject.settled, CRASH_SECONDS):
        return [f"{subject.name} did not finish: {life.end_with_its_stack()}"]
    try:
        code = life.stop()
    except TimeoutError:
        return [f"{subject.name} did not stop: {life.end_with_its_stack()}"]
    if code != subject.stopped:
        return [f"{subject.name} ended with {code}: {life.end_of_log()}"]
    return subject.wrong()


def run(settings: Settings, names: Sequence[str], actions: Sequence[str], hits: Sequence[int]) -> list[Score]:
    """Run subjects in parallel: most of the time of a crash is waiting."""
    subjects = [*edge_subjects(settings), *stage_subjects(settings, WORLDS[len(actions) > 1])]
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for subject in subjects:
            if subject.name not in names and names:
                subject.points = tuple(point for point in subject.points if any(name in point for name in names))
        chosen = [subject for subject in subjects if subject.points]
        return list(pool.map(lambda subject: enumerate_crashes(subject, actions, hits), chosen))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for subject in subjects:
            subject.close()


def verdict(scores: Sequence[Score]) -> int:
    """Print the sum; 0 when all was reached and exact."""
    missed, wrong = (
        [line for score in scores for line in score.missed],
        [line for score in scores for line in score.wrong],
    )
    for line in (*missed, *wrong):
        print(f"  {line}")
    crashes = sum(sum(score.crashes.values()) for score in scores)
    print(f"enumerated crashes: {crashes}, not reached: {len(missed)}, not exact: {len(wrong)}")
    return 1 if missed or wrong or not crashes else 0
