"""Tally 统计: contributions are gathered under their distinct key, and each key moves the figures it counts in.

Keeps the contributions of every distinct key (several events may stand behind one) and the sums behind every figure. A key's
cells before and after a change are pure functions of its contributions; their difference goes into the sums, so figures are
the same for any order, any repetition and any split. Figures are published absolute; one that falls to nothing is 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from schemas.errors import HubError, Reject
from schemas.fields.date import month_of
from schemas.fields.money import from_wire, to_wire
from schemas.statistic import point_key
from schemas.topics import STATISTIC, TALLY_STATE
from schemas.wire import decode, encode
from streams.choice import RANK
from streams.indicators import BY_ID, PROVINCE, Indicator
from streams.verb import Context, Output, Record, cloud_event, dead_letter

Entry = dict[str, Any]                         # one contribution in its JSON form
Cell = tuple[str, str, str, str]               # area, dimension, its value, period


class Weight(NamedTuple):
    """What one distinct key adds to a figure, and what all of them make."""

    keys: int = 0
    fen: int = 0
    with_amount: int = 0
    disputed: int = 0
    contributions: int = 0
    synthetic: int = 0

    def moved(self, old: Weight, new: Weight) -> Weight:
        return Weight(*(have - minus + plus for have, minus, plus in zip(self, old, new, strict=True)))


class Sum(NamedTuple):
    """What stands behind a figure. ``revision`` grows with every accepted change that touches it; ``as_of`` never falls."""

    weight: Weight
    revision: int = 0
    as_of: str = ""


NOTHING = Weight()


class Tally:
    """One partition of indicators (``streams.verb.Verb``)."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition = partition
        self.understood = self.unchanged = 0
        self.keys: dict[bytes, bytes] = {}               # k|indicator|distinct → its contributions by event
        self.sums: dict[bytes, Sum] = {}                 # p|indicator|area|dimension|value|period

    def restore(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self.keys.pop(key, None)
            self.sums.pop(key, None)
        elif key.startswith(b"k|"):
            self.keys[key] = value
        else:
            weight, revision, as_of = decode(value)
            self.sums[key] = Sum(Weight(*weight), revision, as_of)

    def apply(self, records: Sequence[Record]) -> list[Output]:
        """Every distinct key is moved once a batch, every touched figure published once."""
        outputs: list[Output] = []
        touched: dict[bytes, Touched] = {}
        for record in records:
            try:
                entry = opened(record)
            except Reject as reject:
                outputs.append(dead_letter("tally", record, reject))
                continue
            key = f"k|{entry['indicator']}|{entry['distinct']}".encode()
            work = touched.get(key)
            if work is None:
                work = Touched(BY_ID[entry["indicator"]], decode(self.keys[key]) if key in self.keys else {})
            if not work.accepted(entry):
                self.unchanged += 1
                continue
            self.understood += 1
            touched[key] = work
        changed: dict[bytes, tuple[Indicator, Cell]] = {}
        for key, work in touched.items():
            for name, cell in self.moved(work):
                changed[name] = (work.indicator, cell)
            self.keys[key] = encode(work.entries)
            outputs.append(Output(TALLY_STATE.name, key, self.keys[key], self.partition))
        for name, (indicator, cell) in changed.items():
            outputs.append(Output(TALLY_STATE.name, name, stored(self.sums[name]), self.partition))
            outputs.append(published(indicator, cell, self.sums[name]))
        return outputs

    def moved(self, work: Touched) -> Iterable[tuple[bytes, Cell]]:
        """Put the difference of one distinct key into the sums; gives every figure it touched."""
        before, after = work.before, cells(work.indicator, work.entries.values())
        for cell in before.keys() | after.keys():
            name = "|".join(("p", work.indicator.id, *cell)).encode()
            was = self.sums.get(name, Sum(NOTHING))
            weight = was.weight.moved(before.get(cell, NOTHING), after.get(cell, NOTHING))
            if min(weight.keys, weight.with_amount, weight.contributions) < 0:
                raise HubError(f"{name.decode()} would fall below nothing", code="T1005")
            self.sums[name] = Sum(weight, was.revision + work.rise, max(was.as_of, work.as_of))
            yield name, cell


class Touched:
    """A distinct key on its way through a batch: its cells before, its contributions, how far revisions rose."""

    def __init__(self, indicator: Indicator, entries: dict[str, Entry]) -> None:
        self.indicator, self.entries = indicator, entries
        self.before = cells(indicator, entries.values())
        self.rise, self.as_of = 0, ""

    def accepted(self, entry: Entry) -> bool:
        """Take a contribution in, unless one of equal or higher revision of the same event is there."""
        there = self.entries.get(entry["event"], {}).get("revision", 0)
        if entry["revision"] <= there:
            return False
        self.entries[entry["event"]] = {name: value for name, value in entry.items() if name not in ("indicator", "distinct")}
        self.rise += entry["revision"] - there
        self.as_of = max(self.as_of, entry["received_at"])
        return True


def stored(now: Sum) -> bytes:
    return encode((tuple(now.weight), now.revision, now.as_of))


def opened(record: Record) -> Entry:
    """The contribution, as far as its form can be trusted. Raises ``Reject``."""
    try:
        entry = decode(record.value or b"")
    except ValueError as error:
        raise Reject("json_invalid", f"not JSON: {error}") from None
    needed = ("indicator", "distinct", "event", "revision", "received_at")
    if not isinstance(entry, dict) or not all(entry.get(name) for name in needed) or not isinstance(entry.get("dimensions"), dict) \
            or "area" not in entry["dimensions"]:
        raise Reject("contribution_shape", f"no contribution: {', '.join(needed)}, dimensions with area")
    if entry["indicator"] not in BY_ID:
        raise Reject("indicator_unknown", f"{entry['indicator']!r} is no indicator")
    return entry


def cells(indicator: Indicator, entries: Iterable[Entry]) -> dict[Cell, Weight]:
    """Every figure a distinct key counts in, and what it adds there. A function of the set of its contributions."""
    live = sorted((entry for entry in entries if entry["live"]), key=in_order)
    if not live:
        return {}
    found: dict[Cell, Weight] = {}
    for period, first, behind in windows(indicator, live):
        weight = weight_of(indicator, behind)
        for entry in first:
            for cell in cuts(entry["dimensions"], period):
                found[cell] = weight
    return found


def windows(indicator: Indicator, live: list[Entry]) -> Iterable[tuple[str, list[Entry], list[Entry]]]:
    """Periods in which the key counts, whose dimensions it has there, and every contribution behind it."""
    if indicator.additivity == "s":
        return [("current", live[:1], live)]
    if indicator.additivity == "+":
        days = [entry.get("occurred_on") for entry in live]
        if indicator.complete and None in days:
            return []                      # a number is free only when its last patent is
        day = days[-1] if indicator.complete else days[0]
        return [(period, live[:1], live) for period in periods(day)]
    spread: dict[str, list[Entry]] = defaultdict(list)
    for entry in live:
        for period in periods(entry.get("occurred_on")):
            spread[period].append(entry)
    return [(period, some, some) for period, some in spread.items()]


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
        naming = [(RANK.get(entry["authority"], len(RANK)), entry["event"], from_wire(entry["amount"]))
                  for entry in behind if entry.get("amount") is not None]
        if naming:
            fen, with_amount, disputed = min(naming)[2], 1, int(len({amount for _, _, amount in naming}) > 1)
    return Weight(1, fen, with_amount, disputed, len(behind), int(any(entry.get("synthetic") for entry in behind)))


def cuts(dimensions: dict[str, str], period: str) -> Iterable[Cell]:
    """The total of the area and of the province, and each of the area's further dimensions alone."""
    for area in (dimensions["area"], PROVINCE):
        yield (area, "", "", period)
        for name, values in dimensions.items():
            if name != "area":
                for value in values.split(";"):
                    yield (area, name, value, period)


def published(indicator: Indicator, cell: Cell, now: Sum) -> Output:
    """One figure as it stands (``schemas.statistic.Point``)."""
    (area, name, value, period), weight = cell, now.weight
    dimensions = {"area": area, **({name: value} if name else {})}
    key = point_key(indicator.id, dimensions, period)
    point = {
        "indicator": indicator.id, "label": indicator.label, "dimensions": dimensions, "period": period,
        "value": to_wire(weight.fen)["value"] if indicator.amount else str(weight.keys), "unit": indicator.unit, "revision": now.revision,
        "status": "P", "as_of": now.as_of, "contributions": weight.contributions,
        "coverage": {"amounts": f"{weight.with_amount / weight.keys:.3f}"} if indicator.amount and weight.keys else {},
        "flags": ["amount_disagreement"] if weight.disputed else [], "def_version": indicator.definition,
        "synthetic": weight.synthetic > 0,
    }
    return Output(STATISTIC.name, key.encode(), encode(point), headers=cloud_event(STATISTIC.name, key, now.revision, now.as_of))
