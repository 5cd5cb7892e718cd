"""Outputs: what the stages make of raw records, and the CPU time it takes, as a program.

``python outputs.py made GIVEN OUT`` writes what stands on the public topics in the end. ``python outputs.py cpu GIVEN
BATCH`` goes on by so many records of each partition for every line of its input, and answers with the seconds that each
stage took so far: two releases that take turns are slowed alike by whatever else the machine does.

Runs on the code of whatever release ``PYTHONPATH`` names, so it uses little of it, and knows former names.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Record = tuple[str, bytes, bytes]  # topic, key, value


def write(path: Path, records: Iterable[tuple[str, bytes, bytes | None]]) -> None:
    """One line a record; those without a value are left out."""
    with path.open("w") as file:
        for topic, key, value in records:
            if value is not None:
                file.write(json.dumps([topic, *(base64.b64encode(each).decode() for each in (key, value))]) + "\n")


def read(path: Path) -> Iterator[Record]:
    with path.open() as file:
        for line in file:
            topic, key, value = json.loads(line)
            yield topic, base64.b64decode(key), base64.b64decode(value)


def made(given: Path, out: Path) -> None:
    hub, records = hub_for(given)
    hub.write(records)
    hub.run()
    public = ((topic, record) for (topic, _), log in hub.logs.items() if topic.endswith(".v1") for record in log)
    write(out, ((topic, key, value) for (topic, key), value in {(t, r.key): r.value for t, r in public}.items()))


def cpu(given: Path, batch: int) -> None:
    import streams.fold
    import streams.normalise
    import streams.tally

    spent: dict[str, float] = {}
    for stage in (streams.normalise.Normalise, streams.fold.Fold, streams.tally.Tally):
        timed(stage, spent)
    hub, records = hub_for(given, batch)
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as a worker of either release
    step = batch * hub.context.partitions
    for start, _ in zip(range(0, len(records), step), sys.stdin, strict=False):
        hub.write(records[start : start + step])
        hub.run()
        print(json.dumps(spent), flush=True)
    os.close(sys.stdout.fileno())  # the other side reads that there is no more
    sys.stdin.read()


def timed(stage: Any, spent: dict[str, float]) -> None:
    """Add the CPU time of this stage's batches under its name."""
    apply = stage.apply

    def measured(self: Any, records: Any) -> Any:
        begun = time.process_time()
        outputs = apply(self, records)
        name = stage.__name__.lower()
        spent[name] = spent.get(name, 0.0) + time.process_time() - begun
        return outputs

    stage.apply = measured


def hub_for(given: Path, batch: int = 2_000) -> tuple[Any, list[Any]]:
    """A hub in memory of the release at hand, and the records as it takes them."""
    from ops.bus import Outgoing
    from ops.settings import Settings
    from ops.sources import load_sources
    from schemas.topics import partition_of

    try:
        from streams.processor import Context
        from tests.hub import Hub
    except ImportError:  # until the commit 458f925
        from streams.verb import Context

        from tests.floor import Floor as Hub

    settings = Settings(profile="test", slot="bench", kafka="127.0.0.1:1")
    hub = Hub(Context(settings.partitions, load_sources(settings.sources)), batch=batch)
    return hub, [
        Outgoing(topic, key, value, partition_of(key, settings.partitions)) for topic, key, value in read(given)
    ]


if __name__ == "__main__":
    command, first, second = sys.argv[1:]
    if command == "made":
        made(Path(first), Path(second))
    else:
        cpu(Path(first), int(second))
