"""Party status 名单、认定: an organisation stands on an official list."""

from __future__ import annotations

from pydantic import Field

from schemas.fields.date import RecordedDate
from schemas.fields.party import Party
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import party_subject


class PartyStatus(Occurrence):
    """One organisation on one edition of one list (专精特新, 备案企业, …); the evidence for what a party is."""

    name, label, counts_on = "party-status", "主体名单", "valid_from"
    phases = ("listed", "removed")
    giver = "party"

    party: tuple[Party, ...] = Field(min_length=1, max_length=1, title="企业名称")
    list_name: str = Field(title="名单")
    edition: str | None = Field(None, title="批次")
    valid_from: RecordedDate | None = Field(None, title="有效期起")
    valid_until: RecordedDate | None = Field(None, title="有效期止")
    means_sme: bool = Field(False, title="属中小企业")

    def subjects(self) -> tuple[str, ...]:
        return (party_subject(self.party[0].key),)
