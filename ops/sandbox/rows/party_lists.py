"""What offices print of organisations: lists of firms as notices with workbooks, and the registry of enterprises."""

from __future__ import annotations

from datetime import date

from ops.sandbox.rows import spelling
from ops.sandbox.rows.printing import Printing, iso, status_fact
from ops.sandbox.world.facts import Holder
from ops.sandbox.world.world import Draft

LISTS, REGISTRY = "party_lists", "company_registry"
# Feed → the list's name, years of validity, whether only small and medium enterprises can be on it.
OFFICIAL_LISTS = {
    "high_tech": ("高新技术企业", 3, False),
    "demonstration": ("国家知识产权优势示范企业", 3, False),
    "little_giants": ("专精特新“小巨人”企业", 3, True),
    "cultivation": ("专利产业化样板企业培育库", 0, False),
}
REGISTERED = "企业登记"


class PartyLists(Printing):
    """Rows of party_lists and company_registry."""

    def on_list(self, feed: str, notice: str, holder: Holder, since: date) -> Draft:
        """A firm on an official list, printed in the workbook of a notice."""
        name, years, means_sme = OFFICIAL_LISTS[feed]
        batch = f"{since.year}年第{(since.month + 5) // 6}批"
        until = date(since.year + years, 12, 31) if years else None
        content = {
            "序号": "",
            "企业名称": self.names([holder]),
            "统一社会信用代码": holder.credit_code,
            "所在地": spelling.place(holder.region, self.facts),
            "批次": batch,
            "认定日期": self.day(since),
            "有效期至": iso(until) or "长期",
        }
        fact = status_fact(holder, name, batch, since) | {"means_sme": means_sme, "valid_until": iso(until)}
        return Draft(LISTS, feed, f"{notice}/{holder.credit_code}", "insert", "on_list", content, (fact,), place=notice)

    def registered_firm(self, holder: Holder, since: date, state: str) -> Draft:
        """A firm in the registry of enterprises, as a vendor's interface gives it."""
        content = {
            "creditCode": holder.credit_code,
            "entName": self.names([holder]),
            "regStatus": state,
            "address": self.address(holder),
            "establishDate": f"{since.isoformat()}T00:00:00",
            "extra": '{"legalPerson":"沈某某","phone":"0731-00000000"}',
        }
        fact = status_fact(holder, REGISTERED, None, since)
        fact["phase"] = "listed" if state == "存续" else "removed"
        return Draft(REGISTRY, "enterprises", holder.credit_code, "insert", "registered_firm", content, (fact,))
