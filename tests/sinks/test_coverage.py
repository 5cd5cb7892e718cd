"""Coverage first: a goal whose window its sources do not wholly cover says what is missing, and claims nothing."""

from __future__ import annotations

import re
from datetime import date

import pytest

from ops.telemetry import read_samples
from schemas.fields.money import Money
from schemas.records.source_status import SourceStatus
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal, everybody_has
from tests.sinks.examples import K5_MONTHS, a_contribution, a_point, months_of
from tests.sinks.portal.examples import a_status


def read_whole(**changes: str) -> SourceStatus:
    """A list of pledges that was read to its end."""
    return a_status(**{"kind": "pledge", "feed": "loans", "last_complete_at": "2025-07-01T08:00:00+08:00", **changes})


@pytest.mark.parametrize(
    ("feeds", "months", "missing", "unread"),
    [
        ([], K5_MONTHS, [], []),
        ([read_whole()], K5_MONTHS[2:-1], ["2024-01", "2024-02", "2025-06"], []),
        ([read_whole(kind="announcement", watermark="2025-06-30")], K5_MONTHS, [], []),
        ([read_whole(kind="announcement", watermark="2025-06-29")], K5_MONTHS, ["2025-06"], []),
        ([read_whole(watermark="2025-05-20")], K5_MONTHS, ["2025-05", "2025-06"], []),
        ([a_status(kind="pledge", feed="loans")], K5_MONTHS, [], ["hn_ip_service|loans"]),
        ([a_status(kind="licence", feed="others")], K5_MONTHS, [], []),
    ],
    ids=[
        "covered",
        "months without a record",
        "the gazette to the last day",
        "the gazette but for a day",
        "read to an earlier day",
        "a list never read",
        "another kind's list",
    ],
)
def test_a_goal_whose_window_is_not_covered_names_what_is_missing_and_claims_nothing(
    portal: Portal,
    feeder: Feeder,
    db: Database,
    feeds: list[SourceStatus],
    months: list[str],
    missing: list[str],
    unread: list[str],
) -> None:
    financing = {"indicator": "pledge_financing", "unit": "元", "dimensions": {"area": "430000"}}
    feeder.feed(
        a_contribution(
            indicator="pledge_financing",
            distinct="Y1",
            occurred_on="2025-05-01",
            dimensions={"area": "430100", "collateral": "patent"},
            amount=Money.of(712_000_000_000),
        ),
        a_point(**financing, value="7120000000.00", period="2025"),
        *months_of("pledges", months),
        *feeds,
    )
    everybody_has(db, {"pledge_financing|430000|||period|2025": "7120000000.00"})
    goals = {goal["id"]: goal for goal in portal.get("/api/v1/targets").json()["items"][0]["targets"]}
    status = "not_covered" if missing or unread else "behind"
    assert (goals["K5"]["status"], goals["K5"]["missing_months"], goals["K5"]["unread_feeds"]) == (
        status,
        missing,
        unread,
    )
    assert (goals["K5"]["value"], goals["K5"]["progress"], goals["K5"]["gap"]) == ("71.2000", "0.7120", "-0.0377")
    assert goals["K5"]["readings"][0]["missing_months"] == missing
    samples = read_samples(portal.metrics(), ("tongda_target_missing_months",))
    assert {sample.labels["target"]: sample.value for sample in samples}["K5"] == len(missing)
    (row,) = re.findall(r'<tr id="K5">.*?</tr>', portal.get("/targets").text, re.S)
    assert ("不作达标判断" in row, "慢于序时" in row) == (status == "not_covered", status == "behind")
    assert ("平台数据缺 2024-01 至 2024-02、2025-06（共 3 个月）" in row) == (len(missing) == 3)


def test_a_stock_after_its_window_is_of_another_day_and_nothing_is_claimed(portal: Portal, feeder: Feeder) -> None:
    portal.views._today = lambda: date(2026, 2, 1)
    filed = {"indicator": "product_recordals", "dimensions": {"area": "430000"}}
    feeder.feed(a_contribution(**filed, occurred_on=None), a_point(**filed, value="1", unit="件", period="current"))
    goals = {goal["id"]: goal for goal in portal.get("/api/v1/targets").json()["items"][0]["targets"]}
    assert (goals["K2"]["value"], goals["K2"]["status"], goals["K2"]["measured_on"]) == (
        "1",
        "not_covered",
        "2026-02-01",
    )
