"""Licence 许可: the right to use a patent is given for a time."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.money import Money
from schemas.fields.party import Party
from schemas.fields.patent_number import PatentNumber
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import patent_subject

LicenceKind = Literal["exclusive", "sole", "ordinary", "cross", "sublicence", "open", "unknown"]


class Licence(Occurrence):
    """A recordal 备案 of the gazette (EE01, EM01, EC01), or a deal noticed elsewhere before it is recorded."""

    name, label, counts_on = "licence", "许可", "recorded_on"
    phases = ("noticed", "recorded", "changed", "cancelled")
    giver, taker = "licensor", "licensee"

    patents: tuple[PatentNumber, ...] = Field(min_length=1, title="专利号")
    licensor: tuple[Party, ...] = Field((), title="许可人")
    licensee: tuple[Party, ...] = Field((), title="被许可人")
    licence_kind: LicenceKind = Field("unknown", title="许可种类")
    recordal_number: str | None = Field(None, title="合同备案号")
    recorded_on: RecordedDate | None = Field(None, title="备案日期")
    signed_on: RecordedDate | None = Field(None, title="签订日")
    released_on: RecordedDate | None = Field(None, title="解除日")
    announced_on: RecordedDate | None = Field(None, title="公告日")
    royalty: Money | None = Field(None, title="许可使用费")
    royalty_basis: str | None = Field(None, title="支付方式")
    term: str | None = Field(None, title="许可期限")
    ipc: tuple[str, ...] = Field((), title="IPC")
    title: str | None = Field(None, title="专利名称")

    def subjects(self) -> tuple[str, ...]:
        return tuple(patent_subject(number) for number in self.patents)
