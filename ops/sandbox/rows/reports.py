"""What offices report: figures of a month or a year, projects, meetings, and what a park's firms want."""

from __future__ import annotations

from datetime import date
from zlib import crc32

from ops.sandbox.rows.printing import INDUSTRY_NAMES, Printing, Row, activity_fact, demand_fact, iso
from ops.sandbox.world.facts import Holder
from ops.sandbox.world.world import Draft

BUREAU, STATISTICS, BASES, MEETINGS = (
    "hn_bureau_tables",
    "hn_statistics",
    "navigation_reports",
    "matching_activities",
)
PARKS = ("park_430371", "park_430472", "park_430671")
PUBLISHERS = {BUREAU: "湖南省市场监督管理局", STATISTICS: "湖南省统计局"}
TABLES = {"grants": "专利授权量", "valid_inventions": "有效发明专利拥有量"}
ADDED_VALUE = "专利密集型产业增加值"


def figure_fact(source: str, title: str, area: str, period: str, published: date) -> Row:
    return {
        "kind": "reported-figure",
        "phase": "issued",
        "publisher": {"name": PUBLISHERS[source], "type": "public_body"},
        "title": title,
        "area": area,
        "period": period,
        "published_on": iso(published),
    }


class Reports(Printing):
    """Rows of hn_bureau_tables, hn_statistics, navigation_reports, matching_activities and the parks."""

    def month_of(self, feed: str, notice: str, area: str, month: date, value: int, published: date) -> Draft:
        """One prefecture's line in the table of a month; short names are spread by blanks."""
        city = self.facts.places[area]
        name = " ".join(city) if len(city) == 3 and self.chance.random() < 0.2 else city
        content = {
            "序号": "",
            "地区": name,
            "统计月份": f"{month.year}年{month.month}月",
            "当月累计": value,
            "单位": "件",
            "发布日期": published.isoformat(),
        }
        fact = figure_fact(BUREAU, TABLES[feed], area, f"{month:%Y-%m}", published)
        return Draft(BUREAU, feed, f"{notice}/{name}", "insert", "month_reported", content, (fact,), place=notice)

    def year_of(self, notice: str, year: int, value: str, published: date) -> Draft:
        content = {
            "指标": ADDED_VALUE,
            "地区": "湖南省",
            "年度": f"{year}年",
            "数值": value,
            "单位": "亿元",
            "发布日期": published.isoformat(),
        }
        fact = figure_fact(STATISTICS, ADDED_VALUE, "430000", str(year), published)
        return Draft(STATISTICS, "added_value", notice, "insert", "year_reported", content, (fact,), place=notice)

    def project(
        self,
        notice: str,
        number: str,
        base: Holder,
        industry: str,
        started: date,
        finished: date | None,
    ) -> Draft:
        title = f"{INDUSTRY_NAMES[industry]}产业专利导航（样例）"
        content = {
            "项目编号": number,
            "项目名称": title,
            "承担单位": self.names([base]),
            "产业": INDUSTRY_NAMES[industry],
            "立项日期": self.day(started),
            "结题日期": self.day(finished) if finished else "",
            "状态": "已结题" if finished else "已立项",
            "项目负责人": "朱某某",
        }
        fact = {
            "kind": "project",
            "phase": "finished" if finished else "started",
            "base": {"name": base.name, "type": base.type},
            "title": title,
            "project_number": number,
            "started_on": iso(started),
            "finished_on": iso(finished),
        }
        return Draft(BASES, "projects", notice, "insert", "project", content, (fact,), place=notice)

    def matching_activity(
        self, notice: str, title: str, organiser: str, held: date, posted: date, industry: str, city: str
    ) -> Draft:
        """What came of a meeting follows from its notice, so that the office tells the same each time."""
        intentions = crc32(notice.encode()) % 12
        agreements = intentions // 3
        content = {
            "活动名称": title,
            "主办单位": organiser,
            "举办时间": self.day(held),
            "活动地点": city,
            "涉及产业": INDUSTRY_NAMES[industry],
            "达成意向": f"{intentions}项",
            "签约项目": f"{agreements}项",
            "发布日期": posted.isoformat(),
        }
        fact = activity_fact(self.facts, title, organiser, held, industry, city)
        fact |= {"intentions": intentions, "agreements": agreements}
        return Draft(MEETINGS, "activities", notice, "insert", "activity", content, (fact,), place=notice)

    def roadshow(
        self, notice: str, title: str, organiser: str, held: date, posted: date, industry: str, city: str
    ) -> Draft:
        """Patents of one industrial chain are presented to firms and investors."""
        content = {
            "路演名称": title,
            "主办单位": organiser,
            "路演时间": self.day(held),
            "路演地点": city,
            "产业链": INDUSTRY_NAMES[industry],
            "路演项目数": f"{(projects := self.chance.randrange(4, 12))}项",
            "路演人": "韩某某、吕某某",
            "发布日期": posted.isoformat(),
        }
        fact = activity_fact(self.facts, title, organiser, held, industry, city) | {"projects": projects}
        return Draft(MEETINGS, "roadshows", notice, "insert", "roadshow", content, (fact,), place=notice)

    def park_demand(self, notice: str, wish: Row, posted: date) -> Draft:
        """A firm tells its wishes to the park in which it lies, always the same one."""
        owner: Holder = wish["owner"]
        park = PARKS[crc32(owner.name.encode()) % len(PARKS)]
        content = {
            "序号": "",
            "企业名称": self.names([owner]),
            "统一社会信用代码": owner.credit_code,
            "企业地址": self.address(owner),
            "需求名称": wish["title"],
            "需求描述": f"{wish['title']}（样例数据），联系电话0731-00000000。",
            "产业": INDUSTRY_NAMES[wish["industry"]],
            "合作方式": "、".join(wish["forms"]),
            "预算": wish["budget"],
            "提出日期": self.day(posted),
            "联系人": "秦某某",
        }
        record = f"{notice}/{content['企业名称']}/{wish['title']}"
        fact = demand_fact(wish, "open", posted, area=False)
        return Draft(park, "demands", record, "insert", "demand", content, (fact,), place=notice)
