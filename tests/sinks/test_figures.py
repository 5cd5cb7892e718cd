"""The recount agrees with every figure the stream publishes, whatever contributions stand behind it."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemas.records.statistic import Point
from streams.indicators import BY_ID, INDICATORS

from schemas.topics import CONTRIBUTION, STATISTIC
from schemas.wire import encode
from sinks.store import figures
from sinks.store.database import Database, Snapshot, json
from streams.processor import Context
from tests.hub import Hub

COUNTED = (
    "transfers",
    "pledge_financing",
    "transferred_patents",
    "pledge_enterprises",
    "pledge_releases",
    "supply_listings",
)
DAYS = ("2024", "2025-03", "2025-03-01", "2025-03-20", "2025-04-02", "2025-Q2", "2026-01-15")
AREAS = ("430000", "430100", "430200", "OTHER")


@st.composite
def contributions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Several events behind few keys of one figure: other days, places, values, authorities and amounts in each."""
    indicator = BY_ID[draw(st.sampled_from(COUNTED))]
    made = {}
    for _ in range(draw(st.integers(1, 7))):
        day = None if indicator.additivity == "s" else draw(st.sampled_from(DAYS))
        if indicator.complete and draw(st.booleans()):
            day = None
        one = {
            "indicator": indicator.id,
            "distinct": draw(st.sampled_from(["a", "b"])),
            "event": f"event:{draw(st.integers(1, 4))}",
            "revision": 1,
            "live": draw(st.sampled_from([True, True, True, False])),
            "dimensions": {
                "area": draw(st.sampled_from(AREAS[1:])),
                **{name: draw(st.sampled_from(["x", "y", "x;y"])) for name in indicator.by},
            },
            "authority": draw(st.sampled_from(["register", "provincial", "bank"])),
            "received_at": "2026-01-01T00:00:00+08:00",
            **({"occurred_on": day} if day else {}),
        }
        if indicator.amount and draw(st.booleans()):
            one["amount"] = {"value": f"{draw(st.integers(0, 900))}.50", "unit": "元"}
        made[one["distinct"], one["event"]] = one
    return list(made.values())


def hold(db: Snapshot, held: list[dict[str, Any]]) -> None:
    """Exactly these contributions."""
    db.execute("delete from contribution")
    for one in held:
        key = f"{one['indicator']}|{one['distinct']}|{one['event']}"
        db.execute(
            "insert into contribution (id, revision, topic, value, sequence, recorded_at)"
            " values (%(id)s, 1, 'tongda.contribution', %(value)s, 1, now())",
            {"id": key, "value": json(one)},
        )


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(contributions())
def test_the_recount_gives_every_figure_that_the_stream_publishes(db: Database, held: list[dict[str, Any]]) -> None:
    hub = Hub(Context(partitions=1)).put(CONTRIBUTION, [(b"", encode(one)) for one in held])
    with db.transaction() as snapshot:
        hold(snapshot, held)
        for key, value in hub.values(STATISTIC.name).items():
            point = Point.model_validate(value)
            cut = {name: wanted for name, wanted in point.dimensions.items() if name != "area"}
            area = point.dimensions["area"]
            found = figures.cells(snapshot, point.indicator, [figures.window(point.period)], held=cut, area=area)
            cell = found[0] if found else None
            assert (key, figures.value_of(cell, point.unit)) == (key, point.value)
            assert (key, cell["contributions"] if cell else 0) == (key, point.contributions)


def test_every_figure_is_recounted_by_the_rule_of_its_stream() -> None:
    rules = {
        one.id: "complete" if one.complete else "window" if one.additivity == "d" else "once" for one in INDICATORS
    }
    assert {name: figures.RULES.get(name, "once") for name in rules} == rules
    assert figures.RULES.keys() <= rules.keys()
