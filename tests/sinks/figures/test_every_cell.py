"""Every published cell is what its explanation adds up to, and so was every cell at an instant that is past.

Both are tried against a count in plain Python (``tests.recount``), over random events of every kind and figure of which some
are revised and withdrawn later.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from ops.bus import Incoming
from ops.evidence import EvidenceStore
from schemas.figures import BY_ID, INDICATORS, Counting
from schemas.records.contribution import Contribution
from schemas.records.point import Point
from schemas.topics import CONTRIBUTION, FIGURES
from schemas.wire import encode, load
from sinks.portal.read import statistics
from sinks.portal.read.figure_answers import CellValue
from sinks.portal.read.filters import FigureFilter
from sinks.portal.secrecy import KEY_HOLDER
from sinks.store.database import Database, Snapshot
from streams.figures.contributions import spread
from streams.processor import Context
from streams.tally import Tally
from tests.conformance.happenings import DAYS, happening
from tests.recount import Counted, recount
from tests.sinks.conftest import Feeder

AREAS = ("430100", "433100", "OTHER")
BATCHES, REVISED, INSTANTS = 8, 40, 10
EMPTY = {True: "0.00", False: "0"}  # of money, of a count


class World:
    """``told``: the topic of contributions, in order; ``cuts``: its length after each batch, by the instant of its commit."""

    def __init__(self, db: Database, feeder: Feeder, seed: int) -> None:
        self.db, self.feeder, self.chance = db, feeder, Random(seed)
        self.tally = Tally(0, Context(1))
        self.told: list[Contribution] = []
        self.cuts: list[tuple[datetime, int]] = []

    def goes_on(self) -> None:
        """Something happens in every figure, and some of what happened before is revised or withdrawn."""
        made = [self.revised(one) for one in self.sample()]
        for number, indicator in enumerate(INDICATORS * 2):
            found, sighting = happening(self.chance, indicator.reads, "", 1)
            made += spread(replace(found, id=f"{found.kind}:{len(self.cuts)}.{number}"), [sighting])
        records = [Incoming(CONTRIBUTION.name, 0, n, b"", encode(one), (), 0) for n, one in enumerate(made)]
        outputs = self.tally.apply(records)
        self.feeder.feed(*made, *(load(Point, one.value or b"") for one in outputs if one.topic in FIGURES))
        self.told += made
        with self.db.snapshot() as snapshot:
            (newest,) = snapshot.fetch("select max(recorded_at) as at from contribution_revision")
        self.cuts.append((newest["at"], len(self.told)))

    def sample(self) -> list[Contribution]:
        newest = {one.key: one for one in self.told}
        return self.chance.sample(sorted(newest.values(), key=lambda one: one.key), min(REVISED, len(newest)))

    def revised(self, one: Contribution) -> Contribution:
        """Withdrawn, or moved to another day or place."""
        match self.chance.randrange(3):
            case 0:
                return replace(one, revision=one.revision + 1, live=False, amount=None)
            case 1 if BY_ID[one.indicator].counting is not Counting.STOCK:
                return replace(one, revision=one.revision + 1, occurred_on=self.chance.choice(DAYS))
        return replace(one, revision=one.revision + 1, dimensions={**one.dimensions, "area": self.chance.choice(AREAS)})

    def cut_at(self, instant: datetime) -> list[Contribution]:
        """What was on the topic at that instant."""
        return self.told[: max((length for at, length in self.cuts if at <= instant), default=0)]


@pytest.fixture
def world(db: Database, feeder: Feeder) -> World:
    return World(db, feeder, 11)


def answers(db: Snapshot, name: str, as_of: str | None) -> list[CellValue]:
    """Every published cell of a figure, as the API gets them for whoever has a key."""
    known = next((each for each in statistics.indicators(db, KEY_HOLDER, as_of) if each.indicator == name), None)
    if known is None:
        return []
    cuts = [
        ("area",),
        *(("area", dimension.id) for dimension in BY_ID[name].dimensions if dimension.id in known.dimensions),
    ]
    filters = [FigureFilter(indicator=name, by=by, as_of=as_of) for by in cuts]
    return [cell for filter in filters for cell in statistics.cell_values(db, known, filter, KEY_HOLDER)]


def empty(name: str) -> str:
    return EMPTY[BY_ID[name].amount is not None]


@pytest.mark.slow
def test_what_is_shown_as_of_ten_past_instants_is_counted_again_from_the_topic_cut_there(
    db: Database, world: World
) -> None:
    """A cell that fell to nothing is 0."""
    for _ in range(BATCHES):
        world.goes_on()
    seen = set()
    for _ in range(INSTANTS):
        batch = world.chance.randrange(BATCHES - 1)
        first, last = (at for at, _ in world.cuts[batch : batch + 2])
        instant = first + world.chance.random() * (last - first)
        expected = {key: cell.value for key, cell in recount(world.cut_at(instant)).items()}
        seen.add(len(world.cut_at(instant)))
        with db.snapshot() as snapshot:
            for indicator in world.chance.sample(INDICATORS, 12):
                shown = {cell.key: cell.value for cell in answers(snapshot, indicator.id, instant.isoformat())}
                those = {key: value for key, value in expected.items() if key.startswith(f"{indicator.id}:")}
                assert shown == {key: empty(indicator.id) for key in shown} | those
    assert len(seen) >= BATCHES // 2, "the instants lie between the same two batches"


@pytest.mark.slow
def test_every_published_cell_is_what_its_explanation_adds_up_to(db: Database, world: World, tmp_path: Path) -> None:
    """The contributions that an explanation lists are counted one cell at a time; a reader with a key sees all of them.

    Of a figure that is distinct in its window a point counts all that stands behind its keys in the period, and the
    explanation lists those of the cell's area and category.
    """
    for _ in range(2):
        world.goes_on()
    expected, evidence, cells = recount(world.told), EvidenceStore(tmp_path), 0
    with db.snapshot() as snapshot:
        known = {each.indicator: each for each in statistics.indicators(snapshot, KEY_HOLDER)}
        for row in snapshot.rows("all_points", period=None):
            point = load(Point, encode(row["value"]))
            asked = FigureFilter(indicator=point.indicator, where=point.dimensions, period=point.period, limit=10_000)
            why = statistics.explain(snapshot, known[point.indicator], asked, evidence, KEY_HOLDER)
            listed = recount(why.contributions).get(point.key, Counted(empty(point.indicator), 0))
            assert (why.point.value, why.agrees, why.withheld, why.next) == (point.value, True, 0, None), point.key
            assert (listed.value, listed.contributions) == (point.value, why.total), point.key
            assert Counted(point.value, point.contributions) == expected.get(
                point.key, Counted(empty(point.indicator), 0)
            )
            if BY_ID[point.indicator].sums_over_areas:
                assert why.total == point.contributions, point.key
            cells += 1
    assert cells > 500
