"""Tally 统计: contributions are gathered under their distinct key, and each key moves the figures it counts in.

Keeps the contributions of every distinct key (several events may stand behind one) and the sums behind every figure.
What a key adds before and after a change is a function of its contributions; the difference goes into the sums.
Figures are published absolute; one that falls to nothing is 0.

Each contribution is a record of the state of its own, so that no record and no cost grows with the events behind a
key: a firm may pledge thousands of patents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import ValidationError

from schemas.errors import Reject
from schemas.figures import BY_ID
from schemas.figures.dimensions import AREA
from schemas.records.contribution import Contribution
from schemas.topics import TALLY_STATE
from schemas.wire import encode, load
from streams.figures.cells import Addend
from streams.figures.distinct_key import Change, DistinctKey, lone_change
from streams.figures.points import Breakdown
from streams.processor import Context, InputRecord, Output, dead_letter, floor_of

FEW = 16  # contributions up to which a key is kept as bytes and made anew for every batch
ADDEND_BYTES, SUM_BYTES = 370, 64  # of one in the state topic, about
CONTRIBUTED, BROKEN_DOWN = b"c|", b"b|"


class Tally:
    """One partition of indicators (``streams.processor.Processor``). Its state:

    ``c|indicator|distinct|event`` → contribution, ``b|indicator|area|period`` → sums of the figures there.
    """

    def __init__(self, partition: int, context: Context) -> None:
        self.partition = partition
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.few: dict[bytes, bytes] = {}  # by indicator|distinct the contributions, a line each: most keys have one
        self.many: dict[bytes, DistinctKey] = {}
        self.breakdowns: dict[str, Breakdown] = {}

    def restore(self, key: bytes, value: bytes | None) -> None:
        """One record of the state topic; of an earlier form, or of a figure that is no longer defined, it is passed over."""
        kind, name = key[:2], key[2:]
        if name.split(b"|", 1)[0].decode() not in BY_ID:
            return
        if kind == CONTRIBUTED:
            distinct, _, event = name.rpartition(b"|")
            self.keep(distinct, event, value)
        elif kind == BROKEN_DOWN and value is not None:
            self.breakdowns[name.decode()] = load(Breakdown, value)
        elif kind == BROKEN_DOWN:
            self.breakdowns.pop(name.decode(), None)

    def restored(self) -> None:
        """It needs no more."""

    def size(self) -> tuple[int, int]:
        few = sum(lines.count(b"\n") + 1 for lines in self.few.values())
        many = sum(len(key.addends) for key in self.many.values())
        sums = sum(len(breakdown.sums) for breakdown in self.breakdowns.values())
        held = sum(map(len, self.few.values())) + ADDEND_BYTES * many + SUM_BYTES * sums
        return few + many + len(self.breakdowns), held

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        """Every distinct key is moved once a batch, every figure that changed published once."""
        outputs: list[Output] = []
        told: dict[bytes, list[Contribution]] = {}  # by indicator|distinct
        for record in records:
            try:
                contribution = opened(record)
            except Reject as reject:
                outputs.append(dead_letter("tally", record, reject))
                continue
            told.setdefault(f"{contribution.indicator}|{contribution.distinct}".encode(), []).append(contribution)
        changed: dict[str, set[str]] = defaultdict(set)  # parts by breakdown
        for name, contributions in told.items():
            change = self.change(name, contributions)
            self.understood += change.taken
            self.unchanged += len(contributions) - change.taken
            for weight, moved in change.moves:
                for where, parts in moved.items():
                    self.breakdown(where).move(parts, weight, change.rise, change.as_of, changed[where])
            outputs += self.stored(name, change)
        for where, renewed in changed.items():
            if renewed:
                outputs += self.figures(where, renewed)
        return outputs

    def change(self, name: bytes, told: Sequence[Contribution]) -> Change:
        """What these contributions change in their distinct key."""
        indicator, floor = BY_ID[told[0].indicator], floor_of(self.generation)
        if name in self.many:
            return self.many[name].change(told, floor)
        there = self.few.get(name)
        known = addends(there.split(b"\n")) if there else []
        if len({one.event for one in told}.union([one.event for one in known])) == 1:
            return lone_change(indicator, known[0] if known else None, told, floor)
        return DistinctKey(indicator, known).change(told, floor)

    def breakdown(self, name: str) -> Breakdown:
        found = self.breakdowns.get(name)
        if found is None:
            indicator, area, period = name.split("|")
            found = self.breakdowns[name] = Breakdown(indicator, area, period)
        return found

    def stored(self, name: bytes, change: Change) -> Iterator[Output]:
        """The contributions that the state has from now on, which are kept here too."""
        has_objects = name in self.many  # which took the change in; a key may become one of many meanwhile
        for event, addend in change.addends.items():
            value = encode(addend)
            if not has_objects:
                self.keep(name, event.encode(), value)
            yield self.state(b"%b%b|%b" % (CONTRIBUTED, name, event.encode()), value)

    def keep(self, name: bytes, event: bytes, value: bytes | None) -> None:
        """Keep one contribution of a key, instead of what was there of its event; None: forget it."""
        if name in self.many:
            self.many[name].forget(event.decode())
            if value is not None:
                self.many[name].put(load(Addend, value))
            return
        there = self.few.pop(name, None)
        start = b"[%b," % encode(event.decode()) if there else b""
        lines = [line for line in there.split(b"\n") if not line.startswith(start)] if there else []
        if value is not None:
            lines.append(value)
        if len(lines) > FEW:
            self.many[name] = DistinctKey(BY_ID[name.split(b"|", 1)[0].decode()], addends(lines))
        elif lines:
            self.few[name] = b"\n".join(lines)

    def state(self, key: bytes, value: bytes | None) -> Output:
        return Output(TALLY_STATE.name, key, value, self.partition)

    def figures(self, where: str, parts: set[str]) -> Iterator[Output]:
        """A breakdown for the state, and those of its figures that changed for their readers."""
        breakdown = self.breakdowns[where]
        yield self.state(BROKEN_DOWN + where.encode(), encode(breakdown))
        yield from breakdown.published(parts, floor_of(self.generation))


def addends(lines: Iterable[bytes]) -> list[Addend]:
    return [load(Addend, line) for line in lines]


def opened(record: InputRecord) -> Contribution:
    """The contribution of one record. Raises ``Reject``: json_invalid, contribution_shape, indicator_unknown."""
    try:
        contribution = load(Contribution, record.value or b"")
    except ValidationError as error:
        raise Reject("contribution_shape", f"no contribution: {error}") from None
    except ValueError as error:
        raise Reject("json_invalid", f"not JSON: {error}") from None
    if not contribution.dimensions.get(AREA.id):
        raise Reject("contribution_shape", "no contribution: its dimensions have no area")
    if contribution.indicator not in BY_ID:
        raise Reject("indicator_unknown", f"{contribution.indicator!r} is no indicator")
    return contribution
