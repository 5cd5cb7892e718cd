"""``tongda explain``: from a figure, an event, a card or a record down to the bytes as they were fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from ops.evidence import EvidenceStore
from ops.excerpt import excerpt
from schemas.errors import NotFound
from schemas.fields.date import CHINA
from schemas.records.raw import Evidence, RawRecord, record_key
from schemas.records.ruling import Ruling
from schemas.wire import encode
from sinks.store import figures
from sinks.store.database import Row, Snapshot, json, queries
from sinks.store.figures import PROVINCE

SHOWN = 400  # characters of a line of the record
SHOWN_LINES = 40
Rulings = Callable[[], Mapping[str, RawRecord]]


def explain(
    db: Snapshot, evidence: EvidenceStore, name: str, as_of: str | None = None, rulings: Rulings = dict
) -> Iterator[str]:
    """Lines for a reader. ``name``: a point's key, an id, or ``source|feed|record``. Raises NotFound.

    ``rulings`` gives every decision of a person by id; it is asked at most once, and not before it matters.
    """
    teller = Teller(db, evidence, as_of, rulings)
    if name.count("|") == 2:
        return teller.record(name)
    return teller.figure(name) if name.count(":") >= 2 else teller.held(name)


class Teller:
    """Walks from what is asked for towards the bytes."""

    def __init__(self, db: Snapshot, evidence: EvidenceStore, as_of: str | None, rulings: Rulings) -> None:
        self.db, self.evidence, self.as_of, self._rulings = db, evidence, as_of, rulings

    @cached_property
    def rulings(self) -> dict[str, tuple[RawRecord, Ruling]]:
        """Those that stand, as they stood then."""
        return {
            name: (record, Ruling.model_validate_json(encode(record.content)))
            for name, record in sorted(self._rulings().items())
            if not record.absent and (self.as_of is None or instant(record.fetched_at) <= instant(self.as_of))
        }

    def figure(self, key: str) -> Iterator[str]:
        indicator, cell, period = key.split(":", 2)
        held = dict(pair.split("=", 1) for pair in cell.split(";") if "=" in pair)
        area = held.pop("area", PROVINCE)
        statement = queries()["points"].replace("POINTS", queries()["points_then" if self.as_of else "points_now"])
        rows = self.db.fetch(
            statement,
            {
                "indicator": indicator,
                "as_of": self.as_of,
                "names": sorted(held),
                "held": json(held),
                "period": period,
                "area": area,
                "first": None,
                "last": None,
            },
        )
        if not rows:
            raise NotFound(f"no figure {key}", next_step="/api/v1/statistics")
        point, span = rows[0]["value"], figures.window(period)
        cells = figures.cells(self.db, indicator, [span], held=held, area=area, as_of=self.as_of)
        counted = figures.value_of(cells[0] if cells else None, point["unit"])
        yield f"{point['label']} {key}"
        yield f"  value {point['value']} {point['unit']}  revision {point['revision']}  as of {point['as_of']}"
        yield f"  recounted {counted} {point['unit']}: {'agrees' if counted == point['value'] else 'DIFFERS'}"
        for row in figures.contributions(self.db, indicator, span, held=held, area=area, as_of=self.as_of):
            value = row["value"]
            amount = f"  {value['amount']['value']} {value['amount']['unit']}" if value.get("amount") else ""
            yield f"  contribution {value['distinct']}  {value.get('occurred_on', 'now')}{amount}"
            yield from ("    " + line for line in self.held(value["event"]))

    def held(self, id: str) -> Iterator[str]:
        rows = (
            self.db.rows("held_by_id_then", id=id, as_of=self.as_of)
            if self.as_of
            else self.db.rows("held_by_id", id=id)
        )
        if not rows or rows[0]["value"] is None:
            raise NotFound(f"nothing is called {id}" + (f" at {self.as_of}" if self.as_of else ""))
        yield from self.thing(rows[0]["value"])

    def record(self, key: str) -> Iterator[str]:
        source, feed, record = key.split("|")
        rows: Sequence[Row] = self.db.rows("held_by_record", source=source, feed=feed, record=record)
        if not rows:
            raise NotFound(f"no event or card rests on {key}", next_step="tongda dead-letters list")
        for row in rows:
            yield from self.thing(row["value"])
            for contribution in self.db.rows("contributions_of", id=row["id"]):
                value = contribution["value"]
                yield f"  counts in {value['indicator']} as {value['distinct']}" + (
                    "" if value.get("live", True) else " (no longer)"
                )

    def thing(self, value: Mapping[str, Any]) -> Iterator[str]:
        """An event or a card: what it rests on, what its sources differ in, who ruled on it."""
        yield f"{value['id']}  revision {value['revision']}  {value.get('phase', '')} {value.get('state', '')}".rstrip()
        for disagreement in value.get("disagreements", ()):
            told = "; ".join(f"{each['value']} ({', '.join(each['sources'])})" for each in disagreement["values"])
            yield f"  sources differ on {disagreement['field']}: {told}"
        yield from self.ruled(value)
        for source in value["sources"]:
            record = record_key(source["source"], source["feed"], source["record"])
            yield f"  record {record}  sequence {source['sequence']}  {source['url']}"
            if source.get("evidence"):
                yield from self.bytes(Evidence.model_validate(source["evidence"]))

    def ruled(self, value: Mapping[str, Any]) -> Iterator[str]:
        """The rulings that put its records together, set one of them apart, or took one away from it."""
        records = {record_key(each["source"], each["feed"], each["record"]) for each in value["sources"]}
        for name, (record, ruling) in self.rulings.items():
            if records & set(ruling.members) or value["id"] in ruling.events:
                reason = f"  reason: {ruling.reason}" if ruling.reason else ""
                yield f"  ruling {name}  {ruling.action}  {record.fetched_at}  by {ruling.role}{reason}"
                yield f"    of {', '.join(ruling.members)}"
                yield f"    evidence {record.evidence.sha256}"

    def bytes(self, at: Evidence) -> Iterator[str]:
        yield f"    evidence {at.sha256}  {at.pointer}"
        if not self.evidence.has(at.sha256):
            yield "    (the bytes are not in this evidence store)"
            return
        data = self.evidence.get(at.sha256)
        shown = excerpt(data, at.pointer)
        yield f"    {len(data)} bytes" + ("" if shown else "; the pointer leads nowhere in them, they begin:")
        shown = shown or data[:SHOWN].decode("utf-8", "replace")
        yield from (f"    | {line[:SHOWN]}" for line in shown.splitlines()[:SHOWN_LINES])


def instant(text: str) -> datetime:
    """A day or an instant; without an offset it is China's."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CHINA)
