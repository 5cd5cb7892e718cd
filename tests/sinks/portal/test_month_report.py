"""The month's tables as a workbook have the headings, rows and numbers of the page, and room to sign."""

from __future__ import annotations

import io

import openpyxl
import pytest

from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal, everybody_has
from tests.sinks.examples import RECEIVED, a_contribution, a_point

ROWS = ["长沙", "株洲", "湘潭", "衡阳", "邵阳", "岳阳", "常德", "张家界", "益阳", "郴州", "永州", "怀化", "娄底", "湘西州", "其 他", "全 省"]  # fmt: skip


@pytest.fixture
def month(feeder: Feeder, db: Database) -> str:
    """Two transfers and ¥1.2 million under pledge in March, of which everybody has the province's sum."""
    for area in ("430000", "430100"):
        for period in ("2025-03", "2025"):
            feeder.feed(
                a_point(dimensions={"area": area}, period=period, value="2"),
                a_point(dimensions={"area": area, "right_type": "design"}, period=period, value="2"),
                a_point(dimensions={"area": area, "party_type": "university"}, period=period, value="2"),
                a_point(
                    indicator="pledge_financing",
                    unit="元",
                    value="1200000.00",
                    period=period,
                    dimensions={"area": area},
                ),
            )
    cut = {"area": "430100", "right_type": "design", "party_type": "university"}
    feeder.feed(*(a_contribution(distinct=each, occurred_on="2025-03-02", dimensions=cut) for each in "ab"))
    everybody_has(db, {"pledge_financing|430000|||period|2025-03": "1200000.00"})
    return "2025-03"


def test_a_month_as_a_workbook_has_the_two_rows_of_headings_and_every_area(portal: Portal, month: str) -> None:
    answer = portal.get(f"/statistics/monthly/{month}.xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="tongda-2025-03.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    transfers, pledged = book.worksheets
    assert (transfers["A1"].value, transfers["A2"].value) == ("2025年3月湖南省专利转让次数统计表", "单位：次")
    headings = [[cell.value for cell in row] for row in transfers.iter_rows(min_row=3, max_row=4)]
    assert headings == [
        [
            "地区",
            "当年累计",
            "同比",
            "当月",
            "同比",
            "当月按专利类型",
            None,
            None,
            "职务",
            None,
            None,
            None,
            None,
            "非职务",
        ],
        [None] * 5
        + ["发明", "实用新型", "外观设计", "大专院校", "科研单位", "工矿企业", "机关团体", "职务总计", "个人"],
    ]
    merged = {str(each) for each in transfers.merged_cells.ranges}
    assert {"A1:N1", "A3:A4", "B3:B4", "F3:H3", "I3:M3"} <= merged
    rows = [[cell.value for cell in row] for row in transfers.iter_rows(min_row=5, max_row=20)]
    assert [row[0] for row in rows] == ROWS
    assert rows[0] == rows[-1][:0] + ["长沙", 2, None, 2, None, 0, 0, 2, 2, 0, 0, 0, 2, 0]
    assert [cell.value for cell in pledged[20]][:5] == ["全 省", 0, None, 120, None]
    assert [cell.value for cell in pledged[5]][:5] == ["长沙", 0, None, "保密", None]
    assert pledged["A2"].value == "单位：万元"
    assert RECEIVED[:10] in str(transfers["A22"].value)
    assert [cell.value for cell in transfers[24] if cell.value] == ["制表：", "复核：", "签发：", "日期："]
    assert transfers.page_setup.orientation == "landscape" and "&P / &N" in str(transfers.oddFooter.right.text)


def test_the_workbook_is_there_in_english_and_only_for_a_month_that_has_figures(portal: Portal, month: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(portal.get(f"/en/statistics/monthly/{month}.xlsx").content))
    assert (book.sheetnames[0], book.worksheets[0]["B3"].value) == ("Table 1", "Year to date")
    assert f'href="/statistics/monthly/{month}.xlsx"' in portal.get(f"/statistics/monthly/{month}").text
    portal.get("/statistics/monthly/1999-01.xlsx", 404)
