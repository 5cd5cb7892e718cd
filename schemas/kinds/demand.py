"""Demand 需求: a technology that somebody wants."""

from __future__ import annotations

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.party import Party
from schemas.kinds.occurrence import Occurrence
from schemas.records.listing import Price
from schemas.records.sighting import party_subject


class Demand(Occurrence):
    """One platform's posting of a need; its subject is its owner, so postings of several meet in one dossier."""

    name, label, counts_on, is_listing = "demand", "需求", "posted_on", True
    phases = ("open", "reserved", "concluded", "withdrawn")
    giver = "owner"

    owner: tuple[Party, ...] = Field(min_length=1, max_length=1, title="需求方")
    title: str = Field(min_length=1, title="需求名称")
    problem: str | None = Field(None, title="需求描述")
    industries: tuple[str, ...] = Field((), title="产业")
    ipc: tuple[str, ...] = Field((), title="IPC")
    keywords: tuple[str, ...] = Field((), title="关键词")
    area: str | None = Field(None, title="地区")
    cooperation_forms: tuple[str, ...] = Field((), title="合作方式")
    budget: Price = Field(Price(), title="预算")
    deadline_on: RecordedDate | None = Field(None, title="截止日期")
    posted_on: RecordedDate | None = Field(None, title="发布日期")

    def subjects(self) -> tuple[str, ...]:
        return (party_subject(self.owner[0].key),)
