"""What catalogues of convertible patents print: the province's pool in tiers, the universities' alliance, patent pools."""

from __future__ import annotations

from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.exchange import supply_fact
from ops.sandbox.rows.printing import INDUSTRY_NAMES, Printing, Row, status_fact
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft

POOL, ALLIANCE = "convertible_pool", "university_alliance"
CHAINS = {"industry_centre_gcjx": "A1", "industry_centre_gdjt": "A2"}  # centre → the industry of its chain
TIERS = ("一级（重点推介）", "二级（培育）", "三级（储备）")


class Catalogues(Printing):
    """Rows of convertible_pool, university_alliance and the centres of industrial chains."""

    def pooled(self, patent: Patent, posted: date) -> Draft:
        owner = patent.holders[0]
        number = spelling.undotted(patent.number)
        content = {
            "id": f"K{number}",
            "patentNo": number,
            "patentName": patent.title,
            "patentee": self.names([owner]),
            "patenteeAddress": self.address(owner),
            "ipc": patent.ipc,
            "tier": self.chance.choice(TIERS),
            "gradedOn": posted.isoformat(),
            "inventor": "卫某某",
        }
        fact: Row = {**supply_fact(patent, "open", posted, None), "ipc": patent.ipc}
        return Draft(POOL, "pool", content["id"], "insert", "pooled", content, (fact,))

    def alliance_offer(self, patent: Patent, industry: str, posted: date, price: Row) -> Draft:
        owner = patent.holders[0]
        content = {
            "专利号": self.number(patent.number),
            "成果名称": patent.title,
            "所属高校": self.names([owner]),
            "高校地址": self.address(owner),
            "产业领域": INDUSTRY_NAMES[industry],
            "转化方式": "、".join(self.chance.sample(("转让", "普通许可", "作价入股"), 2)),
            "意向价格": price["text"],
            "入库日期": self.day(posted),
            "发明人": "蒋某某",
            "联系电话": "0731-00000000",
        }
        fact = supply_fact(patent, "open", posted, price, [industry])
        return Draft(ALLIANCE, "catalogue", content["专利号"], "insert", "alliance_offer", content, (fact,))

    def centre_patent(self, centre: str, patent: Patent, posted: date) -> Draft:
        owner = patent.holders[0]
        content = {
            "序号": "",
            "专利号": patent.number,
            "专利名称": patent.title,
            "专利权人": self.names([owner]),
            "专利权人地址": self.address(owner),
            "入池日期": posted.isoformat(),
        }
        fact = supply_fact(patent, "open", posted, None, [CHAINS[centre]])
        return Draft(centre, "patent_pool", patent.number, "insert", "centre_patent", content, (fact,))

    def centre_member(self, centre: str, holder: Holder, since: date) -> Draft:
        content = {
            "序号": "",
            "单位名称": self.names([holder]),
            "统一社会信用代码": holder.credit_code,
            "单位地址": self.address(holder),
            "加入日期": since.isoformat(),
        }
        fact = status_fact(holder, f"{INDUSTRY_NAMES[CHAINS[centre]]}产业知识产权运营中心成员单位", None, since)
        return Draft(centre, "members", holder.credit_code, "insert", "centre_member", content, (fact,))
