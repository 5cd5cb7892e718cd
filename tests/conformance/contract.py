"""The contract with subscribers as files: ``python -m tests.conformance.contract`` writes the examples and the released one anew.

It refuses to write a contract that breaks the one before: such a change is a new version of the topic (docs/subscribers.md).
"""

from __future__ import annotations

import json
import sys
import tomllib
from datetime import datetime
from typing import Any

from connectors.poll.cursor import Cursor
from connectors.process.status import status_of, status_record
from schemas.contract.compatibility import Contract, breaks, contract
from schemas.fields.date import CHINA
from schemas.kinds import KINDS
from schemas.topics import STATISTICS, named
from schemas.wire import decode
from tests.conformance.documents import ROOT
from tests.examples_of_kinds import of_kind
from tests.hub import Hub
from tests.streams.test_normalise import SOURCES

FOLDER = ROOT / "schemas/contract"
SHOWN = "transfers:area=430000:2025"
EXAMPLES, RELEASED = FOLDER / "examples.json", FOLDER / "released.json"


def examples() -> dict[str, Any]:
    """One record of each public topic, as the stages and the connectors publish it."""
    hub = Hub()
    for kind in KINDS:
        hub.sight([of_kind(kind.name, f"hn_{kind.name}|list|1")])
    found = {each.topic: decode(each.value or b"") for each in hub.history if named(each.topic).is_public}
    for topic in STATISTICS:  # of many the first, whatever order they were written in
        figures = hub.values(topic.name)
        found[topic.name] = figures.get(SHOWN, figures[min(figures)])
    source = SOURCES["hn_ip_service"]
    status = status_record(status_of(source, "supply", Cursor(), 300.0), 0, datetime(2026, 11, 24, 10, 0, tzinfo=CHINA))
    return {**found, status.topic: decode(status.value or b"")}


def version() -> str:
    """Of this release."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def released() -> tuple[str, Contract]:
    """The version for which the contract was written, and the contract."""
    kept = json.loads(RELEASED.read_text(encoding="utf-8"))
    return kept["release"], Contract(kept["topics"], kept["records"])


def main() -> int:
    now = contract()
    wrong = [*breaks(released()[1], now)] if RELEASED.exists() else []
    print(*wrong, sep="\n")
    if wrong:
        return 1
    EXAMPLES.write_text(written(examples(), 2) + "\n", encoding="utf-8")
    RELEASED.write_text(written({"release": version(), **now._asdict()}) + "\n", encoding="utf-8")
    return 0


def written(value: Any, depth: int = 4) -> str:
    """As a file that people compare: what lies deep is one line."""
    if not depth or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}: {written(each, depth - 1)}" for name, each in sorted(value.items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}"


if __name__ == "__main__":
    sys.exit(main())
