"""One distinct key may rest on any number of events: no record, no batch and no cost grows with them."""

from __future__ import annotations

import sys
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ops.bus import Incoming
from schemas.fields.money import Money
from schemas.figures import BY_ID
from schemas.records.contribution import Contribution
from schemas.topics import CONTRIBUTION, TALLY_STATE
from schemas.wire import decode, encode
from streams.figures.cells import Addend, Weight
from streams.figures.distinct_key import Change, DistinctKey, lone_change
from streams.processor import Context, Output
from streams.tally import FEW, Tally

MANY = 4_000
FIGURES = ("pledge_enterprises", "pledge_financing", "pledge_releases", "supply_listings")  # one of each counting rule


def contribution(indicator: str, number: int, *, revision: int = 1, live: bool = True) -> Contribution:
    """Of one key: pledges of a firm over ten years, each with money of its own."""
    return Contribution(
        indicator=indicator,
        distinct="91430100MA4L16JQ9B",
        event=f"pledge:{number:020x}",
        revision=revision,
        live=live,
        occurred_on=None
        if indicator == "supply_listings"
        else f"{2015 + number % 10}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        dimensions={"area": "430100", "collateral": ("patent", "mixed")[number % 2]},
        amount=Money.of(number) if indicator == "pledge_financing" and live else None,
        amount_missing=False,
        authority=("register", "bank")[number % 2],
        received_at="2026-01-01T00:00:00+08:00",
        synthetic=False,
    )


def incoming(one: Contribution, offset: int) -> Incoming:
    return Incoming(CONTRIBUTION.name, 0, offset, one.key.encode(), encode(one), (), 0)


def operations(tally: Tally, one: Contribution) -> tuple[int, list[Output]]:
    """How many calls, of Python and of C, it takes to count one more."""
    calls, record = 0, incoming(one, 0)

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        outputs = tally.apply([record])
    finally:
        sys.setprofile(None)
    return calls, outputs


@pytest.mark.parametrize("indicator", FIGURES)
def test_one_more_contribution_costs_the_same_beside_many(indicator: str) -> None:
    tally = Tally(0, Context(1))
    tally.apply([incoming(contribution(indicator, number), number) for number in range(2 * FEW)])
    few, _ = operations(tally, contribution(indicator, 2 * FEW))
    tally.apply([incoming(contribution(indicator, number), number) for number in range(2 * FEW + 1, MANY)])
    for revision, live in ((1, True), (2, True), (3, False)):
        many, outputs = operations(tally, contribution(indicator, MANY, revision=revision, live=live))
        assert many < 2 * few
        state = [output for output in outputs if output.topic == TALLY_STATE.name]
        assert sum(output.key.startswith(b"c|") for output in state) == 1
        assert max(len(output.value or b"") for output in state) < 1_000


@pytest.mark.parametrize("indicator", FIGURES)
@pytest.mark.parametrize("few", [0, 1, FEW - 1, FEW])
def test_a_batch_in_which_few_become_many_loses_none_of_them(indicator: str, few: int) -> None:
    """What a later batch takes back is known: every figure falls to nothing."""
    tally = Tally(0, Context(1))
    told = [contribution(indicator, number) for number in range(few + 5 + FEW)]
    gone = [replace(one, revision=2, live=False, amount=None) for one in told]
    outputs = [
        output
        for batch in (told[:few], told[few:], gone)
        for output in tally.apply([incoming(one, n) for n, one in enumerate(batch)])
    ]
    assert {said[0] for said in figures(outputs).values()} in ({"0"}, {"0.00"})


