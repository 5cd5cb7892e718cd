"""Figures of transfers and licences together 转让许可."""

from __future__ import annotations

from schemas.figures import licences, transfers
from schemas.figures.conditions import research_to_sme
from schemas.figures.dimensions import RIGHT_TYPE
from schemas.figures.distinct import deal
from schemas.figures.indicator import Indicator
from schemas.figures.subjects import BOTH
from schemas.figures.units import Unit
from schemas.words import Term

DEALS = (
    Indicator(
        id="university_to_sme_deals",
        label=Term("高校和科研机构向中小企业专利转让许可次数", "Deals of universities and institutes with SMEs"),
        definition=Term(
            "让与人或许可人含高校或科研机构，且取得方有名单为证属中小企业的转让与许可之和；规模不明的不计。",
            "Transfers and licences in which some giver is a university or institute and some taker an SME on dated"
            " evidence; an unknown size does not count.",
        ),
        unit=Unit.TIMES,
        subject=BOTH,
        reads=(transfers.RECORDED, licences.RECORDED),
        distinct=deal,
        dimensions=(RIGHT_TYPE,),
        condition=research_to_sme,
    ),
)
