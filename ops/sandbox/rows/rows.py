"""Rows: what all platforms print."""

from __future__ import annotations

from datetime import date

from ops.sandbox.rows.catalogues import Catalogues
from ops.sandbox.rows.exchange import Exchange
from ops.sandbox.rows.filings import Filings
from ops.sandbox.rows.gazette import Gazette
from ops.sandbox.rows.ledgers import Ledgers
from ops.sandbox.rows.lists import Lists
from ops.sandbox.rows.open_licences import OpenLicences
from ops.sandbox.rows.party_lists import PartyLists
from ops.sandbox.rows.printing import activity_fact, status_fact
from ops.sandbox.rows.reports import Reports
from ops.sandbox.rows.service_deals import ServiceDeals
from ops.sandbox.rows.service_listings import ServiceListings
from ops.sandbox.rows.universities import Universities
from ops.sandbox.world.facts import Holder
from ops.sandbox.world.world import Draft

CENTRES = ("protection_centre_1", "protection_centre_2", "protection_centre_3")


class Rows(
    Gazette,
    Lists,
    ServiceDeals,
    ServiceListings,
    OpenLicences,
    Ledgers,
    Exchange,
    Catalogues,
    PartyLists,
    Universities,
    Filings,
    Reports,
):
    """The rows of all platforms; those of the protection centres are here, since they share columns with the others."""

    def filed(self, notice: str, holder: Holder, since: date, centre: str = CENTRES[0]) -> Draft:
        """An organisation filed for fast examination; several centres publish the same one."""
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
            centre,
            "filed_enterprises",
            f"{notice}/{holder.credit_code}",
            "insert",
            "listed",
            content,
            (fact,),
            place=notice,
        )

    def centre_activity(
        self,
        notice: str,
        title: str,
        organiser: str,
        held: date,
        posted: date,
        industry: str,
        city: str,
        centre: str = CENTRES[0],
    ) -> Draft:
        content = self.activity_columns(title, organiser, held, posted, industry, city)
        return Draft(
            centre,
            "activities",
            notice,
            "insert",
            "activity",
            content,
            (activity_fact(self.facts, title, organiser, held, industry, city),),
            place=notice,
        )
