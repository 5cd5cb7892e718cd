"""Figures as answers: published points where they exist, recounted cells elsewhere, and the explanation of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.records.statistic import Contribution, Point, point_key

from ops.evidence import EvidenceStore
from schemas.records.event import Event
from sinks.portal.cursors import read_cursor, write_cursor
from sinks.portal.filters import QueryInvalid, StatisticFilter
from sinks.portal.models import Explanation, Indicator, Observation, Page, RecordTrace, Statistics
from sinks.store import figures
from sinks.store.database import Snapshot, json, queries
from sinks.store.figures import FEN_IN, PROVINCE, Window


def indicators(db: Snapshot, as_of: str | None) -> Page[Indicator]:
    """Every figure that has a point."""
    items = tuple(
        Indicator(
            indicator=row["indicator"],
            label=row["label"],
            unit=row["unit"],
            def_version=row["def_version"],
            stock=row["stock"],
            dimensions=tuple(row["dimensions"]),
            latest=Point.model_validate(row["latest"]) if row["latest"] else None,
            periods=(row["first_month"], row["last_month"]) if row["first_month"] else None,
        )
        for row in db.rows("indicators")
    )
    return Page[Indicator](items=items, total=len(items), as_of=as_of)


def answer(db: Snapshot, indicator: Indicator, filter: StatisticFilter) -> Statistics:
    """The cells of one question, sorted by area, dimensions, period."""
    cells = observations(db, indicator, filter)
    after = read_cursor(filter, str, str, str)
    rest = [cell for cell in cells if after is None or _place(cell) > after]
    page = rest[: filter.limit]
    return Statistics(
        items=tuple(page),
        total=len(cells),
        as_of=max((cell.as_of for cell in cells if cell.as_of), default=None),
        next=write_cursor(filter, _place(page[-1])) if len(rest) > filter.limit else None,
        indicator=indicator.indicator,
        label=indicator.label,
        unit=indicator.unit,
        def_version=indicator.def_version,
        accumulation=filter.accumulation,
    )


def observations(db: Snapshot, indicator: Indicator, filter: StatisticFilter) -> list[Observation]:
    """Points for a total or one further dimension of one period; contributions for every other cut and for 当年累计."""
    names = {*filter.by, *filter.where} - {"area"}
    published = filter.accumulation == "period" and len(names) <= 1
    found = _points(db, filter, names) if published else _recounted(db, indicator, filter)
    return sorted(found, key=_place)


def explain(db: Snapshot, indicator: Indicator, filter: StatisticFilter, evidence: EvidenceStore) -> Explanation:
    """One cell: its contributions (paged), their events, the records behind those, and whether the recount agrees."""
    if not filter.period or filter.by:
        raise QueryInvalid(
            [
                {
                    "name": "by" if filter.by else "period",
                    "message": "an explanation is of one cell: give one period and hold dimensions to values",
                }
            ]
        )
    span = figures.window(filter.period, ytd=filter.accumulation == "ytd")
    held = {name: value for name, value in filter.where.items() if name != "area"}
    area = filter.where.get("area", PROVINCE)
    recount = figures.cells(db, indicator.indicator, [span], held=held, area=area, as_of=filter.as_of)
    counted = figures.value_of(recount[0] if recount else None, indicator.unit)
    published = observations(db, indicator, filter)
    point = (
        published[0] if published else _observed(indicator, filter, span, area, held, recount[0] if recount else None)
    )
    rows = figures.contributions(db, indicator.indicator, span, held=held, area=area, as_of=filter.as_of)
    after = read_cursor(filter, str)
    rest = [row for row in rows if after is None or row["id"] > after[0]]
    page = rest[: filter.limit]
    behind = tuple(Contribution.model_validate(row["value"]) for row in page)
    events = tuple(
        Event.model_validate(row["value"]) for row in db.rows("events_by_id", ids=[each.event for each in behind])
    )
    cards = db.rows("listings_by_id", ids=[each.event for each in behind])
    sources = [(row["value"]["id"], row["value"]["sources"]) for row in cards]
    sources += [(event.id, [source.model_dump() for source in event.sources]) for event in events]
    return Explanation(
        point=point,
        counted=counted,
        agrees=counted == point.value,
        contributions=behind,
        events=events,
        records=tuple(trace(id, source, evidence) for id, each in sources for source in each),
        total=len(rows),
        next=write_cursor(filter, [page[-1]["id"]]) if len(rest) > filter.limit else None,
    )


def trace(event_id: str, source: Mapping[str, Any], evidence: EvidenceStore) -> RecordTrace:
    """One record behind an event, with the name of its bytes and whether they are here."""
    held = source.get("evidence") or {}
    return RecordTrace(
        event_id=event_id,
        source=source["source"],
        feed=source["feed"],
        record=source["record"],
        url=source["url"],
        phase=source["phase"],
        fetched_at=source["received_at"],
        sequence=source["sequence"],
        sha256=held.get("sha256"),
        pointer=held.get("pointer"),
        kept=bool(held) and evidence.has(held["sha256"]),
        synthetic=source.get("synthetic", False),
    )


def _points(db: Snapshot, filter: StatisticFilter, names: set[str]) -> list[Observation]:
    held = {name: value for name, value in filter.where.items() if name != "area"}
    statement = queries()["points"].replace("POINTS", queries()["points_then" if filter.as_of else "points_now"])
    rows = db.fetch(
        statement,
        {
            "indicator": filter.indicator,
            "as_of": filter.as_of,
            "names": sorted(names),
            "held": json(held),
            "period": filter.period,
            "area": filter.where.get("area") or (None if "area" in filter.by else PROVINCE),
            "first": filter.start_period,
            "last": filter.end_period,
        },
    )
    return [_published(Point.model_validate(row["value"])) for row in rows]


def _published(point: Point) -> Observation:
    dimensions = {name: value for name, value in point.dimensions.items() if name != "area"}
    return Observation(
        area=point.dimensions.get("area", PROVINCE),
        dimensions=dimensions,
        period=point.period,
        accumulation="period",
        value=point.value,
        unit=point.unit,
        status=point.status,
        as_of=point.as_of,
        coverage=point.coverage,
        flags=point.flags,
        key=point.key,
        synthetic=point.synthetic,
    )


def _recounted(db: Snapshot, indicator: Indicator, filter: StatisticFilter) -> list[Observation]:
    held = {name: value for name, value in filter.where.items() if name != "area"}
    windows = [figures.window(period, ytd=filter.accumulation == "ytd") for period in _periods(indicator, filter)]
    rows = figures.cells(
        db,
        indicator.indicator,
        windows,
        by=[name for name in filter.by if name != "area"],
        held=held,
        as_of=filter.as_of,
        area=filter.where.get("area", PROVINCE),
        spread="area" in filter.by and "area" not in filter.where,
    )
    spans = {window.period: window for window in windows}
    return [
        _observed(indicator, filter, spans[row["period"]], row["area"], {**held, **row["dimensions"]}, row)
        for row in rows
    ]


def _observed(
    indicator: Indicator,
    filter: StatisticFilter,
    span: Window,
    area: str,
    dimensions: dict[str, str],
    cell: Mapping[str, Any] | None,
) -> Observation:
    coverage = {}
    if cell and indicator.unit in FEN_IN:
        coverage = {"amounts": f"{cell['keys_with_amount'] / cell['keys']:.3f}"}
    return Observation(
        area=area,
        dimensions=dimensions,
        period=span.period,
        accumulation=filter.accumulation,
        unit=indicator.unit,
        status="P",
        value=figures.value_of(cell, indicator.unit),
        as_of=cell["received_at"] if cell else None,
        coverage=coverage,
        key=point_key(indicator.indicator, {**dimensions, "area": area}, span.period),
        synthetic=bool(cell and cell["synthetic"]),
    )


def _periods(indicator: Indicator, filter: StatisticFilter) -> list[str]:
    """The periods asked for; without any, every month that has a figure."""
    if filter.period:
        return [filter.period]
    if not indicator.periods:
        return ["current"]
    first, last = filter.start_period or indicator.periods[0], filter.end_period or indicator.periods[1]
    if len(first) == len(last) == 4:
        return [str(year) for year in range(int(first), int(last) + 1)]
    months = range(int(first[:4]) * 12 + int(first[5:7] or 1) - 1, int(last[:4]) * 12 + int(last[5:7] or 12))
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in months][:600]


def _place(cell: Observation) -> tuple[str, str, str]:
    return cell.area, ";".join(f"{name}={value}" for name, value in sorted(cell.dimensions.items())), cell.period
