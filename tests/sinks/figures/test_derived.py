"""A share stands on the pages of both its sides, with both sides beside it."""

from __future__ import annotations

import re

from sinks.figures.derived import derived
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_contribution, a_point


def test_a_share_is_shown_with_both_of_its_sides_for_every_area(db: Database, feeder: Feeder, portal: Portal) -> None:
    def point(area: str, value: str, **cut: str):
        return a_point(indicator="pledges", unit="项", period="2025", value=value, dimensions={"area": area, **cut})

    def pledge(number: str, band: str):
        cut = {"area": "430100", "collateral": "patent", "loan_band": band}
        return a_contribution(indicator="pledges", distinct=number, occurred_on="2025-03-09", dimensions=cut)

    feeder.feed(
        *(point(area, "3") for area in ("430000", "430100")),
        *(point(area, "2", loan_band="le_10m") for area in ("430000", "430100")),
        *(pledge(*each) for each in (("Y1", "le_10m"), ("Y2", "le_10m"), ("Y3", "unknown"))),
    )
    page = portal.get("/statistics/pledges?period=2025").text.partition("普惠项目占比 · ")[2].partition("</section>")[0]
    rows = re.findall(r'<th scope="row">(\S+?)</th>' + r'<td class="r">(\S+?)</td>' * 3, page)
    assert (
        ("长沙市", "2", "3", "66.7") in rows
        and ("株洲市", "0", "0", "—") in rows
        and ("全省", "2", "3", "66.7") in rows
    )
    assert len(rows) == 16
    with db.snapshot() as snapshot:
        found = {(each.figure, each.area): (each.first, each.second, each.value) for each in derived(snapshot, "2025")}
    assert found["inclusive_loan_share", "430000"] == ("2", "3", "66.7")
    assert found["inclusive_loan_share", "430200"] == ("0", "0", None)
    assert found["transfer_net", "430000"] == ("0", "0", "0")
    (share,) = portal.get("/api/v1/derived?period=2025&area=430100").json()["items"]
    assert share == {
        "figure": "inclusive_loan_share",
        "area": "430100",
        "period": "2025",
        "first": "2",
        "second": "3",
        "value": "66.7",
        "unit": "%",
    }
    assert portal.get("/api/v1/derived").json()["total"] == 16
    assert portal.get("/api/v1/derived?as_of=2020-01-01").json()["items"] == []
    so_far = portal.get("/api/v1/derived?period=2025-03&area=430100&accumulation=ytd").json()["items"]
    assert [(each["first"], each["second"], each["value"]) for each in so_far] == [("2", "3", "66.7")]
    assert "Share of inclusive loans" in portal.get("/en/statistics/pledges?period=2025").text
