"""What hn_sme_service and cn_patent_navigation print: demands, evaluations, and lists of enterprises."""

from __future__ import annotations

from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.printing import (
    INDUSTRY_NAMES,
    Printing,
    Row,
    demand_fact,
    iso,
    party,
    status_fact,
)
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft


class Lists(Printing):
    """Rows of the platform for small enterprises and of the patent navigation platform."""

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
