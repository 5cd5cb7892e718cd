"""Open licence 开放许可: the patentee declares that anyone may have a licence on published terms."""

from __future__ import annotations

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.party import Party
from schemas.fields.patent_number import PatentNumber
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import patent_subject


class OpenLicence(Occurrence):
    """A declaration of the gazette (OL01) or its withdrawal (OL02)."""

    name, label, counts_on = "open-licence", "开放许可", "announced_on"
    phases = ("declared", "withdrawn")
    giver = "patentee"

    patents: tuple[PatentNumber, ...] = Field(min_length=1, title="专利号")
    patentee: tuple[Party, ...] = Field((), title="专利权人")
    declared_on: RecordedDate | None = Field(None, title="声明日")
    withdrawn_on: RecordedDate | None = Field(None, title="撤回日")
    announced_on: RecordedDate | None = Field(None, title="公告日")
    fee: str | None = Field(None, title="许可使用费支付方式和标准")
    term: str | None = Field(None, title="许可期限")
    ipc: tuple[str, ...] = Field((), title="IPC")

    def subjects(self) -> tuple[str, ...]:
        return tuple(patent_subject(number) for number in self.patents)
