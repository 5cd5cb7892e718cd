"""What hn_ip_service, the province's service platform, prints of offers, demands and activities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.printing import (
    DEAL_FORMS,
    INDUSTRY_NAMES,
    Printing,
    Row,
    activity_fact,
    demand_fact,
    iso,
    party,
)
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft

SUPPLY_PHASES = {"在架": "open", "已预约": "reserved", "已成交": "concluded", "已下架": "withdrawn"}


class ServiceListings(Printing):
    """Rows of the feeds supply, demand and activities."""

    def supply(
        self, record: str, patent: Patent, posted: date, industries: Sequence[str], price: Row, state: str
    ) -> Draft:
        owner = patent.holders[0]
        forms = self.chance.sample(DEAL_FORMS, self.chance.choice((1, 2)))
        content = {
            "id": record,
            "专利号": self.number(patent.number),
            "成果名称": patent.title,
            "权利人": self.names([owner]),
            "权利人地址": self.address(owner),
            "简介": f"样例数据：{patent.title}，寻求转化。",
            "应用领域": "、".join(INDUSTRY_NAMES[one] for one in industries),
            "关键词": patent.title.removeprefix("一种")[:6],
            "产业": "、".join(INDUSTRY_NAMES[one] for one in industries),
            "主分类号": patent.ipc,
            "地区": spelling.place(owner.region, self.facts),
            "交易方式": "、".join(forms),
            "意向价": price["text"],
            "成熟度": self.chance.choice(("实验室", "小试", "中试", "量产")),
            "状态": state,
            "发布日期": posted.isoformat(),
            "有效期至": date(posted.year + 10, 12, 31).isoformat(),
            "联系人": "李某某",
            "联系电话": "0731-00000000",
            "浏览量": self.chance.randrange(2000),
        }
        fact = {
            "kind": "supply",
            "phase": SUPPLY_PHASES[state],
            "patents": [patent.number],
            "owner": party(owner, place=True),
            "area": owner.region,
            "price": {name: price[name] for name in ("basis", "low", "high")},
            "industries": list(industries),
            "posted_on": iso(posted),
            "title": patent.title,
            "ipc": patent.ipc,
        }
        return Draft("hn_ip_service", "supply", record, "insert", "offer", content, (fact,))

    def price(self) -> Row:
        """An asking price: an amount, a range, 面议, -1, 免费."""
        fen = self.chance.randrange(1, 400) * 100_000 * self.chance.choice((1, 10))
        high = fen + self.chance.randrange(1, 30) * 10_000_000
        return self.chance.choice(
            (
                {"text": self.money(fen), "basis": "lump_sum", "low": fen, "high": fen},
                {"text": self.money(fen), "basis": "lump_sum", "low": fen, "high": fen},
                {
                    "text": f"{spelling.decimal(fen, 1_000_000)}万-{spelling.decimal(high, 1_000_000)}万元",
                    "basis": "lump_sum",
                    "low": fen,
                    "high": high,
                },
                {"text": "面议", "basis": "negotiable", "low": None, "high": None},
                {"text": -1, "basis": "negotiable", "low": None, "high": None},
                {"text": "免费", "basis": "free", "low": 0, "high": 0},
            )
        )

    def demand(self, record: str, wish: Row, posted: date, state: str) -> Draft:
        owner: Holder = wish["owner"]
        content = {
            "id": record,
            "需求名称": wish["title"],
            "需求单位": self.names([owner]),
            "单位地址": self.address(owner),
            "需求描述": f"{wish['title']}（样例数据）",
            "产业": INDUSTRY_NAMES[wish["industry"]],
            "地区": spelling.place(owner.region, self.facts),
            "合作方式": "、".join(wish["forms"]),
            "预算": wish["budget"],
            "状态": state,
            "截止日期": date(posted.year + 3, 12, 31).isoformat(),
            "发布日期": posted.isoformat(),
            "联系人": "李某某",
            "联系电话": "0731-00000000",
            "浏览量": self.chance.randrange(900),
        }
        phase = {"征集中": "open", "对接中": "reserved", "已解决": "concluded", "已关闭": "withdrawn"}[state]
        return Draft(
            "hn_ip_service",
            "demand",
            record,
            "insert",
            "demand",
            content,
            (demand_fact(wish, phase, posted, area=True),),
        )

    def activity_columns(
        self, title: str, organiser: str, held: date, posted: date, industry: str, city: str
    ) -> dict[str, str]:
        """The columns of an activity on every platform, in their order."""
        return {
            "活动名称": title,
            "主办单位": organiser,
            "举办日期": self.day(held),
            "地点": city,
            "产业": INDUSTRY_NAMES[industry],
            "发布日期": posted.isoformat(),
        }

    def activity(
        self, record: str, title: str, organiser: str, held: date, posted: date, industry: str, city: str
    ) -> Draft:
        content = {"id": record, **self.activity_columns(title, organiser, held, posted, industry, city)}
        return Draft(
            "hn_ip_service",
            "activities",
            record,
            "insert",
            "activity",
            content,
            (activity_fact(self.facts, title, organiser, held, industry, city),),
        )
