"""Rows: what a platform prints of a thing that happened, and what the row states in the hub's terms, side by side."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.printing import INDUSTRY_NAMES, Row, activity_fact, demand_fact, iso, party, status_fact
from ops.sandbox.rows.service_rows import ServiceRows
from ops.sandbox.world.facts import Facts, Holder, Patent
from ops.sandbox.world.ledger import Fact
from ops.sandbox.world.world import Draft

GAZETTE = "cnipa_gazette"
PRINTED_KEY = ("app_number", "pub_date", "law_state", "申请号", "公告日", "事务类型")


class Rows(ServiceRows):
    """What all five platforms print."""

    def __init__(self, facts: Facts, chance: random.Random) -> None:
        super().__init__(facts, chance)
        self._announced: dict[tuple[str, str], list[Draft]] = {}

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
        content = self.activity_columns(title, organiser, held, posted, industry, city)
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
        corrects: Draft | None = None,
    ) -> Draft:
        """One announcement about one patent: an XML record or a line of a CSV, by feed.

        ``corrects``: an earlier one that is printed again, under its own number, with another text.
        """
        number = self.chance.choice((patent.number, spelling.undotted(patent.number), f"CN{patent.number}"))
        printed = f"{announced:%Y%m%d}"
        if feed in ("pledge_registrations", "open_licences"):
            content: Row = {"申请号": number, "公告日": printed, "事务类型": title, "事务内容": text}
        else:
            content = {"app_number": number, "pub_date": printed, "law_state": title, "law_state_information": text}
        stated = () if unreadable else ({**fact, "patents": [patent.number], "announced_on": iso(announced)},)
        if corrects:
            content |= {name: value for name, value in corrects.content.items() if name in PRINTED_KEY}
            return self._again(replace(corrects, op="edit", event="redropped", content=content, facts=stated))
        record = f"{number}/{printed}/{title}"
        return self._told_apart(Draft(GAZETTE, feed, record, "insert", event, content, stated, unreadable, place))

    def _told_apart(self, draft: Draft) -> Draft:
        """Of announcements that share number, day and title all stand in the file of the first, numbered in its order."""
        alike = self._announced.setdefault((draft.feed, draft.record), [])
        for one in alike:
            if one.content == draft.content:  # printed once more, word for word
                return replace(draft, record=one.record, place=one.place)
        if alike:
            draft = replace(draft, record=f"{draft.record}/{len(alike) + 1}", place=alike[0].place)
        alike.append(draft)
        return draft

    def _again(self, draft: Draft) -> Draft:
        """From now on this is what the record says."""
        alike = self._announced[
            draft.feed, "/".join(draft.content[name] for name in PRINTED_KEY if name in draft.content)
        ]
        alike[[one.record for one in alike].index(draft.record)] = draft
        return draft

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
            GAZETTE,
            "grants",
            publication,
            "insert",
            "granted",
            content,
            () if destroyed else (fact,),
            "patent_number_destroyed" if destroyed else "",
            place,
        )
