"""Transfer 转让: the right in a patent passes from one party to another."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.money import Money
from schemas.fields.party import Party
from schemas.fields.patent_number import PatentNumber
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import patent_subject


class Transfer(Occurrence):
    """The gazette's TR01 and TA01 with a changed holder set, and deals noticed elsewhere before they are recorded."""

    name, label, counts_on = "transfer", "转让", "effective_on"
    phases = ("noticed", "recorded")  # only what is recorded enters a figure
    giver, taker = "transferor", "transferee"

    patents: tuple[PatentNumber, ...] = Field(min_length=1, title="专利号")
    transferor: tuple[Party, ...] = Field((), title="转让人")
    transferee: tuple[Party, ...] = Field((), title="受让人")
    right: Literal["patent_right", "right_to_apply"] = Field("patent_right", title="权利")
    form: Literal["whole", "partial", "entry", "exit"] = Field("whole", title="形态")
    cause: Literal["assignment", "merger", "inheritance", "court", "unknown"] = Field("unknown", title="原因")
    related_party: bool = Field(False, title="关联方")
    effective_on: RecordedDate | None = Field(None, title="登记生效日")
    announced_on: RecordedDate | None = Field(None, title="公告日")
    signed_on: RecordedDate | None = Field(None, title="签订日")
    consideration: Money | None = Field(None, title="转让价款")
    contract_number: str | None = Field(None, title="合同登记编号")
    ipc: tuple[str, ...] = Field((), title="IPC")
    title: str | None = Field(None, title="专利名称")

    def subjects(self) -> tuple[str, ...]:
        return tuple(patent_subject(number) for number in self.patents)
