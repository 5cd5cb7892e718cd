"""One distinct key may rest on any number of events: no record, no batch and no cost grows with them."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from ops.bus import Incoming
from schemas.fields.money import Money
from schemas.records.contribution import Contribution
from schemas.topics import CONTRIBUTION, TALLY_STATE
from schemas.wire import decode, encode
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
        assert sum(output.key.startswith(b"m|") for output in state) == 1
        assert max(len(output.value or b"") for output in state) < 1_000


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


def test_a_key_of_an_earlier_release_with_many_contributions_is_read_and_taken_apart() -> None:
    before = Tally(0, Context(1))
    told = [contribution("pledge_enterprises", number) for number in range(40)]
    before.apply([incoming(one, n) for n, one in enumerate(told)])
    whole = {
        one.event: {name: value for name, value in decode(encode(one)).items() if name not in ("indicator", "distinct")}
        for one in told
    }
    tally = Tally(0, Context(1))
    tally.restore(b"k|pledge_enterprises|91430100MA4L16JQ9B", encode(whole))
    for cell, total in before.sums.items():
        tally.restore(f"p|{cell}".encode(), encode(total))
    assert tally.apply([incoming(one, n) for n, one in enumerate(told)]) == []
    outputs = tally.apply([incoming(contribution("pledge_enterprises", 40), 0)])
    state = {output.key[:2]: output.value for output in outputs if output.topic == TALLY_STATE.name}
    assert state[b"k|"] is None
    assert sum(output.key.startswith(b"m|") for output in outputs) == 41
    assert tally.size() == (41 + len(tally.sums), 41 * 370 + 64 * len(tally.sums))
