"""Tally 统计: contributions are gathered under their distinct key, and each key moves the figures it counts in.

Keeps the contributions of every distinct key (several events may stand behind one) and the sums behind every figure.
A key's cells before and after a change are pure functions of its contributions; their difference goes into the sums.
Figures are published absolute; one that falls to nothing is 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import ValidationError

from schemas.errors import Reject
from schemas.figures import BY_ID, Indicator
from schemas.figures.dimensions import AREA
from schemas.records.contribution import Contribution
from schemas.topics import TALLY_STATE
from schemas.wire import encode, load
from streams.figures.cells import NOTHING, Addend, Cell, cells
from streams.figures.points import Sum, frame, published
from streams.processor import Context, InputRecord, Output, dead_letter, floor_of

SUM_BYTES = 64  # of a sum in the state topic, about


class Tally:
    """One partition of indicators (``streams.processor.Processor``)."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition = partition
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.keys: dict[bytes, bytes] = {}  # k|indicator|distinct → its contributions by event
        self.sums: dict[Cell, Sum] = {}  # in the state under p|cell

    def restore(self, key: bytes, value: bytes | None) -> None:
        if key.startswith(b"k|"):
            if value is None:
                self.keys.pop(key, None)
            else:
                self.keys[key] = value
        elif value is not None:
            self.sums[key.decode().removeprefix("p|")] = load(Sum, value)

    def size(self) -> tuple[int, int]:
        return len(self.keys) + len(self.sums), sum(map(len, self.keys.values())) + SUM_BYTES * len(self.sums)

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        """Every distinct key is moved once a batch, every figure that changed published once."""
        outputs: list[Output] = []
        changing: dict[bytes, DistinctKey] = {}
        for record in records:
            try:
                contribution = opened(record)
            except Reject as reject:
                outputs.append(dead_letter("tally", record, reject))
                continue
            key = f"k|{contribution.indicator}|{contribution.distinct}".encode()
            distinct = changing.get(key) or self.distinct(key, BY_ID[contribution.indicator])
            if distinct.accepted(contribution):
                self.understood += 1
                changing[key] = distinct
            else:
                self.unchanged += 1
        changed: set[Cell] = set()
        for key, distinct in changing.items():
            changed |= self.moved(distinct)
            self.keys[key] = encode(distinct.addends)
            outputs.append(Output(TALLY_STATE.name, key, self.keys[key], self.partition))
        for cell in changed:
            outputs += self.figure(cell)
        return outputs

    def distinct(self, key: bytes, indicator: Indicator) -> DistinctKey:
        stored = self.keys.get(key)
        return DistinctKey(indicator, load(dict[str, Addend], stored) if stored else {}, floor_of(self.generation))

    def moved(self, distinct: DistinctKey) -> set[Cell]:
        """Put the difference of one distinct key into the sums; gives every figure that says something else."""
        before, after, changed = distinct.before, cells(distinct.indicator, distinct.addends.values()), set[Cell]()
        for cell, new in after.items():
            found = self.sums.get(cell)
            if found is None:
                found = self.sums[cell] = Sum()
            if found.move(before.get(cell, NOTHING), new, distinct.rise, distinct.as_of):
                changed.add(cell)
        for cell in before.keys() - after.keys():
            self.sums[cell].move(before[cell], NOTHING, distinct.rise, distinct.as_of)
            changed.add(cell)
        return changed

    def figure(self, cell: Cell) -> tuple[Output, Output]:
        """The sums of one figure for the state, and the figure for its readers."""
        now = self.sums[cell]
        state = Output(TALLY_STATE.name, frame(cell).stored, encode(now), self.partition)
        return state, published(cell, now, floor_of(self.generation))


class DistinctKey:
    """A distinct key that a batch changes: its cells before, its contributions, how far revisions rose.

    ``floor``: contributions of an earlier generation lie below it and are not taken in.
    """

    def __init__(self, indicator: Indicator, addends: dict[str, Addend], floor: int) -> None:
        self.indicator, self.addends, self.floor = indicator, addends, floor
        self.before = cells(indicator, addends.values())
        self.rise, self.as_of = 0, ""

    def accepted(self, contribution: Contribution) -> bool:
        """Take a contribution in, unless one of equal or higher revision of the same event is there."""
        there = self.addends.get(contribution.event)
        revision = there.revision if there else self.floor
        if contribution.revision <= revision:
            return False
        self.addends[contribution.event] = Addend.of(contribution)
        self.rise += contribution.revision - revision
        self.as_of = max(self.as_of, contribution.received_at)
        return True


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
