"""Tally 统计: contributions are gathered under their distinct key, and each key moves the figures it counts in.

Keeps the contributions of every distinct key (several events may stand behind one) and the sums behind every figure.
A key's cells before and after a change are pure functions of its contributions; their difference goes into the sums,
so figures are the same for any order, any repetition and any split. Figures are published absolute; one that falls to
nothing is 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.errors import HubError, Reject
from schemas.fields.date import month_of
from schemas.fields.money import from_wire, to_wire
from schemas.records.statistic import point_key
from schemas.topics import STATISTIC, TALLY_STATE
from schemas.wire import decode, encode
from streams.choice import RANK
from streams.indicators import BY_ID, PROVINCE, Indicator
from streams.verb import Context, Output, Record, cloud_event, dead_letter, floor_of

NEEDED = ("indicator", "distinct", "event", "revision", "received_at")  # of a contribution
Entry = dict[str, Any]  # one contribution in its JSON form
Cell = str  # indicator|area|dimension|its value|period: one text, for its hash is looked up all day
# What a distinct key adds to a figure: keys, 分, keys with an amount, disputed amounts, contributions, sample data.
Weight = tuple[int, int, int, int, int, int]
KEYS, FEN, WITH_AMOUNT, DISPUTED, CONTRIBUTIONS, SYNTHETIC = range(6)
NOTHING: Weight = (0, 0, 0, 0, 0, 0)
SUM_BYTES = 64  # of a sum as the state topic has it, about


class Sum:
    """What stands behind a figure; changed in place, for it moves with every key.

    ``revision`` grows with every change of what the figure says; ``as_of`` never falls.
    """

    __slots__ = ("weight", "revision", "as_of")

    def __init__(self, weight: Weight = NOTHING, revision: int = 0, as_of: str = "") -> None:
        self.weight, self.revision, self.as_of = weight, revision, as_of

    def move(self, old: Weight, new: Weight, rise: int, as_of: str) -> bool:
        """A key that weighed ``old`` here now weighs ``new``; False: the figure says what it said."""
        if old == new and as_of <= self.as_of:
            return False
        a, b, c, d, e, f = self.weight
        self.weight = (
            a - old[0] + new[0],
            b - old[1] + new[1],
            c - old[2] + new[2],
            d - old[3] + new[3],
            e - old[4] + new[4],
            f - old[5] + new[5],
        )
        self.revision += rise
        if as_of > self.as_of:
            self.as_of = as_of
        return True


class Tally:
    """One partition of indicators (``streams.verb.Verb``)."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition = partition
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.keys: dict[bytes, bytes] = {}  # k|indicator|distinct → its contributions by event
        self.sums: dict[Cell, Sum] = {}  # p|indicator|area|dimension|value|period

    def restore(self, key: bytes, value: bytes | None) -> None:
        if key.startswith(b"k|"):
            if value is None:
                self.keys.pop(key, None)
            else:
                self.keys[key] = value
        elif value is not None:
            weight, revision, as_of = decode(value)
            self.sums[key.decode().removeprefix("p|")] = Sum(tuple(weight), revision, as_of)

    def size(self) -> tuple[int, int]:
        return len(self.keys) + len(self.sums), sum(map(len, self.keys.values())) + SUM_BYTES * len(self.sums)

    def apply(self, records: Sequence[Record]) -> list[Output]:
        """Every distinct key is moved once a batch, every figure that changed published once."""
        outputs: list[Output] = []
        touched: dict[bytes, Touched] = {}
        floor = floor_of(self.generation)
        for record in records:
            try:
                entry = opened(record)
            except Reject as reject:
                outputs.append(dead_letter("tally", record, reject))
                continue
            key = f"k|{entry['indicator']}|{entry['distinct']}".encode()
            work = touched.get(key)
            if work is None:
                work = Touched(BY_ID[entry["indicator"]], decode(self.keys[key]) if key in self.keys else {}, floor)
            if not work.accepted(entry):
                self.unchanged += 1
                continue
            self.understood += 1
            touched[key] = work
        changed: set[Cell] = set()
        for key, work in touched.items():
            changed |= self.moved(work)
            self.keys[key] = encode(work.entries)
            outputs.append(Output(TALLY_STATE.name, key, self.keys[key], self.partition))
        for cell in changed:
            outputs += (stored(self.partition, cell, self.sums[cell]), published(cell, self.sums[cell], floor))
        return outputs

    def moved(self, work: Touched) -> set[Cell]:
        """Put the difference of one distinct key into the sums; gives every figure that says something else."""
        before, after, changed = work.before, cells(work.indicator, work.entries.values()), set[Cell]()
        for cell, new in after.items():
            found = self.sums.get(cell)
            if found is None:
                found = self.sums[cell] = Sum()
            if found.move(before.get(cell, NOTHING), new, work.rise, work.as_of):
                changed.add(cell)
        for cell in before.keys() - after.keys():
            self.sums[cell].move(before[cell], NOTHING, work.rise, work.as_of)
            changed.add(cell)
        return changed


