"""Supply 供给: a patent offered on a platform."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from schemas.kinds.columns import Area, AskingPrice, Day, Industries, Ipcs, Merge, Parties, Patents, Text, Title, Words
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.kinds.offering import DEAL_FORMS, OFFER_PHASES, STAGES
from schemas.subjects import name_of, patent_subject
from schemas.words import Term


class Supply(Occurrence, frozen=True):
    """One platform's offer; the hub makes one listing a patent out of all of them."""

    name, label, is_listing = "supply", Term("供给", "Supply"), True
    shows_history = True
    phases = OFFER_PHASES
    giver, counts_on = "owner", "posted_on"
    stated_on = ("posted_on",)
    named_on = ("posted_on",)

    patents: Annotated[Patents, Meta(min_length=1), says("专利号", "Patents")]
    title: Annotated[Title, says("名称", "Title", is_disputed=False)]
    owner: Annotated[Parties, says("权利人", "Owner")] = ()
    summary: Annotated[Text | None, says("简介", "Summary", is_disputed=False)] = None
    applications: Annotated[Words, says("应用领域", "Applications", merge=Merge.UNION)] = ()
    keywords: Annotated[Words, says("关键词", "Keywords", merge=Merge.UNION)] = ()
    industries: Annotated[Industries, says("产业", "Industries")] = ()
    ipc: Annotated[Ipcs, says("IPC", "IPC", is_disputed=False)] = ()
    area: Annotated[Area | None, says("地区", "Area")] = None
    deal_forms: Annotated[Words, says("交易方式", "Deal forms", merge=Merge.UNION, values=DEAL_FORMS)] = ()
    price: Annotated[AskingPrice | None, says("意向价", "Price")] = None
    stage: Annotated[Text | None, says("成熟度", "Stage", otherwise="unknown", values=STAGES)] = None
    pool_tier: Annotated[Text | None, says("资源库层级", "Pool tier")] = None
    posted_on: Annotated[Day | None, says("发布日期", "Posted on", is_disputed=False)] = None
    valid_until: Annotated[Day | None, says("有效期至", "Valid until")] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        return official(name_of(subject))
