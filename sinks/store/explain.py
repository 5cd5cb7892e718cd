"""``tongda explain``: from a figure, an event, a card or a record down to the bytes as they were fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ops.evidence import EvidenceStore
from ops.excerpt import excerpt
from schemas.errors import NotFound
from schemas.raw_record import Evidence
from sinks.store import figures
from sinks.store.database import Row, Snapshot, json, queries
from sinks.store.figures import PROVINCE

SHOWN = 400  # characters of a line of the record
SHOWN_LINES = 40


def explain(db: Snapshot, evidence: EvidenceStore, name: str, as_of: str | None = None) -> Iterator[str]:
    """Lines for a reader. ``name``: a point's key, an id, or ``source|feed|record``. Raises NotFound."""
    if name.count("|") == 2:
        return _record(db, evidence, name)
    if name.count(":") >= 2:
        return _figure(db, evidence, name, as_of)
    return _held(db, evidence, name, as_of)


def _figure(db: Snapshot, evidence: EvidenceStore, key: str, as_of: str | None) -> Iterator[str]:
    indicator, cell, period = key.split(":", 2)
    held = dict(pair.split("=", 1) for pair in cell.split(";") if "=" in pair)
    area = held.pop("area", PROVINCE)
    statement = queries()["points"].replace("POINTS", queries()["points_then" if as_of else "points_now"])
    rows = db.fetch(
        statement,
        {
            "indicator": indicator,
            "as_of": as_of,
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
    cells = figures.cells(db, indicator, [span], held=held, area=area, as_of=as_of)
    counted = figures.value_of(cells[0] if cells else None, point["unit"])
    yield f"{point['label']} {key}"
    yield f"  value {point['value']} {point['unit']}  revision {point['revision']}  as of {point['as_of']}"
    yield f"  recounted {counted} {point['unit']}: {'agrees' if counted == point['value'] else 'DIFFERS'}"
    for row in figures.contributions(db, indicator, span, held=held, area=area, as_of=as_of):
        value = row["value"]
        amount = f"  {value['amount']['value']} {value['amount']['unit']}" if value.get("amount") else ""
        yield f"  contribution {value['distinct']}  {value.get('occurred_on', 'now')}{amount}"
        yield from ("    " + line for line in _held(db, evidence, value["event"], as_of))


def _held(db: Snapshot, evidence: EvidenceStore, id: str, as_of: str | None) -> Iterator[str]:
    rows = db.rows("held_by_id_then", id=id, as_of=as_of) if as_of else db.rows("held_by_id", id=id)
    if not rows or rows[0]["value"] is None:
        raise NotFound(f"nothing is called {id}" + (f" at {as_of}" if as_of else ""))
    yield from _thing(evidence, rows[0]["value"])


def _record(db: Snapshot, evidence: EvidenceStore, key: str) -> Iterator[str]:
    source, feed, record = key.split("|")
    rows: Sequence[Row] = db.rows("held_by_record", source=source, feed=feed, record=record)
    if not rows:
        raise NotFound(f"no event or card rests on {key}", next_step="tongda dead-letters list")
    for row in rows:
        yield from _thing(evidence, row["value"])
        for contribution in db.rows("contributions_of", id=row["id"]):
            value = contribution["value"]
            yield f"  counts in {value['indicator']} as {value['distinct']}" + (
                "" if value.get("live", True) else " (no longer)"
            )


def _thing(evidence: EvidenceStore, value: Mapping[str, Any]) -> Iterator[str]:
    yield f"{value['id']}  revision {value['revision']}  {value.get('phase', '')} {value.get('state', '')}".rstrip()
    for disagreement in value.get("disagreements", ()):
        told = "; ".join(f"{each['value']} ({', '.join(each['sources'])})" for each in disagreement["values"])
        yield f"  sources differ on {disagreement['field']}: {told}"
    for source in value["sources"]:
        record = f"{source['source']}|{source['feed']}|{source['record']}"
        yield f"  record {record}  sequence {source['sequence']}  {source['url']}"
        if source.get("evidence"):
            yield from _bytes(evidence, Evidence.model_validate(source["evidence"]))


def _bytes(evidence: EvidenceStore, at: Evidence) -> Iterator[str]:
    yield f"    evidence {at.sha256}  {at.pointer}"
    if not evidence.has(at.sha256):
        yield "    (the bytes are not in this evidence store)"
        return
    data = evidence.get(at.sha256)
    shown = excerpt(data, at.pointer)
    yield f"    {len(data)} bytes" + ("" if shown else "; the pointer leads nowhere in them, they begin:")
    shown = shown or data[:SHOWN].decode("utf-8", "replace")
    yield from (f"    | {line[:SHOWN]}" for line in shown.splitlines()[:SHOWN_LINES])
