"""What universities' offices for technology transfer print: notices of sales, licences and contributions."""

from __future__ import annotations

from datetime import date

from ops.sandbox.rows.printing import LICENCE_KINDS, Printing, Row, iso
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft


class Universities(Printing):
    """Rows of the feeds of the universities; each is a notice with a table. ``office``: whose platform shows it."""

    def university_sale(
        self, office: str, notice: str, patent: Patent, taker: Holder, announced: date, fen: int
    ) -> Draft:
        content = self._table(patent, announced) | {
            "受让方": self.names([taker]),
            "受让方地址": self.address(taker),
            "拟交易价格": self.money(fen),
        }
        fact = self._fact("transfer", patent, taker) | {"announced_on": iso(announced), "consideration": fen}
        return self._notice(office, "transfers", notice, content, fact)

    def university_licence(
        self,
        office: str,
        notice: str,
        patent: Patent,
        taker: Holder,
        kind: str,
        signed: date,
        announced: date,
        fen: int,
    ) -> Draft:
        content = self._table(patent, announced) | {
            "被许可方": self.names([taker]),
            "被许可方地址": self.address(taker),
            "许可方式": LICENCE_KINDS[kind],
            "合同签订日期": self.day(signed),
            "许可费用": self.money(fen),
        }
        fact = self._fact("licence", patent, taker) | {"signed_on": iso(signed), "licence_kind": kind, "royalty": fen}
        return self._notice(office, "licences", notice, content, fact)

    def contribution(
        self,
        office: str,
        notice: str,
        patent: Patent,
        company: Holder,
        announced: date,
        registered: date | None,
        fen: int,
    ) -> Draft:
        """A patent is contributed to a company: first announced, later told to be registered."""
        content = self._table(patent, announced) | {
            "被投资企业": self.names([company]),
            "企业地址": self.address(company),
            "作价金额": self.money(fen),
            "持股比例": f"{self.chance.randrange(10, 49)}%",
            "状态": "已登记" if registered else "公示中",
            "登记日期": self.day(registered) if registered else "",
        }
        fact = self._fact("equity", patent, company) | {"announced_on": iso(announced), "contribution_value": fen}
        if registered:
            fact |= {"phase": "registered", "registered_on": iso(registered)}
        return self._notice(office, "equity", notice, content, fact)

    def _table(self, patent: Patent, announced: date) -> dict[str, str]:
        return {
            "成果名称": patent.title,
            "专利号": self.number(patent.number),
            "单位": self.names(patent.holders),
            "单位地址": self.address(patent.holders[0]),
            "完成人": "韩某某、杨某某",
            "公示日期": self.day(announced),
        }

    def _fact(self, kind: str, patent: Patent, taker: Holder) -> Row:
        return {
            "kind": kind,
            "phase": "noticed",
            "patents": [patent.number],
            **self.sides(patent.holders, [taker]),
        }

    def _notice(self, office: str, feed: str, notice: str, content: dict[str, str], fact: Row) -> Draft:
        return Draft(office, feed, notice, "insert", f"university_{feed}", content, (fact,), place=notice)
