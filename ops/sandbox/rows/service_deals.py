"""What hn_ip_service, the province's service platform, prints of transfers, licences, pledges and contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ops.sandbox.rows.printing import (
    CONTRACT_TYPES,
    LICENCE_KINDS,
    Printing,
    iso,
    party,
)
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft


class ServiceDeals(Printing):
    """Rows of the feeds transfers, licences, pledges and contracts."""

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
