"""Supply 供给: a patent offered on a platform."""

from __future__ import annotations

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.party import Party
from schemas.fields.patent_number import PatentNumber
from schemas.kinds.occurrence import Occurrence
from schemas.records.listing import Price
from schemas.records.sighting import patent_subject


class Supply(Occurrence):
    """One platform's offer; ``curate`` makes one card a patent out of all of them."""

    name, label, counts_on, is_listing = "supply", "供给", "posted_on", True
    phases = ("open", "reserved", "concluded", "withdrawn")
    giver = "owner"

    patents: tuple[PatentNumber, ...] = Field(min_length=1, title="专利号")
    title: str = Field(min_length=1, title="名称")
    owner: tuple[Party, ...] = Field((), title="权利人")
    summary: str | None = Field(None, title="简介")
    applications: tuple[str, ...] = Field((), title="应用领域")
    keywords: tuple[str, ...] = Field((), title="关键词")
    industries: tuple[str, ...] = Field((), title="产业")
    ipc: tuple[str, ...] = Field((), title="IPC")
    area: str | None = Field(None, title="地区")
    deal_forms: tuple[str, ...] = Field((), title="交易方式")
    price: Price = Field(Price(), title="意向价")
    stage: str = Field("unknown", title="成熟度")
    pool_tier: str | None = Field(None, title="资源库层级")
    posted_on: RecordedDate | None = Field(None, title="发布日期")
    valid_until: RecordedDate | None = Field(None, title="有效期至")

    def subjects(self) -> tuple[str, ...]:
        return tuple(patent_subject(number) for number in self.patents)
