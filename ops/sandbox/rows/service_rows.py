"""Rows of hn_ip_service: supply, demand, noticed deals, pledges, contracts, activities; each with what it states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.printing import (
    CONTRACT_TYPES,
    DEAL_FORMS,
    INDUSTRY_NAMES,
    LICENCE_KINDS,
    Printing,
    Row,
    activity_fact,
    demand_fact,
    iso,
    party,
)
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft


class ServiceRows(Printing):
    """What the province's service platform prints."""

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
        phase = {"在架": "open", "已预约": "reserved", "已成交": "concluded", "已下架": "withdrawn"}[state]
        fact = {
            "kind": "supply",
            "phase": phase,
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
        """An intention: an amount, a range, 面议, -1, 免费."""
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

    def noticed_transfer(
        self,
        record: str,
        patents: Sequence[Patent],
        takers: Sequence[Holder],
        signed: date,
        posted: date,
        fen: int | None,
    ) -> Draft:
        givers = patents[0].holders
        content = {
            "id": record,
            "专利号": "；".join(self.number(patent.number) for patent in patents),
            "专利名称": patents[0].title,
            "转让方": self.names(givers),
            "转让方地址": self.address(givers[0]),
            "受让方": self.names(takers),
            "受让方地址": self.address(takers[0]),
            "签订日期": self.day(signed),
            "成交金额": -1 if fen is None and self.chance.random() < 0.3 else self.money(fen),
            "公示日期": posted.isoformat(),
            "联系人": "王某某",
            "联系电话": "0731-00000000",
        }
        fact = {
            "kind": "transfer",
            "phase": "noticed",
            "patents": [patent.number for patent in patents],
            "signed_on": iso(signed),
            "consideration": fen,
            **self.sides(givers, takers),
        }
        return Draft("hn_ip_service", "transfers", record, "insert", "transfer_noticed", content, (fact,))

    def noticed_licence(
        self,
        record: str,
        patent: Patent,
        takers: Sequence[Holder],
        kind: str,
        signed: date,
        posted: date,
        fen: int | None,
    ) -> Draft:
        givers = patent.holders
        content = {
            "id": record,
            "专利号": self.number(patent.number),
            "专利名称": patent.title,
            "许可方": self.names(givers),
            "许可方地址": self.address(givers[0]),
            "被许可方": self.names(takers),
            "被许可方地址": self.address(takers[0]),
            "许可方式": LICENCE_KINDS[kind],
            "签订日期": self.day(signed),
            "许可费": self.money(fen),
            "支付方式": "一次总付",
            "许可期限": "3年",
            "公示日期": posted.isoformat(),
        }
        fact = {
            "kind": "licence",
            "phase": "noticed",
            "patents": [patent.number],
            "signed_on": iso(signed),
            "licence_kind": kind,
            "royalty": fen,
            **self.sides(givers, takers),
        }
        return Draft("hn_ip_service", "licences", record, "insert", "licence_noticed", content, (fact,))

    def pledge(
        self,
        record: str,
        registration: str,
        patents: Sequence[Patent],
        pledgee: Holder,
        registered: date,
        posted: date,
        secured: int,
        loan: int,
        collateral: str = "patent",
    ) -> Draft:
        pledgor = patents[0].holders[0]
        content = {
            "id": record,
            "登记号": registration,
            "专利号": "；".join(self.number(patent.number) for patent in patents),
            "出质人": self.names([pledgor]),
            "出质人地址": self.address(pledgor),
            "出质人代码": pledgor.credit_code,
            "质权人": self.names([pledgee]),
            "担保金额": self.money(secured),
            "贷款金额": self.money(loan),
            "登记日期": self.day(registered),
            "质物": {"patent": "专利", "mixed": "专利及商标"}[collateral],
            "发布日期": posted.isoformat(),
        }
        fact = {
            "kind": "pledge",
            "phase": "registered",
            "patents": [patent.number for patent in patents],
            "registration_number": registration,
            "registered_on": iso(registered),
            "secured_amount": secured,
            "loan_amount": loan,
            "collateral": collateral,
            "givers": [party(pledgor, place=True, code=True)],
            "takers": [party(pledgee, place=False)],
        }
        return Draft("hn_ip_service", "pledges", record, "insert", "pledge_registered", content, (fact,))

    def contract(
        self,
        record: str,
        number: str,
        kind: str,
        seller: Holder,
        buyer: Holder,
        patents: Sequence[Patent],
        value: int,
        technology: int,
        signed: date,
        registered: date,
        posted: date,
        state: str,
    ) -> Draft:
        related = bool(patents) or self.chance.random() < 0.2
        content = {
            "id": record,
            "合同登记编号": number,
            "项目名称": f"样例{CONTRACT_TYPES[kind]}项目",
            "合同类别": CONTRACT_TYPES[kind],
            "卖方名称": self.names([seller]),
            "卖方地址": self.address(seller),
            "卖方代码": seller.credit_code,
            "买方名称": self.names([buyer]),
            "买方地址": self.address(buyer),
            "知识产权类型": "专利(发明)" if related else self.chance.choice(("未涉及知识产权", "技术秘密")),
            "专利号": "；".join(self.number(patent.number) for patent in patents),
            "合同成交额": self.money(value),
            "技术交易额": self.money(technology),
            "签订日期": self.day(signed),
            "认定登记日": self.day(registered),
            "状态": state,
            "发布日期": posted.isoformat(),
        }
        fact = {
            "kind": "contract",
            "phase": {"已登记": "registered", "已变更": "changed", "已注销": "cancelled"}[state],
            "contract_number": number,
            "contract_type": kind,
            "patents": [patent.number for patent in patents],
            "patent_related": related,
            "contract_value": value,
            "technology_value": technology,
            "registered_on": iso(registered),
            "givers": [party(seller, place=True, code=True)],
            "takers": [party(buyer, place=True)],
        }
        return Draft("hn_ip_service", "contracts", record, "insert", "contract", content, (fact,))

    def activity_columns(
        self, title: str, organiser: str, held: date, posted: date, industry: str, city: str
    ) -> dict[str, str]:
        """What every platform prints of an activity, in its order."""
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
            (activity_fact(title, organiser, held),),
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
