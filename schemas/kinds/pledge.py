"""Pledge 质押: a patent secures a debt."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.money import Money
from schemas.fields.party import Party
from schemas.fields.patent_number import PatentNumber
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import patent_subject


class Pledge(Occurrence):
    """A registration 登记 (PE01), its change (PM01) and release (PC01); amounts never come from the gazette."""

    name, label, counts_on = "pledge", "质押", "registered_on"
    phases = ("registered", "changed", "released")
    giver, taker = "pledgor", "pledgee"

    patents: tuple[PatentNumber, ...] = Field(min_length=1, title="专利号")
    pledgor: tuple[Party, ...] = Field((), title="出质人")
    pledgee: tuple[Party, ...] = Field((), title="质权人")
    registration_number: str | None = Field(None, title="登记号")
    registered_on: RecordedDate | None = Field(None, title="登记生效日")
    released_on: RecordedDate | None = Field(None, title="解除日")
    announced_on: RecordedDate | None = Field(None, title="公告日")
    secured_amount: Money | None = Field(None, title="被担保债权数额")
    loan_amount: Money | None = Field(None, title="贷款金额")
    collateral: Literal["patent", "trade_mark", "mixed"] = Field("patent", title="质物")
    ipc: tuple[str, ...] = Field((), title="IPC")
    title: str | None = Field(None, title="专利名称")

    def subjects(self) -> tuple[str, ...]:
        return tuple(patent_subject(number) for number in self.patents)
