"""What open_licence_zone, the province's zone of open licences, prints: workbooks of declarations and of withdrawals."""

from __future__ import annotations

from datetime import date

from ops.sandbox.rows.printing import Printing, iso, party
from ops.sandbox.world.facts import Patent
from ops.sandbox.world.world import Draft

ZONE = "open_licence_zone"
# Fees in the wordings of the provinces' lists of 2023, the commonest first.
FEES = (
    "面议",
    "面议",
    "50万元",
    "1万/年",
    "10万",
    "合同约定",
    "免费",
    "1万元/年",
    "按当年度合同产品净销售额的3-5%提取",
    "入门费1万加提成费1%",
)
TYPES = {"invention": "发明", "utility_model": "实用新型", "design": "外观设计"}


class OpenLicences(Printing):
    """Rows of the feeds of open_licence_zone; each notice has a workbook."""

    def zone_declaration(self, notice: str, patent: Patent, announced: date, until: date) -> Draft:
        """One declared patent, under the day on which its declaration was announced."""
        content = {
            "序号": "",
            "专利号": f"ZL{patent.number}",
            "专利名称": patent.title,
            "专利类型": TYPES[patent.right_type],
            "专利权人": self.names(patent.holders, "、"),
            "许可使用费": self.chance.choice(FEES),
            "许可期限": f"至{until.isoformat()}",
            "声明公告日": self.day(announced),
            "联系人": "钱某某",
            "联系电话": "0731-00000000",
        }
        return self._row("declarations", notice, patent, "declared", announced, content)

    def zone_withdrawal(self, notice: str, patent: Patent, announced: date) -> Draft:
        content = {
            "序号": "",
            "专利号": f"ZL{patent.number}",
            "专利权人": self.names(patent.holders, "、"),
            "撤回公告日": self.day(announced),
        }
        return self._row("withdrawals", notice, patent, "withdrawn", announced, content)

    def _row(
        self, feed: str, notice: str, patent: Patent, phase: str, announced: date, content: dict[str, str]
    ) -> Draft:
        fact = {
            "kind": "open-licence",
            "phase": phase,
            "patents": [patent.number],
            "announced_on": iso(announced),
            "givers": [party(one, place=False) for one in patent.holders],
        }
        record = f"{notice}/{content['专利号']}"
        return Draft(ZONE, feed, record, "insert", f"zone_{phase}", content, (fact,), place=notice)