class Touched:
    """A distinct key on its way through a batch: its cells before, its contributions, how far revisions rose.

    ``floor``: what an earlier generation said lies below it and is not taken in.
    """

    def __init__(self, indicator: Indicator, entries: dict[str, Entry], floor: int) -> None:
        self.indicator, self.entries, self.floor = indicator, entries, floor
        self.before = cells(indicator, entries.values())
        self.rise, self.as_of = 0, ""

    def accepted(self, entry: Entry) -> bool:
        """Take a contribution in, unless one of equal or higher revision of the same event is there."""
        there = self.entries.get(entry["event"], {}).get("revision", self.floor)
        if entry["revision"] <= there:
            return False
        self.entries[entry["event"]] = {
            name: value for name, value in entry.items() if name not in ("indicator", "distinct")
        }
        self.rise += entry["revision"] - there
        self.as_of = max(self.as_of, entry["received_at"])
        return True


def opened(record: Record) -> Entry:
    """The contribution, as far as its form can be trusted. Raises ``Reject``."""
    try:
        entry = decode(record.value or b"")
    except ValueError as error:
        raise Reject("json_invalid", f"not JSON: {error}") from None
    if (
        not isinstance(entry, dict)
        or not all(map(entry.get, NEEDED))
        or not isinstance(entry.get("dimensions"), dict)
        or "area" not in entry["dimensions"]
    ):
        raise Reject("contribution_shape", f"no contribution: {', '.join(NEEDED)}, dimensions with area")
    if entry["indicator"] not in BY_ID:
        raise Reject("indicator_unknown", f"{entry['indicator']!r} is no indicator")
    return entry


def cells(indicator: Indicator, entries: Iterable[Entry]) -> dict[Cell, Weight]:
    """Every figure a distinct key counts in, and what it adds there. A function of the set of its contributions."""
    live = sorted((entry for entry in entries if entry["live"]), key=in_order)
    if not live:
        return {}
    found: dict[Cell, Weight] = {}
    for spans, first, behind in windows(indicator, live):
        weight = weight_of(indicator, behind)
        for entry in first:
            for period in spans:
                found |= dict.fromkeys(cuts(indicator.id, period, *entry["dimensions"].items()), weight)
    return found


def windows(indicator: Indicator, live: list[Entry]) -> list[tuple[list[str], list[Entry], list[Entry]]]:
    """Periods in which the key counts, whose dimensions it has there, and every contribution behind it."""
    if indicator.additivity == "s":
        return [(["current"], live[:1], live)]
    if indicator.additivity == "+":
        days = [entry.get("occurred_on") for entry in live]
        if indicator.complete and None in days:
            return []  # a number is free only when its last patent is
        day = days[-1] if indicator.complete else days[0]
        return [(periods(day), live[:1], live)]
    spread: dict[str, list[Entry]] = defaultdict(list)
    for entry in live:
        for period in periods(entry.get("occurred_on")):
            spread[period].append(entry)
    return [([period], some, some) for period, some in spread.items()]


