"""Enumerate: every failpoint of every process × kill, raise × hit 1, 2, 3, last; all must be exact.

A life is armed with one point and runs until it dies of it; its restart is the next life, armed with the next point.
After each point one life runs in peace until everything is done, and what is outside must be exact. A death that was
scheduled and not reached fails the run.
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
DEATH_SECONDS = 40.0
TRIES = 3
AT_ONCE = 5
WORLDS = (400, 1500)  # patents, for a short run and a full one: no record is fed twice
ENDS = {"kill": (-9,), "raise": range(1, 128)}


@dataclass
class Score:
    """What the deaths of one subject came to."""

    name: str
    points: Sequence[str]
    deaths: Counter[str] = field(default_factory=Counter)  # by point
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def enumerate_deaths(
    subject: Subject, actions: Sequence[str] = ACTIONS, hits: Sequence[int] = HITS, tell: Callable[[str], None] = print
) -> Score:
    """All deaths of one subject, one after the other. A full run looks after each point, a short one at the end."""
    score, started = Score(subject.name, subject.points), time.monotonic()
    score.wrong += [f"before any death: {line}" for line in in_peace(subject)]  # and there is a state to restore
    often = rehearse(subject)
    for point in () if score.wrong else subject.points:
        for action in actions:
            for hit in dict.fromkeys(hit or often[point] for hit in hits if hit <= often[point]):
                die(subject, point, action, hit, score)
        if (len(actions) > 1 or point == subject.points[-1]) and (wrong := in_peace(subject)):
            score.wrong += [f"after {point}: {line}" for line in wrong[:20]]
            break
    score.seconds = time.monotonic() - started
    tell(
        f"  {subject.name:<12} {sum(score.deaths.values()):>4} deaths at {len(score.deaths)} points in {score.seconds:.0f} s, "
        f"{len(score.missed)} not reached, {len(score.wrong)} wrong"
    )
    return score


def rehearse(subject: Subject) -> Counter[str]:
    """How often a life reaches each point when nothing kills it."""
    subject.feed()
    life = subject.start(";".join(f"{point}=kill@{NEVER}" for point in subject.points))
    until(subject.settled, DEATH_SECONDS)
    life.stop()
    return Counter(line.split()[0] for line in life.hits()) | Counter(subject.often)


def die(subject: Subject, point: str, action: str, hit: int, score: Score) -> None:
    """One death. A life that does everything without it tells how often it was there; the next dies at that time."""
    for _ in range(TRIES):
        subject.feed()
        life = subject.start(f"{point}={action}@{hit}")
        subject.provoke(point, life)
        until(lambda: over(subject, life, point, action), DEATH_SECONDS)  # noqa: B023
        code, hits = life.process.poll(), life.hits()
        life.end()
        if f"{point} {hit} {action}" in hits and (code in ENDS[action] or action in subject.survived):
            score.deaths[point] += 1
            return
        hit = min(hit, len(hits)) or 1
    score.missed.append(f"{point}={action}@{hit}: ended with {code}, last hit {hits[-1:]}")


def over(subject: Subject, life: Life, point: str, action: str) -> bool:
    """The life is ended, or did all there is to do and was not told to end, or survived the action."""
    if life.process.poll() is not None or (action in subject.survived and life.reached()):
        return True
    return (
        point != DRAINED
        and subject.settled()
        and not until(lambda: life.process.poll() is not None, subject.patience_seconds)
    )


def in_peace(subject: Subject) -> list[str]:
    """One life that does all there is to do and stops in order; what is wrong then."""
    subject.feed()
    life = subject.start()
    if not until(subject.settled, DEATH_SECONDS):
        return [f"{subject.name} did not finish: {life.end_with_its_stack()}"]
    try:
        code = life.stop()
    except TimeoutError:
        return [f"{subject.name} did not stop: {life.end_with_its_stack()}"]
    return subject.wrong() if code == subject.stopped else [f"{subject.name} ended with {code}"]


def run(settings: Settings, names: Sequence[str], actions: Sequence[str], hits: Sequence[int]) -> list[Score]:
    """Subjects side by side: most of a death is waiting."""
    subjects = [*edge_subjects(settings), *stage_subjects(settings, WORLDS[len(actions) > 1])]
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for subject in subjects:
            if subject.name not in names and names:
                subject.points = tuple(point for point in subject.points if any(name in point for name in names))
        chosen = [subject for subject in subjects if subject.points]
        return list(pool.map(lambda subject: enumerate_deaths(subject, actions, hits), chosen))
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
    deaths = sum(sum(score.deaths.values()) for score in scores)
    print(f"enumerated deaths: {deaths}, not reached: {len(missed)}, not exact: {len(wrong)}")
    return 1 if missed or wrong or not deaths else 0
