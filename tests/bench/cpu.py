"""CPU: what each stage takes for a raw record, in this release and in the one before, which take turns."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from ops.settings import ROOT, Settings
from tests.bench import outputs
from tests.bench.before import checked_out, environment, give
from tests.bench.line import Line
from tests.bench.run import NotMeasured, Run
from tests.payloads import outgoing, raw_records

BATCHES = (500, 20_000)
METHOD = (
    "CPU time of a stage by function calls; batches of so many records of each partition, in turns with the release"
    " before; {:,} raw records of platforms that both know"
)


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    given = settings.home / "raw.jsonl"
    with checked_out(run.before, settings.home) as folder:
        records = [outgoing(record, settings.partitions) for record in raw_records(run.scale.patents_before)]
        count = give(given, records, folder)
        for batch in BATCHES:
            then, now = in_turns((folder, ROOT), given, batch)
            for stage, seconds in now.items():
                before = then[stage] * 1e6 / count
                name = f"{stage}, batches of {batch:,}"
                yield Line("cpu", name, seconds * 1e6 / count, "µs", METHOD.format(count), before)


def in_turns(roots: Sequence[Path], given: Path, batch: int) -> list[Mapping[str, float]]:
    """CPU seconds of each stage in the releases in these folders, a piece of the records in each after the other.

    Raises NotMeasured when one of them ends too early.
    """
    spent: list[Mapping[str, float]] = [{} for _ in roots]
    try:
        with ExitStack() as stack:
            programs = [stack.enter_context(started(root, given, batch)) for root in roots]
            while any(answers := [answer(program) for program in programs]):
                spent = [json.loads(line) for line in answers]
    except (BrokenPipeError, ValueError):
        raise NotMeasured("a release ended before all records were handled") from None
    return spent


def started(root: Path, given: Path, batch: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(Path(outputs.__file__)), "cpu", str(given), str(batch)],
        cwd=root,
        env=environment(root),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answer(program: subprocess.Popen[str]) -> str:
    """What it says after one piece more; empty when there is none."""
    assert program.stdin is not None and program.stdout is not None
    print("go on", file=program.stdin, flush=True)
    return program.stdout.readline()
