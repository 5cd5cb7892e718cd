"""``tongda rebuild start | status | compare | switch | discard`` (``python -m streams.rebuild``)."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping
from itertools import islice

from ops import failpoints, say, telemetry
from ops.bus import Admin, Reader
from ops.positions import positions, wait_for_none
from ops.settings import Settings, language, read_settings
from schemas.errors import HubError
from streams.rebuild.generations import MADE_AGAIN, Generations, differences, group, lags
from streams.rebuild.switch import abort_left_over, switch
from streams.rebuild.workers import Workers, at_home, end_left_behind, workers_for
from streams.stages import STAGES

DIFFERENT = 10
SHOWN = 200  # lines of differences
LOOKS = 3  # at what differs, for the running stages go on meanwhile
PROGRESS_SECONDS = 2.0


def start(settings: Settings, environ: Mapping[str, str], follow: bool, wanted: int | None) -> int:
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
    return 0


def status(settings: Settings) -> int:
    """Whether a generation is in the making, how far it is, and what its topics hold."""
    with Admin(settings) as admin:
        both = Generations.found(settings)
        there, left = both.exists(admin), both.is_left(admin)
    say.out(f"运行 running     generation {both.number - 1}")
    if not there or left:
        word = "已切换,待清除 switched to; tongda rebuild discard" if left else "无 none"
        say.out(f"重建 rebuilding  {word}")
        return 0
    with Admin(both.following) as admin:
        behind, read, members = lags(admin), read_so_far(both.following), admin.members([group(s) for s in STAGES])
    word = "已齐平 level" if not any(behind.values()) else "进行中 under way" if members else "停止 stopped"
    say.out(f"重建 rebuilding  generation {both.number}: {word}")
    for stage in STAGES:
        say.out(f"  {stage.name:<10} {read[stage.name]:>12,} read {behind[stage.name]:>12,} to go")
    for name, number in sizes(both.following).items():
        say.out(f"  {both.following.topic(name):<34} {number:>12,} offsets")
    return 0


def compare(settings: Settings) -> int:
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
    say.out(f"{differing.total()} differences in {compared.total()} ids")
    return DIFFERENT if differing else 0


def discard(settings: Settings) -> int:
    """Remove the topics and groups of the generation in the making, or what a switch left of it."""
    both = Generations.found(settings)
    end_left_behind(at_home(both.following))
    with Admin(both.following) as admin:
        wait_for_none(admin, settings, "the rebuild", "end `tongda rebuild start`, then discard again")
        abort_left_over(settings)
        removed = admin.remove(MADE_AGAIN, [group(stage) for stage in STAGES])
    shutil.rmtree(at_home(both.following).home, ignore_errors=True)
    say.out(f"已清除 removed {len(removed)} topics and groups")
    return 0


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


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="tongda rebuild", description="重建 everything after the raw records, made again"
    )
    verbs = top.add_subparsers(dest="verb", required=True)
    command = verbs.add_parser("start", help="make the new generation, from the oldest raw record or from where it is")
    command.add_argument("--follow", action="store_true", help="go on following until Ctrl-C")
    command.add_argument(
        "--workers", type=int, metavar="N", help="processes that share the work; default: cores, at most partitions"
    )
    verbs.add_parser("status", help="what is in the making, and how far it is")
    verbs.add_parser("compare", help="differences by id and field; exit 10 when there are any")
    verbs.add_parser("switch", help="the new generation becomes the running one, in one transaction")
    verbs.add_parser("discard", help="remove what a rebuild made")
    return top


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended in order, like Ctrl-C
    try:
        settings = read_settings(os.environ)
        telemetry.configure_logging(settings, "rebuild")
        failpoints.arm(settings)
        match options.verb:
            case "start":
                return start(settings, os.environ, options.follow, options.workers)
            case "status":
                return status(settings)
            case "compare":
                return compare(settings)
            case "switch":
                say.out(switch(settings, os.environ))
                return 0
        return discard(settings)
    except HubError as error:
        return say.failure(error, language(os.environ))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
