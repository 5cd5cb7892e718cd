"""Figures of transfers 转让."""

from __future__ import annotations

from schemas.figures.conditions import between_related, not_by_law, research_to_sme
from schemas.figures.dimensions import COUNTER_AREA, COUNTER_TYPE, FORM, INDUSTRY, PARTY_TYPE, RIGHT_TYPE, TAKER_AREA
from schemas.figures.distinct import patent, patent_and_event
from schemas.figures.indicator import Counting, Indicator, Reads
from schemas.figures.subjects import TRANSFER
from schemas.figures.units import Unit
from schemas.kinds.transfer import Transfer
from schemas.words import Term

RECORDED = Reads(Transfer, ("recorded",))  # a notice is no transfer yet

TRANSFERS = (
    Indicator(
        id="transfers",
        label=Term("专利转让次数", "Patent transfers"),
        definition=Term(
            "登记生效的专利权与专利申请权转让；一件专利一次登记计一次；仅公示、更名、改地址的不计。",
            "Recorded transfers of patents and applications: one patent in one recordal is one; notices, renamings and"
            " changes of address do not count.",
        ),
        unit=Unit.TIMES,
        subject=TRANSFER,
        reads=(RECORDED,),
        distinct=patent_and_event,
        dimensions=(RIGHT_TYPE, PARTY_TYPE, COUNTER_TYPE, INDUSTRY, FORM),
        condition=not_by_law,
    ),
    Indicator(
        id="transferred_patents",
        label=Term("转让专利件数", "Patents transferred"),
        definition=Term(
            "登记转让的不同专利件数；期间内去重，不得逐月相加。",
            "Distinct patents transferred in the period; never added over months.",
        ),
        unit=Unit.PATENTS,
        subject=TRANSFER,
        reads=(RECORDED,),
        distinct=patent,
        counting=Counting.WINDOW,
        dimensions=(RIGHT_TYPE, PARTY_TYPE),
        condition=not_by_law,
    ),
    Indicator(
        id="university_to_sme_transfers",
        label=Term("高校院所向中小企业转让", "Transfers to SMEs"),
        definition=Term(
            "高校或科研机构向有名单为证的中小企业的登记转让。",
            "Recorded transfers of universities and institutes to SMEs on dated evidence.",
        ),
        unit=Unit.TIMES,
        subject=TRANSFER,
        reads=(RECORDED,),
        distinct=patent_and_event,
        dimensions=(RIGHT_TYPE, INDUSTRY, FORM),
        condition=research_to_sme,
    ),
    Indicator(
        id="related_party_transfers",
        label=Term("关联方转让", "Transfers between related parties"),
        definition=Term(
            "来源载明双方为关联方的登记转让，已计入专利转让次数，另列；未载明的不计。",
            "Recorded transfers whose parties a source calls related: part of all transfers, shown apart; where no source"
            " says so it does not count.",
        ),
        unit=Unit.TIMES,
        subject=TRANSFER,
        reads=(RECORDED,),
        distinct=patent_and_event,
        dimensions=(PARTY_TYPE,),
        condition=between_related,
    ),
    Indicator(
        id="transfer_flows",
        label=Term("专利转让流向", "Where transfers go"),
        definition=Term(
            "湖南转让方的登记转让，按受让方所在地区分：省内各市州、省外、不明（含境外）；流出即省外一列，各列之和等于专利转让次数。",
            "Recorded transfers out of each prefecture by where the taker is: a prefecture, another province, unknown"
            " (or abroad). Together they are all transfers; what leaves Hunan is the column of other provinces.",
        ),
        unit=Unit.TIMES,
        subject=TRANSFER,
        reads=(RECORDED,),
        distinct=patent_and_event,
        dimensions=(COUNTER_AREA, RIGHT_TYPE),
        condition=not_by_law,
    ),
    Indicator(
        id="transfer_inflow",
        label=Term("专利流入", "Transfers into Hunan"),
        definition=Term(
            "省外转让方向湖南受让方的登记转让，计入受让方所在市州；任一转让方在湖南或转让方所在地均不明的不计。",
            "Recorded transfers from other provinces to takers in Hunan, in the taker's prefecture; with a giver in Hunan,"
            " or with none whose place is known, they do not count.",
        ),
        unit=Unit.TIMES,
        subject=TRANSFER,
        reads=(RECORDED,),
        distinct=patent_and_event,
        area=TAKER_AREA,
        dimensions=(RIGHT_TYPE, PARTY_TYPE, COUNTER_TYPE),
        condition=not_by_law,
    ),
)
