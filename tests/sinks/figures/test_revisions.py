"""The revision log: what changed in periods that were over, between two instants or releases, and why."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from schemas.errors import NotFound
from schemas.fields.date import CHINA
from schemas.figures import BY_ID
from sinks.figures.release import differing, make, named
from sinks.figures.revisions import Narrowed, RevisedCell, log, moment, unfit
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal, everybody_has
from tests.sinks.examples import a_point
from tests.sinks.figures.test_release import NOW, OFFICE, Province
from tests.sinks.figures.test_release import province as province  # a fixture

HOUR = timedelta(hours=1)


@pytest.fixture
def told(db: Database, feeder: Feeder) -> list[datetime]:
    """Three batches of figures, each an hour after the one before: the instants between them."""
    transfers = {"dimensions": {"area": "430000"}}
    batches = (
        [
            a_point(**transfers, period="2025-03", value="2", contributions=2),
            a_point(**transfers, period="2025-02", value="5", contributions=5),
            a_point(**transfers, period="2025-01", value="9", contributions=9),
            a_point(**transfers, period="2025-06", value="1"),
            a_point(**transfers, period="2025", value="17", contributions=17),
            a_point(dimensions={"area": "430000", "form": "whole"}, period="2025-03", value="2", contributions=2),
        ],
        [
            a_point(**transfers, period="2025-03", value="3", contributions=3, revision=2),
            a_point(
                dimensions={"area": "430000", "form": "whole"}, period="2025-03", value="3", contributions=3, revision=2
            ),
            a_point(**transfers, period="2025-02", value="4", contributions=4, revision=2),
            a_point(**transfers, period="2025-01", value="9", contributions=10, revision=2),  # the same number
            a_point(**transfers, period="2025-06", value="2", contributions=2, revision=2),
            a_point(**transfers, period="2025", value="18", contributions=18, revision=2),
            a_point(indicator="pledges", unit="项", dimensions={"area": "430100"}, period="2025-03"),
        ],
        [
            a_point(**transfers, period="2025-03", value="4", contributions=3, revision=3),
            a_point(**transfers, period="2025-02", value="5", contributions=5, revision=3),
        ],
    )
    first = datetime(2025, 6, 10, 9, 0, tzinfo=CHINA)
    for number, batch in enumerate(batches):
        newest = newest_point(db)
        feeder.feed(*batch)
        with db.transaction() as snapshot:
            snapshot.execute(
                "update point_revision set recorded_at = %(at)s where sequence > %(newest)s",
                {"at": first + number * HOUR, "newest": newest},
            )
    return [first + number * HOUR - HOUR / 2 for number in range(1, 4)]


def newest_point(db: Database) -> int:
    with db.snapshot() as snapshot:
        return int(snapshot.fetch("select coalesce(max(sequence), 0) as newest from point_revision")[0]["newest"])


def between(
    db: Database, since: datetime | str, until: datetime | str | None = None, **only: str | bool
) -> list[RevisedCell]:
    with db.snapshot() as snapshot:
        first, last = (moment(snapshot, each and str(each)) for each in (since, until))
        assert unfit(first, last) is None
        return log(snapshot, first, last, Narrowed(**only))  # type: ignore[arg-type]


def said(cells: list[RevisedCell]) -> set[tuple[str | None, ...]]:
    return {(one.indicator, one.area, one.category, one.period, one.was, one.now, one.cause) for one in cells}


NEW = ("pledges", "430100", "", "2025-03", None, "1", "late")
WHOLE = ("transfers", "430000", "whole", "2025-03", "2", "3", "late")


def march(was: str, now: str, cause: str) -> tuple[str | None, ...]:
    return ("transfers", "430000", "", "2025-03", was, now, cause)


def test_what_was_over_is_revised_with_its_cause_and_what_still_ran_is_not(db: Database, told: list[datetime]) -> None:
    """June and the year ran on; January has more behind it and the same number; February came back to its number."""
    withdrawn = ("transfers", "430000", "", "2025-02", "5", "4", "withdrawn")
    assert said(between(db, told[0], told[1])) == {NEW, WHOLE, march("2", "3", "late"), withdrawn}
    assert said(between(db, told[1], told[2])) == {
        march("3", "4", "correction"),
        ("transfers", "430000", "", "2025-02", "4", "5", "late"),
    }
    assert said(between(db, told[0])) == {NEW, WHOLE, march("2", "4", "late")}
    assert between(db, told[2]) == []


def test_a_log_is_narrowed_to_a_figure_an_area_a_period_or_totals(db: Database, told: list[datetime]) -> None:
    assert said(between(db, told[0], indicator="pledges")) == {NEW}
    assert said(between(db, told[0], area="430000", totals=True)) == {march("2", "4", "late")}
    assert between(db, told[0], period="2025-02") == []


def test_the_log_between_two_releases_names_the_cells_in_which_they_differ(db: Database, province: Province) -> None:
    """A release has the year so far and derived figures beside them, which are no figures of the topic."""
    make(db, "2025-03", OFFICE, "", NOW)
    province.happens(6)
    make(db, "2025-03", OFFICE, "late", NOW)
    province.happens(3)
    with db.snapshot() as snapshot:
        expected = differing(snapshot, *(named(snapshot, f"2025-03.{number}") for number in (1, 2)))
    found = between(db, "2025-03.1", "2025-03.2")
    cells = {
        ":".join(filter(None, (one.indicator, one.area, one.dimension, one.category, "period", one.period))): (
            one.was,
            one.now,
            one.cause,
        )
        for one in found
    }
    counted = [one for one in expected if ":ytd:" not in one.cell and one.cell.split(":")[0] in BY_ID]
    assert cells == {one.cell: (one.was, one.now, one.cause) for one in counted}
    assert len(cells) > 90
    assert len(between(db, "2025-03.1")) > len(found), "what came after the second release is missing"
    with db.snapshot() as snapshot:
        first, second = (moment(snapshot, f"2025-03.{number}") for number in (1, 2))
        assert "is before" in str(unfit(second, first))
        with pytest.raises(NotFound):
            moment(snapshot, "2025-03.9")


def test_the_page_and_the_api_tell_the_same_revisions_page_by_page(
    portal: Portal, feeder: Feeder, told: list[datetime]
) -> None:
    since, until = (each.isoformat().replace("+", "%2B") for each in told[:2])
    asked = f"since={since}&until={until}"
    answer = portal.get(f"/api/v1/revisions?{asked}").json()
    assert (answer["total"], answer["causes"]) == (4, {"late": 3, "withdrawn": 1})
    first = portal.get(f"/api/v1/revisions?{asked}&limit=3").json()
    rest = portal.get(f"/api/v1/revisions?{asked}&limit=3&cursor={first['next']}").json()
    assert [*first["items"], *rest["items"]] == answer["items"]
    page, english = (portal.get(f"{prefix}/revisions?{asked}").text for prefix in ("", "/en"))
    rows = re.findall(r'<tr><th scope="row".*?</tr>', page, re.S)
    assert len(rows) == answer["total"] - 1, "a category is on the page, or a total is not"
    assert ["撤回 -1 条" in row for row in rows if "2025年2月" in row] == [True]
    assert "3</span> figures revised" in english
    assert "withdrawn -1 record<" in english
    assert "没有变动" in portal.get("/revisions?since=2025-06-30&until=2025-06-30").text
    assert "is before" in portal.get(f"/api/v1/revisions?since={until}&until={since}", 400).text
    assert "2025-03.1" in portal.get("/api/v1/revisions?since=yesterday", 400).text
    portal.get("/revisions?since=2025-03.1", 404)


def test_two_amounts_that_would_read_alike_are_written_out(portal: Portal, feeder: Feeder, db: Database) -> None:
    money = {"indicator": "pledge_financing", "unit": "元", "dimensions": {"area": "430100"}}
    feeder.feed(a_point(**money, value="30000000.00"))
    with db.transaction() as snapshot:
        snapshot.execute("update point_revision set recorded_at = '2025-06-10T09:00:00+08:00'")
    feeder.feed(a_point(**money, value="30000000.01", contributions=2, revision=2))
    assert "30000000" not in portal.get("/revisions?since=2025-06-11").text  # everybody has the sums of vintages alone
    for day, value in (("10", "30000000.00"), ("20", "30000000.01")):
        everybody_has(db, {"pledge_financing|430100|||period|2025-03": value}, f"2025-06-{day}T09:00:00+08:00")
    page = portal.get("/revisions?since=2025-06-11").text
    assert "30000000.00 元</td>" in page
    assert "30000000.01 元</a>" in page
    link = re.findall(r'href="(/api/v1/revisions[^"]*)"', portal.get("/revisions?since=2025-06-11&area=430200").text)
    assert portal.get(link[0].replace("&amp;", "&")).json()["items"] == []


def test_without_a_beginning_the_log_is_of_this_month(portal: Portal, feeder: Feeder) -> None:
    """The portal's today is 2025-07-01."""
    assert portal.get("/api/v1/revisions").json()["since"]["at"] == "2025-07-01T00:00:00+08:00"
