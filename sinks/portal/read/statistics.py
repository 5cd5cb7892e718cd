"""Figures as answers: published points where they exist, recounted cells elsewhere, and the explanation of a cell."""

from __future__ import annotations

from functools import cache
from typing import Any

from ops.evidence import EvidenceStore
from schemas.figures import BY_ID
from schemas.records.contribution import Contribution
from schemas.records.event import Event, Provenance
from schemas.records.listing import Listing
from schemas.records.point import Point, point_key
from sinks.portal import records
from sinks.portal.errors import FieldError, QueryInvalid, unknown
from sinks.portal.read import money
from sinks.portal.read.cursors import read_cursor, write_cursor
from sinks.portal.read.figure_answers import CellValue, Explanation, Indicator, RecordTrace, Statistics
from sinks.portal.read.filters import FigureFilter
from sinks.portal.secrecy import KEY_HOLDER, Reader, contribution_as_shown, shows_contribution, shows_figure
from sinks.store import figures
from sinks.store.database import Row, Snapshot, json
from sinks.store.figures import FEN_IN, PROVINCE, Recount, Window
from sinks.store.statements import Composed, statement


def indicator_rows(db: Snapshot, as_of: str | None = None) -> list[Row]:
    """Every figure that has a point, or had one at that instant."""
    return db.fetch(_indicators_of("province_then" if as_of else "points_everywhere"), {"as_of": as_of})


@cache
def _indicators_of(table: str) -> Composed:
    return statement("indicators", points=statement(table))


def indicators(db: Snapshot, reader: Reader, as_of: str | None = None) -> tuple[Indicator, ...]:
    """Every figure that has a point, by name; ``as_of``: with what was published at that instant."""
    rows = indicator_rows(db, as_of)
    newest = [records.record(Point, row["latest"]) for row in rows if row["latest"]]
    latest = {point.indicator: point for point in money.points(db, newest, as_of, reader)}
    return tuple(
        Indicator(
            indicator=row["indicator"],
            label=row["label"],
            unit=row["unit"],
            def_version=row["def_version"],
            stock=row["stock"],
            dimensions=tuple(row["dimensions"]),
            latest=latest.get(row["indicator"]),
            periods=(row["first_month"], row["last_month"]) if row["first_month"] else None,
        )
        for row in rows
    )


def answer(db: Snapshot, indicator: Indicator, filter: FigureFilter, reader: Reader) -> Statistics:
    """The cells of one question, sorted by area, dimensions, period."""
    check_dimensions(indicator, filter)
    must_have_ends(indicator, filter)
    cells = cell_values(db, indicator, filter, reader)
    after = read_cursor(filter, str, str, str)
    rest = [cell for cell in cells if after is None or _position(cell) > after]
    page = rest[: filter.limit]
    return Statistics(
        items=tuple(page),
        total=len(cells),
        as_of=max((cell.as_of for cell in cells if cell.as_of), default=None),
        next=write_cursor(filter, _position(page[-1])) if len(rest) > filter.limit else None,
        indicator=indicator.indicator,
        label=indicator.label,
        unit=indicator.unit,
        def_version=indicator.def_version,
        accumulation=filter.accumulation,
    )


def cell_values(db: Snapshot, indicator: Indicator, filter: FigureFilter, reader: Reader) -> list[CellValue]:
    """The cells as this reader may read them, sorted."""
    return money.cells(db, indicator.indicator, _exact(db, indicator, filter), filter.as_of, reader)


def _exact(db: Snapshot, indicator: Indicator, filter: FigureFilter) -> list[CellValue]:
    """Points for a total or one further dimension of one period; contributions for every other cut and for 当年累计."""
    names = {*filter.by, *filter.where} - {"area"}
    published = filter.accumulation == "period" and len(names) <= 1
    found = _points(db, filter, names) if published else _recounted(db, indicator, filter)
    return sorted(found, key=_position)


