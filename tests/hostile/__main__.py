"""``python -m tests.hostile``: seed after seed, every platform misbehaves at random; then the hub is compared with the world."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from ops import run
from ops.sandbox.platforms.hostile import FILES
from ops.sandbox.platforms.offences import OFFENCES
from tests.torture.hub import Hub, get_json
from tests.torture.judge import Verdict, judge
from tests.torture.observers import Seen

READY_SECONDS, SETTLE_SECONDS = 300.0, 600.0
SIZE, PACE = 60, 4.0  # patents and changes a second
NAMES = sorted({offence.__name__ for offence in OFFENCES} | FILES.keys())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seconds", type=float, default=180, help="how long the platforms misbehave")
    given = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="tongda-hostile-"))
    folder.chmod(0o755)  # the database runs as another user
    met: Counter[str] = Counter()
    differences = 0
    for seed in range(given.first, given.first + given.seeds):
        verdict = one_seed(folder / str(seed), seed, given.seconds, met)
        differences += len(verdict.wrong) + len(verdict.missing) + len(verdict.doubled)
    never = [name for name in NAMES if not met[name]]
    print(f"{given.seeds} seeds, {len(NAMES) - len(never)} of {len(NAMES)} behaviours met, {differences} differences")
    for name in never:
        print(f"  never met: {name}")
    return int(bool(differences or never))


def one_seed(home: Path, seed: int, seconds: float, met: Counter[str]) -> Verdict:
    """One hub. Its folder is removed when nothing differs."""
    hub = Hub(home, seed, SIZE, PACE, disks=False)
    hub.environment["TONGDA_HOSTILE"] = str(seed)
    started = time.monotonic()
    try:
        settings = hub.start(READY_SECONDS)
        time.sleep(seconds)
        done = hub.command("verify", "--wait", str(SETTLE_SECONDS), seconds=SETTLE_SECONDS + 60)
        verdict = judge(settings, Seen(), done.returncode, done.stdout + done.stderr)
        found = (get_json(f"{run.read(settings.run, 'platforms')['control']}/state") or {}).get("hostile", {"met": {}})
    finally:
        hub.stop()
    met.update(found["met"])
    print(
        f"seed {seed}: {sum(found['met'].values())} offences of {len(found['met'])} sorts, {verdict.records} records, "
        f"{len(verdict.wrong)} wrong, {len(verdict.missing)} missing, {len(verdict.doubled)} doubled; "
        f"{time.monotonic() - started:.0f} s"
    )
    print(f"  compared: {verdict.compared}")
    for name, times in sorted(found["met"].items()):
        print(f"  {times:5} {name}")
    for line in (*verdict.wrong, *verdict.missing, *verdict.doubled)[:60]:
        print(f"  differs: {line}")
    if verdict.clean:
        shutil.rmtree(home)
    else:
        print(f"  kept: {home}")
    sys.stdout.flush()
    return verdict


if __name__ == "__main__":
    sys.exit(main())
