"""Party status 名单、认定: an organisation stands on an official list."""

from __future__ import annotations

from typing import Annotated

from schemas.fields.party import SizeEvidence
from schemas.kinds.columns import Day, Flag, OneParty, Text, Title
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.subjects import name_of, party_subject
from schemas.words import Term


class PartyStatus(Occurrence, frozen=True):
    """One organisation on one edition of one list (专精特新, 备案企业, …); the evidence for what a party is."""

    name, label = "party-status", Term("主体名单", "Official list")
    phases = {"listed": Term("在名单", "Listed"), "removed": Term("已移出", "Removed")}
    giver, counts_on = "party", "valid_from"
    stated_on = ("valid_from",)
    named_on = ("valid_from",)
    describes_party = True

    party: Annotated[OneParty, says("企业名称", "Organisation")]
    list_name: Annotated[Title, says("名单", "List")]
    edition: Annotated[Text | None, says("批次", "Edition")] = None
    valid_from: Annotated[Day | None, says("有效期起", "Valid from")] = None
    valid_until: Annotated[Day | None, says("有效期止", "Valid until")] = None
    means_sme: Annotated[Flag | None, says("属中小企业", "Means SME", otherwise=False)] = None

    def subjects(self) -> tuple[str, ...]:
        return (party_subject(self.party[0].key),)

    def identity(self, subject: str, phase: str) -> Identity:
        return official(name_of(subject), self.list_name, self.edition or "")

    def size_evidence(self, phase: str) -> SizeEvidence | None:
        """A list that only small and medium enterprises can be on, while the party is on it."""
        if not (self.means_sme and phase == "listed"):
            return None
        return SizeEvidence(since=self.valid_from, until=self.valid_until, sme="yes", by=self.list_name)
