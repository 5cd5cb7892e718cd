"""What firms and institutions file: products with their patents, inventories of patents, projects behind patents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.printing import INDUSTRY_NAMES, Printing, iso, party
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft

PRODUCTS, INVENTORIES, DECLARATIONS = "patent_products", "inventory_reports", "project_declarations"


class Filings(Printing):
    """Rows of patent_products, inventory_reports and project_declarations."""

    def product(
        self,
        number: str,
        name: str,
        firm: Holder,
        patents: Sequence[Patent],
        industry: str,
        filed: date,
        certified: date | None,
    ) -> Draft:
        """One filed product; several patent numbers stand in one cell."""
        content = {
            "序号": "",
            "备案编号": number,
            "企业名称": self.names([firm]),
            "统一社会信用代码": firm.credit_code,
            "企业地址": self.address(firm),
            "产品名称": name,
            "产品型号": f"YL-{number[-3:]}",
            "产业": INDUSTRY_NAMES[industry],
            "对应专利号": self.chance.choice((";", "\n")).join(spelling.undotted(one.number) for one in patents),
            "备案日期": filed.isoformat(),
            "认定日期": iso(certified) or "",
            "状态": "已认定" if certified else "已备案",
            "年销售收入": f"{self.chance.randrange(100, 9000)}万元",
        }
        fact = {
            "kind": "product",
            "phase": "certified" if certified else "filed",
            "patents": [one.number for one in patents],
            "filing_number": number,
            "filed_on": iso(filed),
            "certified_on": iso(certified),
            "industries": [industry],
            "givers": [party(firm, place=True, code=True)],
        }
        return Draft(PRODUCTS, "filings", number, "insert", "product", content, (fact,))

    def inventory(self, holder: Holder, as_of: date) -> Draft:
        """One institution's line in the report of a quarter."""
        valid = self.chance.randrange(20, 4000)
        done = valid if self.chance.random() < 0.6 else valid * 9 // 10
        content = {
            "序号": "",
            "高校院所": self.names([holder]),
            "统一社会信用代码": holder.credit_code,
            "截止日期": as_of.isoformat(),
            "有效专利件数": valid,
            "已盘点件数": done,
            "盘点率": f"{done * 100 / valid:.2f}%",
            "已转化件数": done // 12,
        }
        fact = {
            "kind": "inventory",
            "phase": "reported",
            "institution": party(holder, place=False, code=True),
            "as_of": iso(as_of),
        }
        place = f"pd_{as_of.year}Q{(as_of.month + 2) // 3}"
        record = f"{content['高校院所']}/{as_of.isoformat()}"
        return Draft(INVENTORIES, "inventories", record, "insert", "inventory", content, (fact,), place=place)

    def declaration(self, patent: Patent, serial: int, declared: date) -> Draft:
        """A project that public money paid for, behind one patent."""
        holder = patent.holders[0]
        content = {
            "专利号": self.number(patent.number),
            "专利名称": patent.title,
            "项目编号": f"{declared.year}JJ{serial:05d}",
            "项目名称": f"{patent.title[:20]}研究（样例）",
            "承担单位": self.names([holder]),
            "发明人": "尤某某",
            "声明日期": self.day(declared),
            "申请前评估": self.chance.choice("是否"),
        }
        fact = {
            "kind": "declaration",
            "phase": "declared",
            "patents": [patent.number],
            "project_number": content["项目编号"],
            "declared_on": iso(declared),
            "givers": [party(holder, place=False)],
        }
        record, place = f"{content['专利号']}/{content['项目编号']}", f"sm_{declared.year}"
        return Draft(DECLARATIONS, "declarations", record, "insert", "declaration", content, (fact,), place=place)
