"""What firms and institutions file: products with their patents, and inventories of patents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.printing import INDUSTRY_NAMES, Printing, iso, party
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft

PRODUCTS, INVENTORIES = "patent_products", "inventory_reports"


class Filings(Printing):
    """Rows of patent_products and inventory_reports."""

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
