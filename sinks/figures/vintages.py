"""Vintages 发布批次: the sums of money that readers without a key see, renewed at set times and never in between.

Who reads a live sum before and after an event reads that event's amount. So the money of a figure leaves for everybody in
vintages: the first when the platforms' lists are read, then one on each day of the calendar on which amounts are published.
Cells are offered to ``schemas.figures.disclosure`` in one order, the most asked for first; what it refuses keeps the value
of an earlier vintage, or has none. What readers know is kept with the vintages, so that a cell is held against all
earlier ones too. Figures that add up the same amounts (all contracts, those with patents) are one family.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from msgspec import convert

from ops import telemetry
from ops.rounds import Rounds
from schemas.errors import HubError
from schemas.fields.date import CHINA, month_of
from schemas.figures import INDICATORS, Counting, Indicator
from schemas.figures.dimensions import AREA
from schemas.figures.disclosure import Amount, Disclosed
from schemas.figures.values import PROVINCE
from schemas.records.event import EVENTS, Event
from sinks.figures.calendar import due
from sinks.figures.cells import Key
from sinks.store import figures
from sinks.store.database import Database, Snapshot
from sinks.store.figures import KeyAmount

LOCK = 7_360_018  # one process at a time makes a vintage
LOOK_SECONDS = 10.0
QUIET_SECONDS = 30.0  # the first vintage waits until no amount came for so long,
READ_SECONDS = 60.0  # or until every list has been read for so long: where events never pause, that is all there is
EVENTS_AT_ONCE = 1000
MONEY = tuple(one for one in INDICATORS if one.amount is not None and one.counting is not Counting.WINDOW)


class Vintage(NamedTuple):
    """``shown``, ``withheld``: cells of which a value is known to everybody, and of which none is."""

    number: int
    shown: int
    withheld: int


def families() -> Mapping[str, tuple[Indicator, ...]]:
    """Figures of money by the amounts that they add up: a kind and its field."""
    found: dict[str, tuple[Indicator, ...]] = {}
    for one in MONEY:
        name = f"{one.reads[0].kind.name}.{one.amount}"
        found[name] = (*found.get(name, ()), one)
    return found


def is_due(last: datetime | None, newest: datetime | None, read_at: datetime | None, now: datetime) -> bool:
    """One a day of the calendar, the first one as soon as the lists are read.

    ``last``: when the last vintage was made; ``newest``: when the newest amount came; ``read_at``: since when no list waits to be
    read for the first time.
    """
    if newest is None:
        return False
    if last is None:
        is_quiet = now - newest >= timedelta(seconds=QUIET_SECONDS)
        return read_at is not None and (is_quiet or now - read_at >= timedelta(seconds=READ_SECONDS))
    today, before = now.astimezone(CHINA).date(), last.astimezone(CHINA).date()
    return any(before < day <= today for day in published_on(before, today))


def published_on(first: date, last: date) -> Iterator[date]:
    """The days on which amounts are published, of every month that was over between these days."""
    month = first.replace(day=1)
    while month <= last:
        yield due((month - timedelta(days=1)).isoformat()[:7]).amounts_on
        month = (month + timedelta(days=32)).replace(day=1)


def publish(db: Snapshot, at: datetime) -> Vintage:
    """Make the next vintage, in the transaction of ``db``."""
    last = db.row("last_vintage")
    number = last["number"] + 1 if last else 1
    db.rows("add_vintage", number=number, at=at)
    before = {row["cell"]: row["value"] for row in db.rows("all_shown_money")}
    shown = withheld = 0
    rows: list[tuple[str, int, str]] = []
    for family, indicators in families().items():
        cells = cells_of(db, indicators)
        known = _known(db, family)
        for key in offered(cells):
            name, value = cell_name(key), _value(key, cells[key])
            if known.publish(cells[key]):
                if before.get(name) != value:
                    rows.append((name, number, value))
                shown += 1
            elif name in before:
                shown += 1
            else:
                withheld += 1
        _keep(db, family, known)
    db.copy("shown_money", ("cell", "vintage", "value"), rows)
    return Vintage(number, shown, withheld)


def cells_of(db: Snapshot, indicators: tuple[Indicator, ...]) -> dict[Key, set[Amount]]:
    """The amounts behind every cell of these figures that has some."""
    cells: dict[Key, set[Amount]] = defaultdict(set)
    for indicator in indicators:
        found = figures.amounts(db, indicator.id)
        firms = contributors(db, [one.event for one in found])
        for one in found:
            amount = Amount(one.key, firms.get(one.event, ""), one.fen)
            for key in keys_of(indicator, one):
                cells[key].add(amount)
    return cells


def contributors(db: Snapshot, ids: list[str]) -> dict[str, str]:
    """By event the firm that gives: its credit code, else its name as compared. Those of whom nothing is known count as one."""
    found: dict[str, str] = {}
    for start in range(0, len(ids), EVENTS_AT_ONCE):
        for row in db.rows("events_by_id", ids=ids[start : start + EVENTS_AT_ONCE]):
            event: Event = convert(row["value"], EVENTS[row["value"]["kind"]])
            givers = event.statement.givers()
            found[event.id] = (givers[0].credit_code or givers[0].key) if givers else ""
    return found


def keys_of(indicator: Indicator, one: KeyAmount) -> Iterator[Key]:
    """The cells in which an amount counts: published points, and totals of the year so far 当年累计."""
    cuts = [("", "")]
    for name in (dimension.id for dimension in indicator.dimensions):
        cuts += [(name, value) for value in (one.dimensions.get(name) or "unknown").split(";")]
    for area in (one.dimensions[AREA.id], PROVINCE):
        for dimension, category in cuts:
            for period in periods(indicator, one.counts_on):
                yield indicator.id, area, dimension, category, "period", period
        for period in so_far(one.counts_on):
            yield indicator.id, area, "", "", "ytd", period


def periods(indicator: Indicator, day: str | None) -> tuple[str, ...]:
    """As points are: the year, and the month if the day is known so well."""
    if indicator.counting is Counting.STOCK:
        return ("current",)
    if not day:
        return ()
    month = month_of(day)
    return (day[:4], month) if month else (day[:4],)


def so_far(day: str | None) -> Iterator[str]:
    """The months up to whose ends the year so far has this day; all of the year has what is known by its year alone."""
    if day:
        first = int((month_of(day) or f"{day[:4]}-12")[5:])
        yield from (f"{day[:4]}-{month:02d}" for month in range(first, 13))


def cell_name(key: Key) -> str:
    return "|".join(key)


def offered(cells: Mapping[Key, set[Amount]]) -> list[Key]:
    """In the order in which they are published: totals before their parts, the province before its areas; of each the
    years, the months, the years so far, the stocks; of these the largest first, so that small ones are withheld.
    """

    def order(key: Key) -> tuple[bool, bool, int, int, Key]:
        _, area, dimension, _, accumulation, period = key
        rank = 3 if period == "current" else 2 if accumulation == "ytd" else int(period != period[:4])
        return bool(dimension), area != PROVINCE, rank, -sum(amount.fen for amount in cells[key]), key

    return sorted(cells, key=order)


def _value(key: Key, behind: set[Amount]) -> str:
    unit = next(one.unit.value for one in MONEY if one.id == key[0])
    return figures.money(sum(amount.fen for amount in behind), unit)


def _known(db: Snapshot, family: str) -> Disclosed:
    rows = db.rows("disclosed_amounts", family=family)
    return Disclosed({Amount(row["key"], row["contributor"], row["fen"]): row["part"] for row in rows})


def _keep(db: Snapshot, family: str, known: Disclosed) -> None:
    db.rows("forget_disclosed", family=family)
    columns = ("family", "key", "contributor", "fen", "part")
    db.copy("disclosed_amount", columns, ((family, *amount, part) for amount, part in known.part_of.items()))


class Publisher:
    """Makes every vintage when it is due."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self.rounds = Rounds("vintages")
        self._read_at: datetime | None = None  # since when no list waits to be read

    def run(self, stopping: threading.Event) -> None:
        """Until ``stopping`` is set; when the database is away, it tries again."""
        while not stopping.wait(LOOK_SECONDS):
            try:
                self.look()
                self.rounds.well()
            except HubError as error:
                self.rounds.failed()
                telemetry.log("vintage_waits", "warning", reason=error.message)
            except Exception as error:  # a fault of ours: it is in the log, and the next look may be whole
                self.rounds.failed()
                telemetry.log("vintage_failed", "error", reason=f"{type(error).__name__}: {error}")

    def look(self) -> Vintage | None:
        """The vintage that was made, if one was due. Raises Unreachable, Paused."""
        with self._database.transaction() as db:
            db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
            last, now = db.row("last_vintage"), self._now()
            (newest,) = db.rows("newest_money", indicators=[one.id for one in MONEY])
            (lists,) = db.rows("lists_are_read")
            self._read_at = (self._read_at or now) if lists["are_read"] else None
            if not is_due(last["at"] if last else None, newest["at"], self._read_at, now):
                return None
            made = publish(db, now)
        telemetry.log("vintage_made", number=made.number, shown=made.shown, withheld=made.withheld)
        return made