def periods(day: str | None) -> list[str]:
    """The month, if the date is that precise, and the year."""
    if day is None:
        return []
    month = month_of(day)
    return [month, day[:4]] if month else [day[:4]]


def in_order(entry: Entry) -> tuple[str, int, str]:
    """The earliest day first; of one day the most trusted, then the smaller id."""
    return (entry.get("occurred_on") or "", RANK.get(entry["authority"], len(RANK)), entry["event"])


def weight_of(indicator: Indicator, behind: list[Entry]) -> Weight:
    """One key, and its money once: of the most trusted contribution that names an amount."""
    fen = disputed = with_amount = 0
    if indicator.amount:
        naming = [
            (RANK.get(entry["authority"], len(RANK)), entry["event"], from_wire(entry["amount"]))
            for entry in behind
            if entry.get("amount") is not None
        ]
        if naming:
            fen, with_amount, disputed = min(naming)[2], 1, int(len({amount for _, _, amount in naming}) > 1)
    return (1, fen, with_amount, disputed, len(behind), int(any(entry.get("synthetic") for entry in behind)))


@lru_cache(maxsize=65_536)
def cuts(indicator: str, period: str, *dimensions: tuple[str, str]) -> tuple[Cell, ...]:
    """The total of the area and of the province, and each of their further dimensions alone."""
    further = [f"{name}|{value}" for name, values in dimensions if name != "area" for value in values.split(";")]
    return tuple(
        f"{indicator}|{area}|{cut}|{period}" for area in (dict(dimensions)["area"], PROVINCE) for cut in ("|", *further)
    )


class Frame(NamedTuple):
    """What of a figure never changes: its key in the state, its public key, what its record says around the numbers."""

    stored: bytes
    key: str
    indicator: Indicator
    said: Mapping[str, Any]


@lru_cache(maxsize=65_536)
def frame(cell: Cell) -> Frame:
    name, area, dimension, value, period = cell.split("|")
    indicator, dimensions = BY_ID[name], {"area": area, **({dimension: value} if dimension else {})}
    said = {
        "indicator": name,
        "label": indicator.label,
        "dimensions": dimensions,
        "period": period,
        "unit": indicator.unit,
        "status": "P",
        "def_version": indicator.definition,
    }
    return Frame(f"p|{cell}".encode(), point_key(name, dimensions, period), indicator, said)


def stored(partition: int, cell: Cell, now: Sum) -> Output:
    """A figure's sums as they are kept."""
    return Output(TALLY_STATE.name, frame(cell).stored, encode((now.weight, now.revision, now.as_of)), partition)


def published(cell: Cell, now: Sum, floor: int = 0) -> Output:
    """One figure as it stands (``schemas.records.statistic.Point``). Raises ``HubError``."""
    weight, (_, key, indicator, said), revision = now.weight, frame(cell), floor + now.revision
    if weight[KEYS] < 0 or weight[WITH_AMOUNT] < 0 or weight[CONTRIBUTIONS] < 0:
        raise HubError("a figure would fall below nothing", code="T1005")
    coverage = {"amounts": f"{weight[WITH_AMOUNT] / weight[KEYS]:.3f}"} if indicator.amount and weight[KEYS] else {}
    point = {
        **said,
        "value": to_wire(weight[FEN])["value"] if indicator.amount else str(weight[KEYS]),
        "revision": revision,
        "as_of": now.as_of,
        "coverage": coverage,
        "contributions": weight[CONTRIBUTIONS],
        "flags": ["amount_disagreement"] if weight[DISPUTED] else [],
        "synthetic": weight[SYNTHETIC] > 0,
    }
    return Output(
        STATISTIC.name, key.encode(), encode(point), headers=cloud_event(STATISTIC.name, key, revision, now.as_of)
    )
