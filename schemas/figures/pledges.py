"""Figures of pledges 质押 and of the loans behind them."""

from __future__ import annotations

from schemas.figures.dimensions import COLLATERAL, LOAN_BAND, RIGHT_TYPE
from schemas.figures.distinct import enterprises, numbered, patent
from schemas.figures.indicator import Counting, Indicator, Reads
from schemas.figures.loans import within_ceiling
from schemas.figures.subjects import PLEDGE
from schemas.figures.units import Unit
from schemas.kinds.pledge import Pledge
from schemas.words import Term

REGISTERED = Reads(Pledge, ("registered", "changed", "released"))  # one that is released was registered
OUTSTANDING, RELEASED = Reads(Pledge, ("registered", "changed")), Reads(Pledge, ("released",))

PLEDGES = (
    Indicator(
        id="pledges",
        label=Term("质押登记项目数", "Pledges registered"),
        definition=Term(
            "已登记的专利质押；按登记号计项，一号多件专利计一项。",
            "Registered pledges, one for each registration number however many patents it has.",
        ),
        unit=Unit.ITEMS,
        subject=PLEDGE,
        reads=(REGISTERED,),
        distinct=numbered("registration_number"),
        dimensions=(COLLATERAL, LOAN_BAND),
        day="registered_on",
    ),
    Indicator(
        id="pledged_patents",
        label=Term("质押专利件数", "Patents pledged"),
        definition=Term(
            "登记质押的不同专利件数；期间内去重，不得逐月相加。",
            "Distinct patents pledged in the period; never added over months.",
        ),
        unit=Unit.PATENTS,
        subject=PLEDGE,
        reads=(REGISTERED,),
        distinct=patent,
        counting=Counting.WINDOW,
        dimensions=(RIGHT_TYPE,),
        day="registered_on",
    ),
    Indicator(
        id="pledge_financing",
        label=Term("质押融资登记金额", "Pledge financing"),
        definition=Term(
            "质押登记的被担保债权数额；按登记号只计一次；未载明金额的不当作 0，另列覆盖率。",
            "Secured amounts of registered pledges, once for each number; an unknown amount is not 0 and lowers the"
            " coverage.",
        ),
        unit=Unit.YUAN,
        subject=PLEDGE,
        reads=(REGISTERED,),
        distinct=numbered("registration_number"),
        dimensions=(COLLATERAL, LOAN_BAND),
        amount="secured_amount",
        day="registered_on",
        revision_class="R2",
    ),
    Indicator(
        id="pledge_enterprises",
        label=Term("质押惠及企业", "Firms reached by pledges"),
        definition=Term(
            "以专利出质并登记的企业家数；按统一社会信用代码去重，无代码的按名称；期间内去重，不得逐月相加。"
            "平台未载明借款人，按出质人计。",
            "Firms that pledged registered patents, distinct by credit code, else by name; never added over months."
            " Platforms name no debtor: pledgors are counted.",
        ),
        unit=Unit.ENTERPRISES,
        subject=PLEDGE,
        reads=(REGISTERED,),
        distinct=enterprises,
        counting=Counting.WINDOW,
        dimensions=(COLLATERAL,),
        day="registered_on",
    ),
    Indicator(
        id="inclusive_loan_enterprises",
        label=Term("普惠性贷款惠及企业", "Firms reached by inclusive loans"),
        definition=Term(
            "至少有一笔贷款不超过1000万元（含）的出质企业家数；逐笔比较，不合计；未载明贷款金额的按被担保债权数额，"
            "两者均无的不计。依据湘政办发〔2024〕15号第二部分（四）2。",
            "Pledging firms with at least one loan of up to ¥10 million; each loan by itself, by the secured amount"
            " where no loan is stated; with neither it does not count (plan 湘政办发〔2024〕15号, part 2, (4) 2).",
        ),
        unit=Unit.ENTERPRISES,
        subject=PLEDGE,
        reads=(REGISTERED,),
        distinct=enterprises,
        counting=Counting.WINDOW,
        condition=within_ceiling("inclusive_loan_enterprises"),
        day="registered_on",
        secrecy="shared",
    ),
    Indicator(
        id="inclusive_loan_enterprises_20m",
        label=Term("普惠性贷款惠及企业（上限2000万元）", "Firms reached by loans up to ¥20 million"),
        definition=Term(
            "至少有一笔贷款不超过2000万元（含）的出质企业家数；其余口径与1000万元的指标相同，两者并列展示。",
            "The same with loans of up to ¥20 million, shown beside the other.",
        ),
        unit=Unit.ENTERPRISES,
        subject=PLEDGE,
        reads=(REGISTERED,),
        distinct=enterprises,
        counting=Counting.WINDOW,
        condition=within_ceiling("inclusive_loan_enterprises_20m"),
        day="registered_on",
        secrecy="shared",
    ),
    Indicator(
        id="pledge_releases",
        label=Term("质押注销", "Pledges released"),
        definition=Term(
            "已注销的质押登记；一个登记号的全部专利都解除时计一项。",
            "Pledges released: a number counts when all of its patents are free.",
        ),
        unit=Unit.ITEMS,
        subject=PLEDGE,
        reads=(REGISTERED,),
        distinct=numbered("registration_number"),
        counting=Counting.COMPLETE,
        dimensions=(COLLATERAL,),
        day="released_on",
    ),
    Indicator(
        id="pledges_outstanding",
        label=Term("在押质押项目数", "Pledges outstanding"),
        definition=Term(
            "已登记且未注销的质押项目；按登记号计项，一号尚有一件专利在押即计一项。",
            "Pledges registered and not released: a number counts while one of its patents is not free.",
        ),
        unit=Unit.ITEMS,
        subject=PLEDGE,
        reads=(OUTSTANDING,),
        distinct=numbered("registration_number"),
        counting=Counting.STOCK,
        day="registered_on",
        over=(RELEASED,),
        until="released_on",
        dimensions=(COLLATERAL,),
    ),
    Indicator(
        id="pledged_patents_outstanding",
        label=Term("在押专利件数", "Patents under pledge"),
        definition=Term(
            "质押已登记且未注销的不同专利件数；一件专利押给数家的计一件。",
            "Distinct patents under a pledge that is not released; one that several hold is one.",
        ),
        unit=Unit.PATENTS,
        subject=PLEDGE,
        reads=(OUTSTANDING,),
        distinct=patent,
        counting=Counting.STOCK,
        day="registered_on",
        over=(RELEASED,),
        until="released_on",
        dimensions=(RIGHT_TYPE,),
    ),
    Indicator(
        id="pledge_financing_outstanding",
        label=Term("在押质押金额", "Financing under pledge"),
        definition=Term(
            "已登记且未注销的质押所担保的债权数额；按登记号只计一次，部分专利解除的不折减；未载明金额的不当作 0。",
            "Secured amounts of pledges that are not released, once for each number and whole while one patent is not"
            " free; an unknown amount is not 0.",
        ),
        unit=Unit.YUAN,
        subject=PLEDGE,
        reads=(OUTSTANDING,),
        distinct=numbered("registration_number"),
        counting=Counting.STOCK,
        day="registered_on",
        over=(RELEASED,),
        until="released_on",
        dimensions=(COLLATERAL,),
        amount="secured_amount",
        revision_class="R2",
    ),
)