def must_have_ends(indicator: Indicator, filter: FigureFilter) -> None:
    """What stood when a period ended is asked of a stock with days of both kinds, and of a period. Raises QueryInvalid."""
    if filter.accumulation != "end":
        return
    known = BY_ID.get(indicator.indicator)
    if known is None or not known.has_ends:
        named = ", ".join(one.id for one in BY_ID.values() if one.has_ends)
        message = f"{indicator.indicator} is not counted at ends of periods; these are: {named} · 本指标没有期末存量"
        raise QueryInvalid([FieldError(name="accumulation", message=message)])
    if filter.period == "current":
        message = "a period has an end: give a month or a year, or leave accumulation out · 期末存量须给出年或月"
        raise QueryInvalid([FieldError(name="period", message=message)])


def check_dimensions(indicator: Indicator, filter: FigureFilter) -> None:
    """Only dimensions that the figure has. Raises QueryInvalid."""
    known = ("area", *indicator.dimensions)
    wrong = [("by", name) for name in filter.by if name not in known]
    wrong += [(name, name) for name in filter.where if name not in known]
    if wrong:
        raise QueryInvalid([unknown(field, name, known) for field, name in wrong])


def explain(
    db: Snapshot, indicator: Indicator, filter: FigureFilter, evidence: EvidenceStore, reader: Reader
) -> Explanation:
    """One cell: its contributions (paged), their events, the records behind those, and whether the recount agrees."""
    check_dimensions(indicator, filter)
    must_have_ends(indicator, filter)
    if not filter.period or filter.by:
        message = "an explanation is of one cell: give one period and hold dimensions to values"
        raise QueryInvalid([FieldError(name="by" if filter.by else "period", message=message)])
    span, at_end = figures.window(filter.period, ytd=filter.accumulation == "ytd"), filter.accumulation == "end"
    area = filter.where.get("area", PROVINCE)
    asked: dict[str, Any] = {"held": filter.held, "area": area, "as_of": filter.as_of, "at_end": at_end}
    recounted = next(iter(figures.cells(db, indicator.indicator, [span], **asked)), None)
    counted = figures.value_of(recounted, indicator.unit)
    published = _exact(db, indicator, filter)
    exact = published[0] if published else _observed(indicator, filter, span, area, filter.held, recounted)
    (point,) = money.cells(db, indicator.indicator, [exact], filter.as_of, reader)
    everything = figures.contributions(db, indicator.indicator, span, **asked)
    rows, by_key = (
        [row for row in everything if shows_contribution(filter.indicator, row["value"]["event"], filter.held, whose)]
        for whose in (reader, KEY_HOLDER)
    )
    after = read_cursor(filter, str)
    rest = [row for row in rows if after is None or row["id"] > after[0]]
    page = rest[: filter.limit]
    behind = tuple(contribution_as_shown(records.record(Contribution, row["value"]), reader) for row in page)
    events, traces = _behind(db, [each.event for each in behind], evidence, reader)
    return Explanation(
        point=point,
        counted=counted if shows_figure(indicator.unit, reader) else None,
        agrees=counted == exact.value,
        contributions=behind,
        events=events,
        records=traces,
        total=len(rows),
        withheld=len(by_key) - len(rows),
        next=write_cursor(filter, [page[-1]["id"]]) if len(rest) > filter.limit else None,
    )


def _behind(
    db: Snapshot, ids: list[str], evidence: EvidenceStore, reader: Reader
) -> tuple[tuple[Event, ...], tuple[RecordTrace, ...]]:
    """The events with these ids, and the records behind them and behind the listings with these ids."""
    events = records.events(db.rows("events_by_id", ids=ids), reader)
    found: list[Listing | Event] = [*records.listings(db.rows("listings_by_id", ids=ids), reader), *events]
    return events, tuple(trace(each.id, source, evidence) for each in found for source in each.sources)


def trace(event_id: str, source: Provenance, evidence: EvidenceStore) -> RecordTrace:
    """One record behind an event, with the name of its bytes and whether they are here."""
    bytes_ = source.evidence
    return RecordTrace(
        event_id=event_id,
        source=source.source,
        feed=source.feed,
        record=source.record,
        url=source.url,
        phase=source.phase,
        fetched_at=source.received_at,
        sequence=source.sequence,
        sha256=bytes_.sha256 if bytes_ else None,
        pointer=bytes_.pointer if bytes_ else None,
        kept=bytes_ is not None and evidence.has(bytes_.sha256),
        synthetic=source.synthetic,
    )


