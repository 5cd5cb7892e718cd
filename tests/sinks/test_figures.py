"""The recount agrees with every figure the stream publishes, whatever events stand behind it."""

from __future__ import annotations

from random import Random

import pytest

from ops.bus import Incoming
from schemas.errors import NotFound
from schemas.figures import BY_ID, INDICATORS, Counting, Indicator
from schemas.records.contribution import Contribution
from schemas.records.point import Point
from schemas.topics import CONTRIBUTION, FIGURES
from schemas.wire import decode, encode, load
from sinks.portal.read.operations import operations
from sinks.store import figures
from sinks.store.database import Database, Snapshot, json
from streams.figures.contributions import spread
from streams.processor import Context
from streams.tally import Tally
from tests.conformance.happenings import happening
from tests.sinks.conftest import Feeder
from tests.sinks.examples import a_point

WORLDS = 6


def contributions(indicator: Indicator, chance: Random) -> list[Contribution]:
    """Several events behind few keys of one figure: other days, places, values, authorities and amounts in each."""
    made: list[Contribution] = []
    while not made:
        for number in range(7):
            found, sighting = happening(chance, indicator.reads, f"event:{number}", 1)
            made += [one for one in spread(found, [sighting]) if one.indicator == indicator.id]
    return made


def points(held: list[Contribution]) -> dict[str, Point]:
    """What the stream publishes for them."""
    records = [Incoming(CONTRIBUTION.name, 0, n, b"", encode(one), (), 0) for n, one in enumerate(held)]
    outputs = Tally(0, Context(1)).apply(records)
    return {output.key.decode(): load(Point, output.value or b"") for output in outputs if output.topic in FIGURES}


def hold(db: Snapshot, held: list[Contribution]) -> None:
    """Exactly these contributions."""
    db.execute("delete from contribution")
    for one in held:
        db.execute(
            "insert into contribution (id, revision, topic, value, sequence, recorded_at)"
            " values (%(id)s, 1, 'tongda.contribution', %(value)s, 1, now())",
            {"id": one.key, "value": json(decode(encode(one)))},
        )


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.id)
def test_the_recount_gives_every_figure_that_the_stream_publishes(db: Database, indicator: Indicator) -> None:
    for seed in range(WORLDS):
        held = contributions(indicator, Random(f"{indicator.id} {seed}"))
        with db.transaction() as snapshot:
            hold(snapshot, held)
            for key, point in points(held).items():
                cut = {name: wanted for name, wanted in point.dimensions.items() if name != "area"}
                area, window = point.dimensions["area"], figures.window(point.period)
                found = figures.cells(snapshot, point.indicator, [window], held=cut, area=area)
                cell = found[0] if found else None
                assert (seed, key, figures.value_of(cell, point.unit)) == (seed, key, point.value)
                assert (seed, key, cell.contributions if cell else 0) == (seed, key, point.contributions)


@pytest.mark.parametrize("counting", Counting, ids=lambda counting: counting.value)
def test_a_figure_is_recounted_by_the_rule_of_its_entry(
    db: Database, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One patent sold in March and in April: once at the earlier, in each month, or when both have their day."""
    first, second = (
        Contribution(
            indicator="transfers",
            distinct="a",
            event=f"event:{day}",
            revision=1,
            live=True,
            occurred_on=None if counting is Counting.STOCK else day,
            dimensions={"area": "430100"},
            amount_missing=False,
            authority="register",
            received_at="2026-01-01T00:00:00+08:00",
            synthetic=False,
        )
        for day in ("2025-03-02", "2025-04-02")
    )
    monkeypatch.setattr(figures, "counting_of", lambda indicator: counting)
    with db.transaction() as snapshot:
        hold(snapshot, [first, second])
        windows = [figures.window(period) for period in ("2025-03", "2025-04", "current")]
        found = figures.cells(snapshot, "transfers", windows)
    assert {cell.period: cell.keys for cell in found} == {
        Counting.ONCE: {"2025-03": 1, "current": 1},
        Counting.WINDOW: {"2025-03": 1, "2025-04": 1, "current": 1},
        Counting.COMPLETE: {"2025-04": 1, "current": 1},
        Counting.STOCK: {"current": 1},
    }[counting]


def test_what_is_no_figure_is_not_recounted_by_a_guess(db: Database) -> None:
    with db.snapshot() as snapshot, pytest.raises(NotFound):
        figures.cells(snapshot, "no_such_figure", [figures.window("2025")])


def test_areas_must_add_up_only_where_a_key_counts_in_one_of_them(db: Database, feeder: Feeder) -> None:
    for name in ("grants", "pledged_patents", "university_to_sme_transfers"):
        for dimensions, value in (({}, "5"), ({"area": "430100"}, "3"), ({"area": "OTHER"}, "1")):
            unit = BY_ID[name].unit
            feeder.feed(a_point(indicator=name, unit=unit, dimensions=dimensions, period="2025", value=value))
    with db.snapshot() as snapshot:
        measured = {row.place: row.gap for row in operations(snapshot, (), "").equations if row.name == "areas"}
    assert measured == {"grants": "-1", "university_to_sme_transfers": "-1"}
