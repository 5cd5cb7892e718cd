"""Observers: what anybody outside sees of the figures while the hub is tortured, and what must never be seen."""

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
from tests.torture.hub import ask

PROVINCE = "430000"
# Indicators whose areas sum to the province: a distinct key counts in one area only.
ADDITIVE = tuple(indicator.id for indicator in INDICATORS if indicator.counting in (Counting.ONCE, Counting.COMPLETE))


@dataclass
class Seen:
    """What was seen, and in words what must not have been."""

    points: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # key → values in order
    places: dict[tuple[int, int], bytes] = field(default_factory=dict)  # partition, offset → key
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


class Observer(threading.Thread):
    """A thread that looks until told to stop. ``look`` is one look; what is away is asked again."""

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
            except Exception as error:  # the thread ends here; the judge must hear of it
                self.fault = repr(error)
                raise

    def end(self) -> None:
        """Stop looking."""
        self.stopping.set()
        self.join(30)


class Topic:
    """Reads ``tongda.statistic.v1`` as any subscriber: committed records only, from offset 0, on after every loss."""

    def __init__(self, settings: Settings, seen: Seen) -> None:
        self.settings, self.seen = settings, seen
        self.positions = {(topics.STATISTIC.name, number): 0 for number in range(settings.partitions)}
        self.revisions: dict[str, int] = {}

    def look(self, stopping: threading.Event) -> None:
        """Until told to stop, or until the broker is lost."""
        with Reader(self.settings) as reader:
            reader.assign(list(self.positions))
            for place, position in self.positions.items():
                reader.seek(*place, position)
            while not stopping.is_set():
                for record in reader.poll(2000, 0.2):
                    self.positions[record.topic, record.partition] = record.offset + 1
                    self.take(record)

    def take(self, record: Incoming) -> None:
        """One figure as it is shown."""
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
        self.seen.places[record.partition, record.offset] = record.key


class Api:
    """Asks /api/v1/statistics: newest points, and for every figure of a year the areas with the province."""

    def __init__(self, portal: str, seen: Seen) -> None:
        self.portal, self.seen = f"{portal}/api/v1/statistics", seen
        self.revisions: dict[str, int] = {}

    def look(self, stopping: threading.Event) -> None:
        """One round over the indicators."""
        for item in (ask(f"{self.portal}?limit=100") or {}).get("items", []):
            self.newest(item["latest"])
            if item["indicator"] in ADDITIVE and item["periods"] and not stopping.is_set():
                year = item["periods"][1][:4]
                answer = ask(f"{self.portal}/{item['indicator']}?by=area&period={year}&accumulation=ytd&limit=100")
                self.areas(item["indicator"], (answer or {}).get("items", []))
        stopping.wait(0.3)

    def newest(self, point: dict[str, Any] | None) -> None:
        """The point shown first of an indicator."""
        if point is None:
            return
        key = f"{point['indicator']} {sorted(point['dimensions'].items())} {point['period']}"
        if point["revision"] < self.revisions.get(key, 0):
            self.seen.wrong.append(f"API {key}: revision {point['revision']} after {self.revisions[key]}")
        self.revisions[key] = point["revision"]
        self.positive(key, point["value"])

    def areas(self, indicator: str, items: list[dict[str, Any]]) -> None:
        """One answer is one snapshot: the province is the sum of its areas, to the last 分."""
        if not items:
            return
        self.seen.answers += 1
        values = {item["area"]: Decimal(item["value"]) for item in items}
        total = values.pop(PROVINCE, Decimal(0))
        if total != sum(values.values()):
            self.seen.wrong.append(f"API {indicator}: province {total}, areas {sum(values.values())}")
        for area, value in values.items():
            self.positive(f"{indicator} {area}", value)

    def positive(self, what: str, value: Decimal | str) -> None:
        """No figure is below nothing."""
        if Decimal(value) < 0:
            self.seen.wrong.append(f"API {what}: {value}")