@pytest.mark.parametrize("indicator", FIGURES)
@pytest.mark.parametrize("number", [FEW, FEW + 1, 5 * FEW])
def test_few_or_many_and_restored_at_any_time_the_figures_are_the_same(indicator: str, number: int) -> None:
    """The plain case, one batch that nothing interrupts, against one restored before each contribution."""
    told = [contribution(indicator, each) for each in range(number)]
    told += [contribution(indicator, each, revision=2, live=each % 3 == 0) for each in range(0, number, 2)]
    plain = figures(Tally(0, Context(1)).apply([incoming(one, n) for n, one in enumerate(told)]))
    state: dict[bytes, bytes | None] = {}
    published: list[Output] = []
    for offset, one in enumerate(told):
        tally = Tally(0, Context(1))
        for key, value in state.items():
            tally.restore(key, value)
        outputs = tally.apply([incoming(one, offset)])
        state |= {output.key: output.value for output in outputs if output.topic == TALLY_STATE.name}
        published += outputs
    found = figures(published)
    assert plain.items() <= found.items()
    assert {value for key, (value, *_) in found.items() if key not in plain} <= {"0", "0.00"}


def figures(outputs: list[Output]) -> dict[str, tuple[object, ...]]:
    """The last value of each figure."""
    points = [decode(output.value or b"") for output in outputs if output.topic != TALLY_STATE.name]
    return {
        f"{point['dimensions']} {point['period']}": (
            point["value"],
            point["contributions"],
            point["flags"],
            point["coverage"],
        )
        for point in points
    }


@pytest.mark.parametrize("number", [1, FEW, FEW + 1])
def test_a_state_is_the_same_in_whatever_order_its_records_are_read_and_whatever_was_written_over(number: int) -> None:
    told = [contribution("pledge_enterprises", each) for each in range(number)]
    again = [contribution("pledge_enterprises", each, revision=2, live=each > 0) for each in range(number)]
    whole = Tally(0, Context(1))
    log = [
        (output.key, output.value)
        for one in (*told, *again)
        for output in whole.apply([incoming(one, 0)])
        if output.topic == TALLY_STATE.name
    ]
    last = dict(log)
    for records in (log, last.items(), reversed(last.items())):
        tally = Tally(0, Context(1))
        for key, value in records:
            tally.restore(key, value)
        assert tally.size() == whole.size()
        assert tally.apply([incoming(one, 0) for one in (*told, *again)]) == []
        (_, *found) = tally.apply([incoming(contribution("pledge_enterprises", 0, revision=3), 0)])
        assert figures(found).items() >= {"{'area': '430000'} 2015": (str(1), (number + 9) // 10, [], {})}.items()


def test_the_state_of_a_figure_that_is_no_longer_defined_is_passed_over() -> None:
    told = Tally(0, Context(1)).apply([incoming(contribution("pledge_enterprises", 1), 0)])
    tally = Tally(0, Context(1))
    for output in told:
        if output.topic == TALLY_STATE.name:
            tally.restore(output.key.replace(b"pledge_enterprises", b"no_such_figure"), output.value)
    assert tally.size() == (0, 0)


@given(
    indicator=st.sampled_from(FIGURES),
    before=st.none() | st.integers(0, 40),
    told=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5), st.booleans()), min_size=1, max_size=4),
)
def test_a_key_behind_which_stands_one_event_changes_as_in_its_groups(
    indicator: str, before: int | None, told: list[tuple[int, int, bool]]
) -> None:
    """``lone_change`` is a short cut: what it says is what the general case says."""
    event, figure = "pledge:1", BY_ID[indicator]
    there = None if before is None else Addend.of(replace(contribution(indicator, before, revision=2), event=event))
    batch = [
        replace(contribution(indicator, number, revision=revision, live=live), event=event)
        for number, revision, live in told
    ]
    lone, general = lone_change(figure, there, batch, 0), DistinctKey(figure, [there] if there else []).change(batch, 0)
    assert lone[:4] == general[:4]
    assert cells(lone) == cells(general)


def cells(change: Change) -> dict[tuple[str, str], Weight]:
    """By breakdown and part how its weight changes."""
    return {(name, part): move.weight for move in change.moves for name, parts in move.parts.items() for part in parts}
