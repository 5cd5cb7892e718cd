"""Observers: read the figures from outside during the faults, and note what must never be seen."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ops.bus import Incoming, Reader
from ops.settings import Settings
from schemas import topics, wire
from schemas.errors import HubError
from schemas.figures import INDICATORS, Counting
from tests.torture.hub import get_json

PROVINCE = "430000"
# Indicators whose areas sum to the province: a distinct key counts in one area only.
# Counts: sums of money are withheld in part from readers without a key, and stand on the topic.
ADDITIVE = tuple(
    indicator.id
    for indicator in INDICATORS
    if indicator.counting in (Counting.ONCE, Counting.COMPLETE) and indicator.amount is None
)


@dataclass
class Seen:
    """The values that were seen, and sentences about those that must not be."""

    points: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # key → values in order
    offsets: dict[tuple[str, int, int], bytes] = field(default_factory=dict)  # topic, partition, offset → key
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


class Observer(threading.Thread):
    """A thread that calls ``look`` until it is ended; while the broker is away it tries again."""

    def __init__(self, look: Callable[[threading.Event], None]) -> None:
        super().__init__(name=look.__name__, daemon=True)
        self.stopping, self._look = threading.Event(), look
        self.fault = ""

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._look(self.stopping)
            except HubError:
                time.sleep(0.3)  # the broker is away
            except Exception as error:  # the thread ends here; ``Trial`` reports the fault
                self.fault = repr(error)
                raise

    def end(self) -> None:
        """End the thread."""
        self.stopping.set()
        self.join(30)


class Topic:
    """Reads the topics of figures as any subscriber: committed records from offset 0, continuing after every lost connection."""

    def __init__(self, settings: Settings, seen: Seen) -> None:
        self.settings, self.seen = settings, seen
        self.positions = {
            (topic.name, number): 0 for topic in topics.STATISTICS for number in range(settings.partitions)
        }
        self.revisions: dict[str, int] = {}

    def look(self, stopping: threading.Event) -> None:
        """Read until ``stopping`` is set or the connection is lost."""
        with Reader(self.settings) as reader:
            reader.assign(list(self.positions))
            for tp, position in self.positions.items():
                reader.seek(*tp, position)
            while not stopping.is_set():
                for record in reader.poll(2000, 0.2):
                    self.positions[record.topic, record.partition] = record.offset + 1
                    self.check(record)

    def check(self, record: Incoming) -> None:
        """Check one point: its revision rises, its value is not negative."""
        key, point = record.key.decode(), wire.decode(record.value or b"{}")
        before, revision = self.revisions.get(key, 0), int(point["revision"])
        if revision == before:
            self.seen.doubled.append(f"{key}: revision {revision} twice on the topic")
        elif revision < before:
            self.seen.wrong.append(f"{key}: revision {revision} after {before}")
        self.revisions[key] = revision
        if Decimal(point["value"]) < 0:
            self.seen.wrong.append(f"{key}: {point['value']}")
        self.seen.points[key].append(point["value"])
        self.seen.offsets[record.topic, record.partition, record.offset] = record.key


class Api:
    """Reads /api/v1/statistics: newest points, and for every figure of a year its areas with the province."""

    def __init__(self, portal: str, seen: Seen) -> None:
        self.portal, self.seen = f"{portal}/api/v1/statistics", seen
        self.revisions: dict[str, int] = {}

    def look(self, stopping: threading.Event) -> None:
        """One round over the indicators."""
        for item in (get_json(f"{self.portal}?limit=100") or {}).get("items", []):
            self.newest(item["latest"])
            if item["indicator"] in ADDITIVE and item["periods"] and not stopping.is_set():
                year = item["periods"][1][:4]
                answer = get_json(f"{self.portal}/{item['indicator']}?by=area&period={year}&accumulation=ytd&limit=100")
                self.areas(item["indicator"], (answer or {}).get("items", []))
        stopping.wait(0.3)

    def newest(self, point: dict[str, Any] | None) -> None:
        """Check the newest point of an indicator."""
        if point is None:
            return
        key = f"{point['indicator']} {sorted(point['dimensions'].items())} {point['period']}"
        if point["revision"] < self.revisions.get(key, 0):
            self.seen.wrong.append(f"API {key}: revision {point['revision']} after {self.revisions[key]}")
        self.revisions[key] = point["revision"]
        self.not_negative(key, point["value"] or "0")  # '' is withheld

    def areas(self, indicator: str, items: list[dict[str, Any]]) -> None:
        """Check one answer, which is one snapshot: the province is the exact sum of its areas."""
        if not items:
            return
        self.seen.answers += 1
        values = {item["area"]: Decimal(item["value"]) for item in items}
        total = values.pop(PROVINCE, Decimal(0))
        if total != sum(values.values()):
            self.seen.wrong.append(f"API {indicator}: province {total}, areas {sum(values.values())}")
        for area, value in values.items():
            self.not_negative(f"{indicator} {area}", value)

    def not_negative(self, what: str, value: Decimal | str) -> None:
        """Check that a figure is not negative."""
        if Decimal(value) < 0:
            self.seen.wrong.append(f"API {what}: {value}")
