"""Stories of reports: the tables of each month, the value of each year, inventories of each quarter, projects."""

from __future__ import annotations

from datetime import date, timedelta

from ops.sandbox.rows.printing import INDUSTRY_NAMES
from ops.sandbox.rows.reports import TABLES
from ops.sandbox.rows.rows import Rows
from ops.sandbox.world.world import Story, Wait, World, notice

MONTH, YEAR, QUARTER = 30, 365, 91  # days
REPORTING = 12  # institutions that hand in an inventory each quarter


def months(world: World, rows: Rows) -> Story:
    """The bureau publishes each month what was granted and what is in force, by prefecture, adding up over the year."""
    day = yield Wait(0)
    chance = world.chance
    prefectures = [code for code in world.facts.places if code.endswith("00") and code != "430000"]
    while True:
        last = day.replace(day=1) - timedelta(1)
        if world.first_time("month", f"{last:%Y%m}"):
            for feed in TABLES:
                name = notice(world, day)
                for area in prefectures:
                    yield rows.month_of(feed, name, area, last, chance.randrange(20, 3000) * last.month, day)
        day = yield Wait(MONTH)


def years(world: World, rows: Rows) -> Story:
    """The value added by patent-intensive industries is published once a year, and last year's is restated."""
    day = yield Wait(0)
    chance = world.chance
    while True:
        for year in (day.year - 2, day.year - 1):
            value = f"{chance.randrange(480_000, 620_000) / 100:.2f}"
            yield rows.year_of(notice(world, day), year, value, day)
        day = yield Wait(YEAR)


def inventories(world: World, rows: Rows) -> Story:
    """Universities and institutes report how far they have taken stock of their patents."""
    day = yield Wait(0)
    while True:
        as_of = quarter_end(day)
        for holder in world.chance.sample(world.research, REPORTING):
            if world.first_time("inventory", holder.name, as_of.isoformat()):
                yield rows.inventory(holder, as_of)
        day = yield Wait(QUARTER)


def quarter_end(day: date) -> date:
    """The last day of the quarter before."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1) - timedelta(1)


def navigated(world: World, rows: Rows) -> Story:
    """A service base studies the patents of an industry, and finishes months later."""
    day = yield Wait(0)
    chance = world.chance
    base, industry = chance.choice(world.research), chance.choice(tuple(INDUSTRY_NAMES))
    number, started = f"DH{day.year}{world.number('project'):04d}", day - timedelta(5)
    yield rows.project(notice(world, day), number, base, industry, started, None)
    if chance.random() < 0.6:
        day = yield Wait(chance.randrange(90, 300))
        yield rows.project(notice(world, day), number, base, industry, started, day - timedelta(2))
