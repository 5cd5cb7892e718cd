"""Stocks at the ends of past periods through API, page and explanation, and the same counted in Python."""

from __future__ import annotations

from random import Random

import pytest

from schemas.figures import BY_ID
from schemas.records.contribution import Contribution
from schemas.records.point import Point, point_key
from schemas.topics import CONTRIBUTION, STATISTICS
from schemas.wire import load
from sinks.store import figures
from sinks.store.database import Database
from tests.examples import A, a_pledge, worked_example
from tests.hub import Hub
from tests.recount import standing
from tests.sinks.conftest import Feeder, Portal

ENDS = tuple(one for one in BY_ID.values() if one.has_ends)
MONTHS = ("2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-12")
PATH = "/api/v1/statistics/pledges_outstanding?accumulation=end"


def told(hub: Hub) -> list[Contribution]:
    return [load(Contribution, record.value or b"") for record in hub.log(CONTRIBUTION.name)]


@pytest.fixture
def hub(feeder: Feeder) -> Hub:
    """The worked example, and a patent that is pledged twice, in two prefectures and to days of several precisions."""
    chance, days = Random(5), ("2025-02-28", "2025-03", "2025", "2025-04-30", "2025-12-31")
    more = [
        a_pledge(
            A,
            f"Y{n}",
            on=chance.choice(days),
            released_on=chance.choice(days),
            phase=chance.choice(("registered", "released")),
        )
        for n in range(12)
    ]
    hub = Hub().sight([a_pledge(A, "Y99", on="2024-03-01"), *worked_example(), *more], 4)
    points = [load(Point, record.value or b"") for topic in STATISTICS for record in hub.log(topic.name)]
    feeder.feed(*told(hub), *points)
    return hub


@pytest.mark.parametrize("indicator", ENDS, ids=lambda one: str(one.id))
def test_every_cell_at_every_end_is_the_same_counted_in_sql_and_in_python(hub: Hub, db: Database, indicator) -> None:  # type: ignore[no-untyped-def]
    mine = [one for one in told(hub) if one.indicator == indicator.id]
    with db.snapshot() as opened:
        found = {}
        for by in ([], *([each.id] for each in indicator.dimensions)):
            windows = [figures.window(month) for month in MONTHS]
            for cell in figures.cells(opened, indicator.id, windows, by=by, spread=True, at_end=True):
                key = point_key(indicator.id, {"area": cell.area, **cell.dimensions}, cell.period)
                found[key] = (figures.value_of(cell, indicator.unit.value), cell.contributions)
    assert found == {key: tuple(counted) for month in MONTHS for key, counted in standing(mine, month).items()}
    assert found


def test_the_series_reaches_the_last_month_that_is_over_and_each_number_is_explained(portal: Portal, hub: Hub) -> None:
    cells = portal.get(f"{PATH}&start_period=2025-01").json()["items"]
    assert {cell["accumulation"] for cell in cells} == {"end"}
    mine = [one for one in told(hub) if one.indicator == "pledges_outstanding"]
    for cell in cells:
        counted = standing(mine, cell["period"])[f"pledges_outstanding:area=430000:{cell['period']}"]
        why = portal.get(PATH.replace("?", "/explain?") + f"&period={cell['period']}").json()
        assert (cell["value"], why["counted"], why["agrees"]) == (counted.value, counted.value, True)
        assert why["total"] + why["withheld"] == counted.contributions
    assert cells[-1]["period"] < "2100"
    assert portal.get(f"{PATH}&end_period=2099-12").json()["items"][-1]["period"] == cells[-1]["period"]
    assert portal.get(f"{PATH}&period=2099-12").json()["items"] == []


def test_the_end_of_a_year_is_that_of_its_last_month(portal: Portal, hub: Hub) -> None:
    year, month = (portal.get(f"{PATH}&period={period}").json()["items"][0]["value"] for period in ("2024", "2024-12"))
    assert year == month


def test_what_has_no_ends_says_so(portal: Portal, hub: Hub) -> None:
    for path in ("/api/v1/statistics/pledges?accumulation=end&period=2025-03", f"{PATH}&period=current"):
        assert portal.get(path, status=400).json()["errors"]


def test_money_at_an_end_is_withheld_without_a_key(portal: Portal, hub: Hub) -> None:
    cells = portal.get("/api/v1/statistics/pledge_financing_outstanding?accumulation=end&period=2025-04").json()[
        "items"
    ]
    assert [(cell["value"], cell["status"]) for cell in cells] == [(None, "Q")]


@pytest.mark.parametrize(
    ("prefix", "words"), [("", ("各月末", "末")), ("/en", ("at the end of each month", "at its end"))]
)
def test_the_page_of_a_stock_has_its_months(portal: Portal, hub: Hub, prefix: str, words: tuple[str, str]) -> None:
    page = portal.get(f"{prefix}/statistics/pledges_outstanding").text
    assert words[0] in page and "accumulation=end" in page
    why = portal.get(
        f"{prefix}/statistics/explanation?indicator=pledges_outstanding&period=2025-04&accumulation=end"
    ).text
    assert words[1] in why
