"""What offices keep in ledgers: the contract register's workbooks, the banks' tables of loans, the fund's compensations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ops.sandbox.rows.printing import CONTRACT_TYPES, Printing, iso, party
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft

REGISTER, GATEWAY, BANKS, FUND = "tech_contracts", "tech_contracts_gateway", "bank_pledges", "risk_compensation"
NATURES = {"university": "022", "research_institute": "021", "hospital": "023", "enterprise": "150"}  # 买卖方性质
STATES = {"registered": "已登记", "changed": "已变更", "cancelled": "已注销"}
STATE_CODES = {"registered": "1", "changed": "2", "cancelled": "3"}  # as the register's gateway passes them on
TYPE_CODES = {kind: str(number) for number, kind in enumerate(CONTRACT_TYPES, 1)}
SMALL_LOAN = 1_000_000_000  # 分: banks report a loan up to 1000万元 as 普惠


class Ledgers(Printing):
    """Rows of tech_contracts and its gateway, of bank_pledges and risk_compensation."""

    def registered_contract(self, of: Draft, seller: Holder, buyer: Holder) -> Draft:
        """The register's row of a contract that hn_ip_service shows in ``of``, in the workbook of its month."""
        (fact,) = of.facts
        content = {
            "序号": "",
            "合同登记编号": fact["contract_number"],
            "项目名称": of.content["项目名称"],
            "合同类别": CONTRACT_TYPES[fact["contract_type"]],
            "卖方名称": self.names([seller]),
            "卖方性质": NATURES[seller.type],
            "卖方代码": seller.credit_code,
            "卖方地址": self.address(seller),
            "买方名称": self.names([buyer]),
            "买方性质": NATURES[buyer.type],
            "买方地址": self.address(buyer),
            "知识产权类型": of.content["知识产权类型"],
            "专利号": "；".join(fact["patents"]),
            "合同成交额": self.money(fact["contract_value"]),
            "技术交易额": self.money(fact["technology_value"]),
            "签订日期": of.content["签订日期"],
            "认定登记日": fact["registered_on"],
            "状态": STATES[fact["phase"]],
        }
        place = f"jsht_{fact['registered_on'][:7].replace('-', '')}"
        return replace(
            of,
            source=REGISTER,
            feed="contracts",
            record=fact["contract_number"],
            content=content,
            place=place,
            event="contract_in_register",
        )

    def contract_by_gateway(self, of: Draft, seller: Holder, buyer: Holder, reported: date) -> Draft:
        """The same contract as the register's gateway passes it on: codes instead of words, 万元 with six decimals."""
        (fact,) = of.facts
        content = {
            "contractNo": fact["contract_number"],
            "projectName": of.content["项目名称"],
            "contractType": TYPE_CODES[fact["contract_type"]],
            "sellerName": self.names([seller]),
            "sellerNature": NATURES[seller.type],
            "sellerCode": seller.credit_code,
            "sellerAddr": self.address(seller),
            "buyerName": self.names([buyer]),
            "buyerNature": NATURES[buyer.type],
            "buyerAddr": self.address(buyer),
            "ipType": of.content["知识产权类型"],
            "patentNos": ",".join(fact["patents"]),
            "contractAmount": six_decimals(fact["contract_value"]),
            "techAmount": six_decimals(fact["technology_value"]),
            "signDate": of.content["签订日期"],
            "registerDate": fact["registered_on"],
            "status": STATE_CODES[fact["phase"]],
            "reportDate": reported.isoformat(),
        }
        return replace(
            of,
            source=GATEWAY,
            feed="contracts",
            record=fact["contract_number"],
            content=content,
            event="contract_by_gateway",
        )

    def restated_contract(self, of: Draft, phase: str, value: int) -> Draft:
        """The same row, wherever it is shown, of a contract that was changed or cancelled."""
        (fact,) = of.facts
        said = (
            {"status": STATE_CODES[phase], "contractAmount": six_decimals(value)}
            if of.source == GATEWAY
            else {"状态": STATES[phase], "合同成交额": self.money(value)}
        )
        facts = ({**fact, "phase": phase, "contract_value": value},)
        return replace(of, op="edit", event=f"contract_{phase}", content={**of.content, **said}, facts=facts)

    def loan(
        self,
        serial: int,
        patents: Sequence[Patent],
        bank: Holder,
        code: int,
        registration: str,
        registered: date,
        secured: int,
        loan: int,
        paid: date,
    ) -> Draft:
        """One loan in its bank's ledger of a month; some banks leave out the register's number."""
        firm = patents[0].holders[0]
        number = registration if self.chance.random() < 0.7 else ""
        contract = f"DK{code:02d}{serial:06d}"
        content = {
            "贷款合同号": contract,
            "借款人": self.names([firm]),
            "统一社会信用代码": firm.credit_code,
            "借款人地址": self.address(firm),
            "贷款银行": self.names([bank]),
            "专利号": "；".join(self.number(one.number) for one in patents),
            "质押登记号": number,
            "质押登记日": self.day(registered),
            "贷款金额": self.money(loan),
            "评估价值": self.money(secured * 2),
            "是否普惠": "是" if loan <= SMALL_LOAN else "否",
            "放款日期": paid.isoformat(),
            "客户经理": "冯某某",
        }
        fact = {
            "kind": "pledge",
            "phase": "registered",
            "patents": [one.number for one in patents],
            "registration_number": number or None,
            "registered_on": iso(registered),
            "loan_amount": loan,
            "givers": [party(firm, place=True, code=True)],
            "takers": [party(bank, place=False)],
        }
        place = f"bank{code:02d}_{paid:%Y%m}"
        return Draft(BANKS, "loans", contract, "insert", "loan", content, (fact,), place=place)

    def compensation(
        self,
        serial: int,
        patents: Sequence[Patent],
        bank: Holder,
        registration: str,
        fen: int,
        day: date,
        disposed: date | None,
    ) -> Draft:
        """The fund pays a part of a loss; the pledged patents may have been sold."""
        firm = patents[0].holders[0]
        content = {
            "序号": "",
            "补偿编号": f"BC{serial:05d}",
            "质押登记号": registration,
            "专利号": "；".join(one.number for one in patents),
            "出质人": self.names([firm]),
            "质权人": self.names([bank]),
            "补偿金额": self.money(fen),
            "补偿日期": day.isoformat(),
            "质物处置方式": "挂牌转让" if disposed else "",
            "质物处置日期": iso(disposed) or "",
        }
        fact = {
            "kind": "pledge",
            "phase": "changed",
            "patents": [one.number for one in patents],
            "registration_number": registration,
            "givers": [party(firm, place=False)],
            "takers": [party(bank, place=False)],
        }
        place = f"fxbc_{day.year}Q{(day.month + 2) // 3}"
        return Draft(FUND, "compensations", content["补偿编号"], "insert", "compensated", content, (fact,), place=place)


def six_decimals(fen: int) -> str:
    """An amount in 万元, as a database prints a decimal of fixed scale."""
    return f"{fen // 1_000_000}.{fen % 1_000_000:06d}"
