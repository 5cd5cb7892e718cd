"""Rows: what a platform prints of a thing that happened, and what the row states in the hub's terms, made side by side."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

from ops.sandbox import spelling, wording
from ops.sandbox.facts import Facts, Holder, Patent
from ops.sandbox.ledger import Fact
from ops.sandbox.world import Draft

Row = dict[str, Any]
LICENCE_KINDS = {
    "exclusive": "独占许可",
    "sole": "排他许可",
    "ordinary": "普通许可",
    "cross": "交叉许可",
    "sublicence": "分许可",
}
CONTRACT_TYPES = {
    "development": "技术开发",
    "transfer": "技术转让",
    "licence": "技术许可",
    "consulting": "技术咨询",
    "service": "技术服务",
}
DEAL_FORMS = ("转让", "独占许可", "普通许可", "作价入股", "合作开发")
COOPERATION = ("转让", "许可", "合作开发", "委托开发")
INDUSTRY_NAMES = {
    "T1": "现代石化",
    "T2": "绿色矿业",
    "T3": "食品加工",
    "T4": "轻工纺织",
    "A1": "工程机械",
    "A2": "轨道交通",
    "A3": "现代农业",
    "A4": "文化旅游",
    "N1": "数字产业",
    "N2": "新能源",
    "N3": "大健康",
    "N4": "空天海洋",
    "F1": "人工智能",
    "F2": "生命工程",
    "F3": "量子科技",
    "F4": "前沿材料",
}


def party(holder: Holder, *, place: bool, code: bool = False) -> Fact:
    """A party as a row states it: its place only where an address stands beside the name."""
    fact: Fact = {"name": holder.name, "type": holder.type}
    if place:
        fact["region"] = holder.region
    if code and holder.credit_code:
        fact["credit_code"] = holder.credit_code
    return fact


def iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


class Rows:
    """Writes the rows of all platforms; chance decides the spelling only."""

    def __init__(self, facts: Facts, chance: random.Random) -> None:
        self.facts, self.chance = facts, chance

    def number(self, value: str) -> str:
        return spelling.number(value, self.chance)

    def names(self, holders: Sequence[Holder], joint: str = "；") -> str:
        return joint.join(spelling.name(holder.name, self.chance).strip() for holder in holders)

    def address(self, holder: Holder) -> str:
        return spelling.address(holder, self.facts, self.chance)

    def money(self, fen: int | None) -> str:
        return spelling.money(fen, self.chance) if fen is not None else self.chance.choice(("面议", "-1"))

    def day(self, value: date) -> str:
        return spelling.day(value, self.chance)

    # hn_ip_service -------------------------------------------------------------------------------------------------

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
            "关键词": patent.title[-4:],
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
            **self._sides(givers, takers),
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
            **self._sides(givers, takers),
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

    def activity(
        self, record: str, title: str, organiser: str, held: date, posted: date, industry: str, city: str
    ) -> Draft:
        content = {
            "id": record,
            "活动名称": title,
            "主办单位": organiser,
            "举办日期": self.day(held),
            "地点": city,
            "产业": INDUSTRY_NAMES[industry],
            "发布日期": posted.isoformat(),
        }
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

    # the other platforms -------------------------------------------------------------------------------------------

    def sme_demand(self, record: str, wish: Row, posted: date, state: str) -> Draft:
        owner: Holder = wish["owner"]
        content = {
            "demandId": record,
            "title": wish["title"],
            "company": self.names([owner]),
            "creditCode": owner.credit_code,
            "address": self.address(owner),
            "content": f"{wish['title']}（样例数据），详询0731-00000000。",
            "industry": INDUSTRY_NAMES[wish["industry"]],
            "region": spelling.place(owner.region, self.facts),
            "forms": ",".join(wish["forms"]),
            "budget": wish["budget"],
            "deadline": date(posted.year + 3, 12, 31).isoformat(),
            "publishTime": f"{posted.isoformat()} 09:12:00",
            "status": state,
            "contact": "李某某",
            "phone": "0731-00000000",
            "views": self.chance.randrange(900),
        }
        phase = {"published": "open", "matched": "reserved", "solved": "concluded", "closed": "withdrawn"}[state]
        return Draft(
            "hn_sme_service",
            "demands",
            record,
            "insert",
            "demand",
            content,
            (demand_fact(wish, phase, posted, area=True),),
        )

    def specialised(self, record: str, holder: Holder, since: date) -> Draft:
        batch = f"{since.year}年第{(since.month + 5) // 6}批"
        until = date(since.year + 4, 12, 31)
        content = {
            "id": record,
            "company": self.names([holder]),
            "creditCode": holder.credit_code,
            "address": self.address(holder),
            "listName": "湖南省专精特新中小企业",
            "batch": batch,
            "validFrom": since.isoformat(),
            "validTo": until.isoformat(),
        }
        fact = {
            "kind": "party-status",
            "phase": "listed",
            "party": party(holder, place=True, code=True),
            "means_sme": True,
            "list_name": "湖南省专精特新中小企业",
            "edition": batch,
            "valid_from": iso(since),
            "valid_until": iso(until),
        }
        return Draft("hn_sme_service", "specialised_smes", record, "insert", "listed_sme", content, (fact,))

    def registered_enterprise(self, holder: Holder, since: date) -> Draft:
        name = "国家专利导航综合服务平台注册企业"
        content = {
            "序号": "",
            "企业名称": self.names([holder]),
            "统一社会信用代码": holder.credit_code,
            "企业地址": self.address(holder),
            "注册日期": since.isoformat(),
        }
        return Draft(
            "cn_patent_navigation",
            "enterprises",
            holder.credit_code,
            "insert",
            "listed",
            content,
            (status_fact(holder, name, None, since),),
        )

    def filed(self, notice: str, holder: Holder, since: date) -> Draft:
        batch = f"{since.year}年{since.month}月"
        content = {
            "序号": "",
            "单位名称": self.names([holder]),
            "统一社会信用代码": holder.credit_code,
            "单位地址": self.address(holder),
            "批次": batch,
            "备案日期": since.isoformat(),
            "联系人": "赵某某",
        }
        fact = status_fact(holder, "湖南省知识产权保护中心备案主体", batch, since)
        return Draft(
            "protection_centre_1",
            "filed_enterprises",
            f"{notice}/{holder.credit_code}",
            "insert",
            "listed",
            content,
            (fact,),
            place=notice,
        )

    def centre_activity(
        self, notice: str, title: str, organiser: str, held: date, posted: date, industry: str, city: str
    ) -> Draft:
        content = {
            "活动名称": title,
            "主办单位": organiser,
            "举办日期": self.day(held),
            "地点": city,
            "产业": INDUSTRY_NAMES[industry],
            "发布日期": posted.isoformat(),
        }
        return Draft(
            "protection_centre_1",
            "activities",
            notice,
            "insert",
            "activity",
            content,
            (activity_fact(title, organiser, held),),
            place=notice,
        )

    def evaluation(self, patent: Patent, enterprise: Holder, on: date) -> Draft:
        number, name = spelling.undotted(patent.number), self.names([enterprise])
        marks = [self.chance.choice("高中低") for _ in range(3)]
        content = {
            "序号": "",
            "专利号": number,
            "专利名称": patent.title,
            "企业名称": name,
            "统一社会信用代码": enterprise.credit_code,
            "企业地址": self.address(enterprise),
            "评价日期": on.isoformat(),
            "产业化前景": marks[0],
            "技术改进需求": marks[1],
            "产学研合作意愿": marks[2],
            "评价人": "周某某",
        }
        fact = {
            "kind": "evaluation",
            "phase": "recorded",
            "patents": [patent.number],
            "enterprise": party(enterprise, place=True),
            "evaluated_on": iso(on),
        }
        return Draft(
            "cn_patent_navigation",
            "evaluations",
            f"{number}/{name}/{on.isoformat()}",
            "insert",
            "evaluation",
            content,
            (fact,),
        )

    def improvement_need(self, record: str, wish: Row, patent: Patent, posted: date) -> Draft:
        owner: Holder = wish["owner"]
        content = {
            "序号": "",
            "需求编号": record,
            "企业名称": self.names([owner]),
            "统一社会信用代码": owner.credit_code,
            "企业地址": self.address(owner),
            "专利号": spelling.undotted(patent.number),
            "需求名称": wish["title"],
            "需求描述": f"{wish['title']}（样例数据）",
            "产业": INDUSTRY_NAMES[wish["industry"]],
            "合作方式": "、".join(wish["forms"]),
            "提出日期": posted.isoformat(),
            "专家": "吴某某",
        }
        return Draft(
            "cn_patent_navigation",
            "improvement_needs",
            record,
            "insert",
            "demand",
            content,
            (demand_fact(wish, "open", posted, area=False),),
        )

    # cnipa_gazette -------------------------------------------------------------------------------------------------

    def announcement(
        self,
        feed: str,
        patent: Patent,
        title: str,
        text: str,
        announced: date,
        place: str,
        event: str,
        fact: Fact,
        *,
        unreadable: str = "",
    ) -> Draft:
        """One announcement about one patent: an XML record or a line of a CSV, by feed."""
        number = self.chance.choice((patent.number, spelling.undotted(patent.number), f"CN{patent.number}"))
        printed = f"{announced:%Y%m%d}"
        if feed in ("pledge_registrations", "open_licences"):
            content: Row = {"申请号": number, "公告日": printed, "事务类型": title, "事务内容": text}
        else:
            content = {"app_number": number, "pub_date": printed, "law_state": title, "law_state_information": text}
        stated = () if unreadable else ({**fact, "patents": [patent.number], "announced_on": iso(announced)},)
        return Draft(
            "cnipa_gazette", feed, f"{number}/{printed}/{title}", "insert", event, content, stated, unreadable, place
        )

    def grant(self, patent: Patent, serial: int, place: str, *, destroyed: bool) -> Draft:
        publication = f"CN{patent.number[4]}{serial:08d}{ {'invention': 'B', 'utility_model': 'U', 'design': 'S'}[patent.right_type] }"
        body = patent.number[:12]
        content = {
            "item": str(serial),
            "name": patent.title,
            "authorization_notice_id": publication,
            "authorized_announcement_date": f"{patent.granted_on:%Y.%m.%d}",
            "filing_id": f"{float(body) * 10:.4E}" if destroyed else patent.number,
            "filing_date": f"{body[:4]}.06.18",
            "patentee": self.names(patent.holders, ";??"),
            "designer": "孙某某",
            "address": self.address(patent.holders[0]),
            "Int.Cl.": patent.ipc if patent.ipc[:1].isdigit() else f"{patent.ipc}(2006.01)I",
        }
        fact = {
            "kind": "legal-status",
            "phase": "granted",
            "patents": [patent.number],
            "announced_on": iso(patent.granted_on),
            "givers": [party(one, place=number == 0) for number, one in enumerate(patent.holders)],
        }
        return Draft(
            "cnipa_gazette",
            "grants",
            publication,
            "insert",
            "granted",
            content,
            () if destroyed else (fact,),
            "patent_number_destroyed" if destroyed else "",
            place,
        )

    def _sides(self, givers: Sequence[Holder], takers: Sequence[Holder]) -> Fact:
        return {
            role: [party(holder, place=number == 0) for number, holder in enumerate(holders)]
            for role, holders in (("givers", givers), ("takers", takers))
        }

    def side(self, holders: Sequence[Holder]) -> wording.Side:
        return wording.Side(tuple(self.names([holder]) for holder in holders), self.address(holders[0]))


def demand_fact(wish: Row, phase: str, posted: date, *, area: bool) -> Fact:
    owner: Holder = wish["owner"]
    return {
        "kind": "demand",
        "phase": phase,
        "owner": party(owner, place=True),
        "title": wish["title"],
        "posted_on": iso(posted),
        "area": owner.region if area else None,
        "industries": [wish["industry"]],
    }


def activity_fact(title: str, organiser: str, held: date) -> Fact:
    return {
        "kind": "activity",
        "phase": "recorded",
        "title": title,
        "held_on": iso(held),
        "organiser": {"name": organiser, "type": "public_body"},
    }


def status_fact(holder: Holder, name: str, edition: str | None, since: date) -> Fact:
    return {
        "kind": "party-status",
        "phase": "listed",
        "party": party(holder, place=True, code=True),
        "means_sme": False,
        "list_name": name,
        "edition": edition,
        "valid_from": iso(since),
        "valid_until": None,
    }
