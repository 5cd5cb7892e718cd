"""An attacker has every sum of money that the sample province publishes, of three vintages, and bounds no unsafe one."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy
from msgspec import convert
from scipy.optimize import linprog

from ops.sandbox.stories.simulation import Origin
from schemas import topics
from schemas.figures import Counting, Indicator
from schemas.figures.dimensions import AREA
from schemas.figures.disclosure import Amount, Disclosed, is_safe
from schemas.figures.values import PROVINCE
from schemas.records.contribution import Contribution
from schemas.records.event import EVENTS
from schemas.records.sighting import AUTHORITIES
from schemas.wire import decode, load
from sinks.figures.cells import Key
from sinks.figures.vintages import families, keys_of, offered
from sinks.store.figures import KeyAmount
from tests.payloads import START
from tests.sandbox.oracle.world import simulated

ATTACKED = 20  # unsafe cells of a family, by chance
Told = Sequence[tuple[Contribution, str]]  # with the firm that gives


def test_nobody_bounds_an_unsafe_sum_of_the_sample_province_within_ten_percent(tmp_path: Path) -> None:
    told = world(tmp_path / "truth.jsonl")
    province = defaultdict(int)
    for indicators in families().values():
        known, published = Disclosed(), []
        for share in (0.6, 0.8, 1.0):  # a vintage of what was known by then
            cells = cells_of(indicators, told[: int(len(told) * share)])
            shown = [key for key in offered(cells) if known.publish(cells[key])]
            published += [cells[key] for key in shown]
        withheld = [cells[key] for key in sorted(cells.keys() - set(shown)) if not is_safe(cells[key])]
        assert len(withheld) > ATTACKED
        attacked = random.Random(1).sample(withheld, ATTACKED)
        assert [cell for cell in attacked if bounded(cell, published)] == []
        first = Disclosed()  # the one vintage of a province whose lists were all read before
        for key in offered(cells):
            is_shown = first.publish(cells[key])
            if key[1:4] == (PROVINCE, "", "") and key[4] == "period":
                province[len(key[5]), is_shown] += 1
    assert province[len("2025"), True] > 4 * province[len("2025"), False]  # the pages are not empty
    assert (
        2 * province[len("2025-03"), True] > province[len("2025-03"), False]
    )  # 48 of 101; the larger the world, the more


def world(truth: Path) -> Told:
    """Contributions of money, in the order in which they came."""
    hub = simulated(truth, Origin(1, 300, START), 200)
    names = {one.id for one in itertools.chain(*families().values())}
    events = {record.key: record.value for record in hub.history if record.topic in EVENT_TOPICS and record.value}
    found = [load(Contribution, record.value) for record in hub.history if record.topic == topics.CONTRIBUTION.name]
    return [(one, giver(events[one.event.encode()])) for one in found if one.indicator in names]


EVENT_TOPICS = {topic.name for topic in topics.EVENTS.values()}


def giver(value: bytes) -> str:
    said = decode(value)
    givers = convert(said, EVENTS[said["kind"]]).statement.givers()
    return (givers[0].credit_code or givers[0].key) if givers else ""


def cells_of(indicators: Sequence[Indicator], told: Told) -> dict[Key, set[Amount]]:
    """The amounts behind every cell."""
    cells: dict[Key, set[Amount]] = defaultdict(set)
    for indicator in indicators:
        newest = {one.key: (one, firm) for one, firm in told if one.indicator == indicator.id}
        by_key = defaultdict(list)
        for one, firm in newest.values():
            if one.live:
                by_key[one.distinct].append((one, firm))
        for distinct, those in by_key.items():
            first = min(those, key=lambda each: (each[0].occurred_on or "", rank(each[0]), each[0].event))[0]
            naming = [each for each in those if each[0].amount]
            if not naming:
                continue
            one, firm = min(naming, key=lambda each: (rank(each[0]), each[0].event))
            day = None if indicator.counting is Counting.STOCK else first.occurred_on
            counted = KeyAmount(distinct, one.event, {AREA.id: "", **first.dimensions}, day, one.amount.fen)
            for key in keys_of(indicator, counted):
                cells[key].add(Amount(distinct, firm, one.amount.fen))
    return cells


def rank(one: Contribution) -> int:
    return AUTHORITIES.index(one.authority) if one.authority in AUTHORITIES else len(AUTHORITIES)


def bounded(cell: set[Amount], published: Sequence[set[Amount]]) -> bool:
    """Whether all published sums together leave less than a tenth on either side."""
    every = sorted(set().union(cell, *published))
    place = {amount: number for number, amount in enumerate(every)}
    rows = numpy.zeros((len(published), len(every)))
    for number, sum_ in enumerate(published):
        rows[number, [place[amount] for amount in sum_]] = 1
    scale = 1e6  # 分 → 万元: a solver wants numbers near one
    sums = [sum(amount.fen for amount in sum_) / scale for sum_ in published]
    aim = numpy.zeros(len(every))
    aim[[place[amount] for amount in cell]] = 1
    value = sum(amount.fen for amount in cell) / scale
    low, high = (linprog(sign * aim, A_eq=rows, b_eq=sums, bounds=(0, None)) for sign in (1, -1))
    low_at = low.fun if low.status == 0 else 0.0
    high_at = -high.fun if high.status == 0 else float("inf")
    return bool(low_at > 0.9 * value and high_at < 1.1 * value)
