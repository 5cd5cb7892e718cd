"""Figures of licences 许可."""

from __future__ import annotations

from schemas.figures.conditions import open_licence_taken, research_to_sme
from schemas.figures.dimensions import COUNTER_TYPE, INDUSTRY, LICENCE_KIND, PARTY_TYPE, RIGHT_TYPE
from schemas.figures.distinct import numbered, patent, patent_and_recordal, patent_and_takers
from schemas.figures.indicator import Counting, Indicator, Reads
from schemas.figures.subjects import LICENCE
from schemas.figures.units import Unit
from schemas.kinds.licence import Licence
from schemas.kinds.open_licence import OpenLicence
from schemas.words import Term

RECORDED = Reads(Licence, ("recorded", "changed", "cancelled"))  # one that ended was given all the same

LICENCES = (
    Indicator(
        id="licences",
        label=Term("专利许可次数", "Patent licences"),
        definition=Term(
            "已备案的专利许可；一件专利在一份备案中计一次；开放许可声明不计。",
            "Recorded licences: one patent in one recordal is one; open-licence declarations do not count.",
        ),
        unit=Unit.TIMES,
        subject=LICENCE,
        reads=(RECORDED,),
        distinct=patent_and_recordal,
        dimensions=(RIGHT_TYPE, PARTY_TYPE, COUNTER_TYPE, LICENCE_KIND, INDUSTRY),
    ),
    Indicator(
        id="licence_contracts",
        label=Term("许可合同备案数", "Licence contracts recorded"),
        definition=Term(
            "已备案的专利许可合同；按备案号计份，一份合同多件专利计一份。",
            "Recorded licence contracts, one for each recordal number however many patents it covers.",
        ),
        unit=Unit.COPIES,
        subject=LICENCE,
        reads=(RECORDED,),
        distinct=numbered("recordal_number"),
        dimensions=(PARTY_TYPE, LICENCE_KIND),
    ),
    Indicator(
        id="licence_patents",
        label=Term("许可专利件数", "Patents licensed"),
        definition=Term(
            "备案许可的不同专利件数；期间内去重，不得逐月相加。",
            "Distinct patents under recorded licences in the period; never added over months.",
        ),
        unit=Unit.PATENTS,
        subject=LICENCE,
        reads=(RECORDED,),
        distinct=patent,
        counting=Counting.WINDOW,
        dimensions=(LICENCE_KIND,),
    ),
    Indicator(
        id="licence_value",
        label=Term("许可合同金额", "Licence fees"),
        definition=Term(
            "备案许可载明的许可使用费；按备案号只计一次；未载明金额的不当作 0，另列覆盖率。",
            "Fees that recorded licences state, once for each recordal number; an unknown fee is not 0 and lowers the"
            " coverage.",
        ),
        unit=Unit.YUAN,
        subject=LICENCE,
        reads=(RECORDED,),
        distinct=numbered("recordal_number"),
        dimensions=(PARTY_TYPE, LICENCE_KIND),
        amount="royalty",
        revision_class="R2",
    ),
    Indicator(
        id="university_to_sme_licences",
        label=Term("高校院所向中小企业许可", "Licences to SMEs"),
        definition=Term(
            "高校或科研机构向有名单为证的中小企业的备案许可。",
            "Recorded licences of universities and institutes to SMEs on dated evidence.",
        ),
        unit=Unit.TIMES,
        subject=LICENCE,
        reads=(RECORDED,),
        distinct=patent_and_recordal,
        dimensions=(RIGHT_TYPE, LICENCE_KIND),
        condition=research_to_sme,
    ),
    Indicator(
        id="open_licence_statements",
        label=Term("开放许可有效声明", "Open licences declared"),
        definition=Term(
            "已声明且未撤回的开放许可专利件数；一件专利计一件，不是许可次数。",
            "Patents declared open for licences and not withdrawn: one patent is one; no licence was given by it.",
        ),
        unit=Unit.PATENTS,
        subject=LICENCE,
        reads=(Reads(OpenLicence, ("declared",)),),
        distinct=patent,
        counting=Counting.STOCK,
        dimensions=(RIGHT_TYPE, PARTY_TYPE),
    ),
    Indicator(
        id="open_licence_deals",
        label=Term("开放许可达成次数", "Open licences taken"),
        definition=Term(
            "已备案的开放许可；一件专利每个被许可人计一次；声明本身不计。",
            "Recorded licences under an open declaration: one patent for each licensee is one; the declaration is none.",
        ),
        unit=Unit.TIMES,
        subject=LICENCE,
        reads=(RECORDED,),
        distinct=patent_and_takers,
        dimensions=(PARTY_TYPE, COUNTER_TYPE),
        condition=open_licence_taken,
    ),
)
