"""What an office published of a cell stands beside what is counted: flagged, and neither side is changed."""

from __future__ import annotations

import re
from typing import Any

from schemas.fields.party import Party
from schemas.kinds.reported_figure import ReportedFigure
from schemas.records.event import EVENTS, Event
from sinks.figures.reconciliation import reconcile, reconciled
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_contribution, a_point, a_provenance

BUREAU = Party(name="湖南省市场监督管理局", key="湖南省市场监督管理局", party_type="public_body", region="430000")


def published(number: int, **said: Any) -> Event:
    """A line of the bureau's table of 2025-03."""
    told = {"publisher": (BUREAU,), "title": "专利授权量", "unit": "件", "period": "2025-03", "area": "430100", **said}
    return EVENTS[ReportedFigure.name](
        id=f"reported-figure:{number}",
        subject=f"party:{BUREAU.key}",
        revision=1,
        state="current",
        phase="issued",
        occurred_on=told["period"],
        statement=ReportedFigure(**told),
        disagreements=(),
        sources=(a_provenance(source="hn_bureau_tables", feed="grants"),),
        received_at="2025-04-18T10:00:00+08:00",
        synthetic=False,
    )


def test_each_published_cell_is_flagged_by_how_far_the_two_are_apart() -> None:
    own = {("grants", "430100", "2025-03"): "990", ("grants", "430200", "2025-03"): "7"}
    said = [
        published(1, value="1,000"),
        published(2, value="7", area="430200"),
        published(3, value="3", area="430300"),
        published(4, value="0", area="430400"),
        published(5, value="12..", area="430500"),
        published(6, value="5", area=None),
        published(7, value="5", unit="万件"),
        published(8, value="5", period="2025-02"),
        published(9, value="5", title="有效发明专利拥有量"),
        published(10, value="100", area="430600"),
        published(11, value="5", period="2025"),
    ]
    found = [(one.event.split(":")[1], one.difference, one.ratio, one.verdict) for one in reconcile(said, own)]
    assert found == [
        ("1", "-10", "-0.0100", "close"),
        ("7", None, None, "other_unit"),
        ("2", "0", "0.0000", "equal"),
        ("3", "-3", "-1.0000", "apart"),
        ("4", "0", None, "equal"),
        ("5", None, None, "unreadable"),
        ("10", "-100", "-1.0000", "apart"),
        ("6", None, None, "unreadable"),
        ("8", "-5", "-1.0000", "apart"),
        ("11", None, None, "unreadable"),
    ]


def test_the_page_of_a_figure_shows_the_newest_published_month_and_the_year_so_far_beside_it(
    db: Database, feeder: Feeder, portal: Portal
) -> None:
    """The table adds up from January: January's and March's patents are in it, April's is not."""
    grant = {
        "indicator": "grants",
        "dimensions": {"area": "430100", "right_type": "invention", "party_type": "unknown"},
    }
    days = ("2025-01-07", "2025-03-02", "2025-04-01")
    feeder.feed(
        a_point(indicator="grants", unit="件", period="2025", value="3", dimensions={"area": "430000"}),
        a_point(period="2025", dimensions={"area": "430000"}),
        *(a_contribution(**grant, distinct=day, occurred_on=day) for day in days),
        published(1, value="2"),
        published(2, value="9", area="430200"),
        published(3, value="1", period="2025-02"),
    )
    with db.snapshot() as snapshot:
        found = [(one.period, one.area, one.counted, one.verdict) for one in reconciled(snapshot)]
    assert found == [
        ("2025-03", "430100", "2", "equal"),
        ("2025-03", "430200", "0", "apart"),
        ("2025-02", "430100", "1", "equal"),
    ]
    page = portal.get("/statistics/grants").text.partition('id="reconciliation"')[2]
    rows = re.findall(r'<th scope="row">(\S+?)</th>.*?>(\d+)</a></td>.*?>(\d+)</td>.*?<td>(\S+?)</td></tr>', page)
    assert rows == [("长沙市", "2", "2", "一致"), ("株洲市", "9", "0", "不一致")]
    assert 'href="/event/reported-figure/1"' in page
    assert "apart" in portal.get("/en/statistics/grants").text
    assert "reconciliation" not in portal.get("/statistics/transfers").text
