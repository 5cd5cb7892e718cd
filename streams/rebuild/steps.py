"""The steps of a rebuild: make a generation beside the running one, tell how far it is, compare, discard."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Literal

from ops import say
from ops.bus import Admin, Reader
from ops.positions import positions, wait_for_none
from ops.settings import Settings
from schemas.errors import Exit
from streams.rebuild.generations import MADE_AGAIN, Generations, differences, group, lags
from streams.rebuild.switch import abort_left_over
from streams.rebuild.workers import Workers, at_home, end_left_behind, workers_for
from streams.stages import STAGES

SHOWN = 200  # lines of differences
LOOKS = 3  # at what differs, for the running stages go on meanwhile
PROGRESS_SECONDS = 2.0
State = Literal["none", "left", "level", "working", "stopped"]
WORDS: Mapping[State, str] = {
    "none": "无 none",
    "left": "已切换,待清除 switched to; tongda rebuild discard",
    "level": "已齐平 level",
    "working": "进行中 under way",
    "stopped": "停止 stopped",
}


@dataclass(frozen=True)
class StageProgress:
    """Records that one stage of the generation in the making has read, and has still before it."""

    stage: str
    read: int
    to_go: int


@dataclass(frozen=True)
class Progress:
    """The two generations, as ``tongda rebuild status --format json`` prints them.

    ``rebuilding``: the number of the one in the making, None without one. ``offsets``: what each of its topics holds.
    """

    running: int
    rebuilding: int | None
    state: State
    stages: tuple[StageProgress, ...] = ()
    offsets: Mapping[str, int] = field(default_factory=dict)


def start(settings: Settings, environ: Mapping[str, str], follow: bool, wanted: int | None) -> None:
    """Make the generation until it holds the same raw records, or follow on; started again it goes on.

    ``wanted``: workers; None: as many as cores.
    """
    count = workers_for(wanted, settings.partitions)
    with Admin(settings) as admin:
        both = Generations.found(settings)
        both.must_be_usable(admin)
    with Admin(both.following) as admin, Workers(both.following, environ, count=count) as workers:
        for line in admin.apply(MADE_AGAIN):
            say.note(line)
        say.note(f"重建第 {both.number} 代 making generation {both.number}, workers: {count}; less {workers.logs}")
        began, before = time.monotonic(), read_so_far(both.following)

        def has_all() -> bool:
            behind, read = lags(admin), read_so_far(both.following)
            passed = time.monotonic() - began
            told = [
                f"{stage.name} {read[stage.name]:,} read, {behind[stage.name]:,} to go, "
                f"{(read[stage.name] - before[stage.name]) / passed:,.0f}/s"
                for stage in STAGES
            ]
            restarts = f" · restarts {workers.restarts}" if workers.restarts else ""
            say.note(f"{passed:6.1f} s  {' · '.join(told)}{restarts}")
            return not follow and not any(behind.values())

        workers.run_until(has_all, PROGRESS_SECONDS)
    say.out("两代已读到相同的原始记录 both generations hold the same raw records; next: tongda rebuild compare")


def status(settings: Settings, form: str) -> None:
    """Whether a generation is in the making, how far it is, and what its topics hold."""
    found = progress(settings)
    if form == say.Form.JSON:
        say.as_json(asdict(found))
        return
    making = "" if found.rebuilding is None else f"generation {found.rebuilding}: "
    say.out(f"运行 running     generation {found.running}")
    say.out(f"重建 rebuilding  {making}{WORDS[found.state]}")
    for stage in found.stages:
        say.out(f"  {stage.stage:<10} {stage.read:>12,} read {stage.to_go:>12,} to go")
    for topic, offsets in found.offsets.items():
        say.out(f"  {topic:<34} {offsets:>12,} offsets")


def progress(settings: Settings) -> Progress:
    """How far the rebuild is, as the broker has it."""
    with Admin(settings) as admin:
        both = Generations.found(settings)
        there, left = both.exists(admin), both.is_left(admin)
    running = both.number - 1
    if not there or left:
        return Progress(running, None, "left" if left else "none")
    with Admin(both.following) as admin:
        behind, read, members = lags(admin), read_so_far(both.following), admin.members([group(s) for s in STAGES])
    return Progress(
        running,
        both.number,
        "level" if not any(behind.values()) else "working" if members else "stopped",
        tuple(StageProgress(stage.name, read[stage.name], behind[stage.name]) for stage in STAGES),
        {both.following.topic(name): number for name, number in sizes(both.following).items()},
    )


def compare(settings: Settings) -> Exit:
    """Every difference by id and field; 10 when there are any."""
    with Admin(settings) as admin:
        both = Generations.found(settings)
        both.must_be_made(admin)
    with Admin(both.following) as admin:
        if behind := sum(lags(admin).values()):
            say.note(
                f"新一代尚有 {behind} 条未读 the new generation has {behind} records before it; differences may be those"
            )
    compared: Counter[str] = Counter()
    differing: Counter[str] = Counter()
    for partition in range(settings.partitions):
        for difference in differences(both, partition, compared, LOOKS):
            for line in islice(difference.lines(), max(0, SHOWN - differing.total())):
                say.out(line)
            differing[difference.topic] += 1
    for topic, number in compared.items():
        say.out(f"  {topic:<28} {number:>10,} compared {differing[topic]:>8,} differ")
    say.out(f"{say.number(differing.total(), 'difference')} in {say.number(compared.total(), 'id')}")
    return Exit.DIFFERENT if differing else Exit.OK


def discard(settings: Settings) -> None:
    """Remove the topics and groups of the generation in the making, or what a switch left of it."""
    both = Generations.found(settings)
    end_left_behind(at_home(both.following))
    with Admin(both.following) as admin:
        wait_for_none(admin, settings, "the rebuild", "end `tongda rebuild start`, then discard again")
        abort_left_over(settings)
        removed = admin.remove(MADE_AGAIN, [group(stage) for stage in STAGES])
    shutil.rmtree(at_home(both.following).home, ignore_errors=True)
    say.out(f"已清除 removed {len(removed)} topics and groups")


def read_so_far(following: Settings) -> Counter[str]:
    """Records that each stage has read."""
    kept = positions(following)
    return Counter(
        {stage.name: sum(t.records for (topic, _), t in kept.items() if topic == stage.keeps.name) for stage in STAGES}
    )


def sizes(following: Settings) -> Counter[str]:
    """Offsets of each topic: its records, superseded ones and markers."""
    with Reader(following) as reader:
        ends = reader.end_offsets([(topic.name, p) for topic in MADE_AGAIN for p in range(following.partitions)])
    counted: Counter[str] = Counter()
    for (topic, _), end in ends.items():
        counted[topic] += end
    return counted
