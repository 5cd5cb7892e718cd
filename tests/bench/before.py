"""Before: this release beside the one before, which git checks out: its speed, and what both make of the same records."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ops.bus import Outgoing
from ops.settings import ROOT, Settings
from schemas.wire import decode
from tests.bench import outputs
from tests.bench.line import Line
from tests.bench.run import NotMeasured, Run
from tests.bench.throughput import HUB, Spent, hub
from tests.hub import holds, without_history
from tests.payloads import outgoing, raw_records

COMMIT = "fe029a0"  # the release before, where no tag names one
SLOTS = ("a", "b")
LONGEST_SECONDS = 1800
OLD = "its own benchmark in its own worktree with a broker of its own, while this one's is idle"
SAME = (
    "last content of public topics, without revisions and times, by function calls; records of platforms that both know"
)
# Runs its throughput section with a world of another size.
BENCH = (
    "import runpy, sys, tests.bench.throughput as section; section.PATENTS = int(sys.argv.pop(1));"
    " runpy.run_module('tests.bench', run_name='__main__')"
)


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    records = [outgoing(record, settings.partitions) for record in raw_records(run.scale.patents_before)]
    with checked_out(run.before, settings.home) as folder:
        old = speeds(folder, run.scale.patents_before, settings.home)
        name = f"raw to statistic, workers: {len(SLOTS)}"
        yield Line("before", f"{name}, at {run.before}", old[name], "records/s", OLD)
        new = Spent.together(hub(settings, records, SLOTS, run.broker))
        yield Line("before", f"{name}, {len(records):,} raw records", new.speed, "records/s", HUB, old[name])
        given = settings.home / "raw.jsonl"
        known = give(given, records, folder)
        then, now = (made(root, given) for root in (folder, ROOT))
        equal, differing = compared(then, now)
        told = f"{SAME}; {len(differing):,} differ: {', '.join(differing[:3])} …" if differing else SAME
        yield Line("before", f"documents equal, {known:,} raw records", equal, "documents", told, len(then))


def give(path: Path, records: Iterable[Outgoing], folder: Path) -> int:
    """Write those records whose platforms the release in this folder knows, too; gives their number."""
    known = [one for one in records if (folder / "connectors" / "sources" / source_of(one.key)).is_dir()]
    outputs.write(path, ((one.topic, one.key, one.value) for one in known))
    return len(known)


def latest() -> str:
    """The latest tag; without one the commit that this file names."""
    found = git("describe", "--tags", "--abbrev=0")
    return found.stdout.strip() if found.returncode == 0 else COMMIT


@contextmanager
def checked_out(revision: str, home: Path) -> Iterator[Path]:
    """That revision in a worktree of its own, with the broker's jars of this one. Raises NotMeasured."""
    folder = home / "worktree"
    added = git("worktree", "add", "--detach", str(folder), revision)
    if added.returncode:
        reason = (added.stderr.strip() or "no reason given").splitlines()[-1]
        raise NotMeasured(f"git cannot check out {revision}: {reason}")
    try:
        (folder / "build").mkdir(exist_ok=True)
        (folder / "build" / "kafka").symlink_to((ROOT / "build" / "kafka").resolve())
        yield folder
    finally:
        git("worktree", "remove", "--force", str(folder))


def git(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NotMeasured("git is not installed") from None


def speeds(folder: Path, patents: int, home: Path) -> dict[str, float]:
    """By metric what the benchmark of the release in this folder says of its throughput."""
    out = home / "bench.json"
    python(folder, "-c", BENCH, str(patents), "throughput", "--out", str(out))
    return {row["metric"]: row["value"] for row in json.loads(out.read_text())}


def made(root: Path, given: Path) -> Mapping[str, Any]:
    """By topic and key what the release in this folder makes of raw records in the end."""
    out = given.with_suffix(f".{root.name}.out")
    python(root, str(Path(outputs.__file__)), "made", str(given), str(out))
    documents = {f"{topic} {key.decode()}": decode(value) for topic, key, value in outputs.read(out)}
    return {name: content(document) for name, document in documents.items() if holds(document)}


def content(document: dict[str, Any]) -> Any:
    """What it says whatever its history was."""
    return {name: value for name, value in without_history(document).items() if name not in ("revision", "received_at")}


def compared(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[int, list[str]]:
    """How many documents are equal, and which differ or stand on one side only."""
    differing = [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    return len({*then, *now}) - len(differing), differing


def source_of(key: bytes) -> str:
    return key.decode().partition("|")[0]


def environment(root: Path) -> dict[str, str]:
    """In which a program runs on the code under a folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")}
    return {**clean, "PYTHONPATH": str(root)}


def python(root: Path, *words: str) -> None:
    """Run Python on the code under a folder, with this interpreter and its libraries. Raises NotMeasured."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env=environment(root),
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    if done.returncode:
        raise NotMeasured(f"{root.name}: {(done.stderr.strip() or 'it ended').splitlines()[-1]}")
