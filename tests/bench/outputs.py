"""Outputs: what the stages make of raw records in the end, as a program: ``python outputs.py GIVEN OUT``.

Runs on the code of whatever release ``PYTHONPATH`` names, so it uses little of it, and knows former names.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

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


def main(given: Path, out: Path) -> None:
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
    hub = Hub(Context(settings.partitions, load_sources(settings.sources)))
    hub.write(Outgoing(topic, key, value, partition_of(key, settings.partitions)) for topic, key, value in read(given))
    hub.run()
    public = ((topic, record) for (topic, _), log in hub.logs.items() if topic.endswith(".v1") for record in log)
    write(out, ((topic, key, value) for (topic, key), value in {(t, r.key): r.value for t, r in public}.items()))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
