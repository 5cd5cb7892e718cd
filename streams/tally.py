"""Tally 统计: contributions are gathered under their distinct key, and each key moves the figures it counts in.

Keeps the contributions of every distinct key (several events may stand behind one) and the sums behind every figure.
What a key adds before and after a change is a function of its contributions; the difference goes into the sums.
Figures are published absolute; one that falls to nothing is 0.

A key with few contributions is one state record; of one with many, each contribution is a record of its own, so that
no record and no cost grows with them: a firm may pledge thousands of patents.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import ValidationError

from schemas.errors import Reject
from schemas.figures import BY_ID
from schemas.figures.dimensions import AREA
from schemas.records.contribution import Contribution
from schemas.topics import TALLY_STATE
from schemas.wire import encode, load
from streams.figures.cells import NOTHING, Addend, Cell
from streams.figures.distinct_key import Change, DistinctKey
from streams.figures.points import Sum, frame, published
from streams.processor import Context, InputRecord, Output, dead_letter, floor_of

FEW = 16  # contributions that a key has in one state record: about 6 kB
ADDEND_BYTES, SUM_BYTES = 370, 64  # of one in the state topic, about


class Tally:
    """One partition of indicators (``streams.processor.Processor``). Its state:

    ``k|indicator|distinct`` → contributions by event, ``m|indicator|distinct|event`` → one of many, ``p|cell`` → sum.
    """

    def __init__(self, partition: int, context: Context) -> None:
        self.partition = partition
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.few: dict[bytes, bytes] = {}  # by indicator|distinct, as in the state: most keys rest on one event
        self.many: dict[bytes, DistinctKey] = {}
        self.sums: dict[Cell, Sum] = {}

    def restore(self, key: bytes, value: bytes | None) -> None:
        form, name = key[:2], key[2:]
        if form == b"m|":
            self.restore_one(name, value)
        elif form == b"p|" and value is not None:
            self.sums[name.decode()] = load(Sum, value)
        elif form == b"p|":
            self.sums.pop(name.decode(), None)
        elif form == b"k|" and value is not None:
            self.few[name] = value
        elif form == b"k|":
            self.few.pop(name, None)

    def restore_one(self, name: bytes, value: bytes | None) -> None:
        """One contribution of a key with many; those of a figure that is no longer defined are passed over."""
        name, _, event = name.rpartition(b"|")
        indicator = BY_ID.get(name.split(b"|", 1)[0].decode())
        if indicator is None:
            return
        if name not in self.many:
            self.many[name] = DistinctKey(indicator)
        if value is None:
            self.many[name].forget(event.decode())
        else:
            self.many[name].put(load(Addend, value))

    def size(self) -> tuple[int, int]:
        many = sum(len(key.addends) for key in self.many.values())
        held = sum(map(len, self.few.values())) + ADDEND_BYTES * many + SUM_BYTES * len(self.sums)
        return len(self.few) + many + len(self.sums), held

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        """Every distinct key is moved once a batch, every figure that changed published once."""
        outputs: list[Output] = []
        changes: dict[bytes, Change] = {}
        for record in records:
            try:
                contribution = opened(record)
            except Reject as reject:
                outputs.append(dead_letter("tally", record, reject))
                continue
            name = f"{contribution.indicator}|{contribution.distinct}".encode()
            change = changes.get(name) or Change(self.key(name, contribution.indicator), floor_of(self.generation))
            if change.accepted(contribution):
                self.understood += 1
                changes[name] = change
            else:
                self.unchanged += 1
        changed: set[Cell] = set()
        for name, change in changes.items():
            changed |= self.moved(change)
            outputs += self.stored(name, change)
        for cell in changed:
            outputs += self.figure(cell)
        return outputs

    def key(self, name: bytes, indicator: str) -> DistinctKey:
        """What is known of a distinct key."""
        if name in self.many:
            return self.many[name]
        stored = self.few.get(name)
        return DistinctKey(BY_ID[indicator], load(dict[str, Addend], stored) if stored else None)

    def moved(self, change: Change) -> set[Cell]:
        """Put what a batch changes in one key into the sums; gives every figure that says something else."""
        changed, rise, as_of = set[Cell](), change.rise, change.as_of
        for before, after in change.differences():
            for cell in before | after:
                found = self.sums.get(cell)
                if found is None:
                    found = self.sums[cell] = Sum()
                if found.move(before.get(cell, NOTHING), after.get(cell, NOTHING), rise, as_of):
                    changed.add(cell)
        return changed

    def stored(self, name: bytes, change: Change) -> list[Output]:
        """The key as the state has it from now on."""
        key, events = change.key, change.events
        if name not in self.many and len(key.addends) <= FEW:
            self.few[name] = encode(key.addends)
            return [self.state(b"k|" + name, self.few[name])]
        gone = [self.state(b"k|" + name, None)] if self.few.pop(name, None) else []
        if name not in self.many:
            self.many[name], events = key, set(key.addends)
        each = ((b"m|%b|%b" % (name, event.encode()), encode(key.addends[event])) for event in sorted(events))
        return [*gone, *(self.state(*pair) for pair in each)]

    def state(self, key: bytes, value: bytes | None) -> Output:
        return Output(TALLY_STATE.name, key, value, self.partition)

    def figure(self, cell: Cell) -> tuple[Output, Output]:
        """The sums of one figure for the state, and the figure for its readers."""
        now = self.sums[cell]
        return self.state(frame(cell).stored, encode(now)), published(cell, now, floor_of(self.generation))


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