def _points(db: Snapshot, filter: FigureFilter, names: set[str]) -> list[CellValue]:
    rows = db.fetch(
        _points_of("points_then" if filter.as_of else "points_now"),
        {
            "indicator": filter.indicator,
            "as_of": filter.as_of,
            "names": sorted(names),
            "held": json(filter.held),
            "period": filter.period,
            "area": filter.where.get("area") or (None if "area" in filter.by else PROVINCE),
            "first": filter.start_period,
            "last": filter.end_period,
        },
    )
    return [_published(records.record(Point, row["value"])) for row in rows]


@cache
def _points_of(table: str) -> Composed:
    return statement("points", points=statement(table))


def _published(point: Point) -> CellValue:
    dimensions = {name: value for name, value in point.dimensions.items() if name != "area"}
    return CellValue(
        area=point.dimensions.get("area", PROVINCE),
        dimensions=dimensions,
        period=point.period,
        accumulation="period",
        value=point.value,
        unit=point.unit,
        status=point.status,
        as_of=point.as_of,
        revision=point.revision,
        coverage=point.coverage,
        flags=point.flags,
        key=point.key,
        synthetic=point.synthetic,
    )


def _recounted(db: Snapshot, indicator: Indicator, filter: FigureFilter) -> list[CellValue]:
    held = filter.held
    periods = _ends(db, filter) if filter.accumulation == "end" else _periods(indicator, filter)
    windows = [figures.window(period, ytd=filter.accumulation == "ytd") for period in periods]
    cells = figures.cells(
        db,
        indicator.indicator,
        windows,
        by=[name for name in filter.by if name != "area"],
        held=held,
        as_of=filter.as_of,
        area=filter.where.get("area", PROVINCE),
        spread="area" in filter.by and "area" not in filter.where,
        at_end=filter.accumulation == "end",
    )
    spans = {window.period: window for window in windows}
    return [
        _observed(indicator, filter, spans[cell.period], cell.area, {**held, **cell.dimensions}, cell) for cell in cells
    ]


def _observed(
    indicator: Indicator,
    filter: FigureFilter,
    span: Window,
    area: str,
    dimensions: dict[str, str],
    cell: Recount | None,
) -> CellValue:
    coverage = {}
    if cell and indicator.unit in FEN_IN:
        coverage = {"amounts": f"{cell.keys_with_amount / cell.keys:.3f}"}
    return CellValue(
        area=area,
        dimensions=dimensions,
        period=span.period,
        accumulation=filter.accumulation,
        unit=indicator.unit,
        status="P",
        value=figures.value_of(cell, indicator.unit),
        as_of=cell.received_at if cell else None,
        coverage=coverage,
        key=point_key(indicator.indicator, {**dimensions, "area": area}, span.period),
        synthetic=bool(cell and cell.synthetic),
    )


def _periods(indicator: Indicator, filter: FigureFilter) -> list[str]:
    """The periods asked for; without any, every month that has a figure."""
    if filter.period:
        return [filter.period]
    if not indicator.periods:
        return ["current"]
    first, last = filter.start_period or indicator.periods[0], filter.end_period or indicator.periods[1]
    return _between(first, last)


def _ends(db: Snapshot, filter: FigureFilter) -> list[str]:
    """The periods whose ends are asked for: those that are over, from the month in which the first of a stock began."""
    last = filter.end_period or ""
    if filter.period:
        return [filter.period] if f"{filter.period}-12"[:7] <= f"{last}-12"[:7] else []
    first = filter.start_period or figures.first_month(db, filter.indicator, filter.as_of)
    return _between(first, last) if first and last else []


def _between(first: str, last: str) -> list[str]:
    """Years, or months of up to fifty years."""
    if len(first) == len(last) == 4:
        return [str(year) for year in range(int(first), int(last) + 1)]
    months = range(int(first[:4]) * 12 + int(first[5:7] or 1) - 1, int(last[:4]) * 12 + int(last[5:7] or 12))
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in months][:600]


def _position(cell: CellValue) -> tuple[str, str, str]:
    return cell.area, ";".join(f"{name}={value}" for name, value in sorted(cell.dimensions.items())), cell.period
