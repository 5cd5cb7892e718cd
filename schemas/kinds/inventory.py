"""Inventory 存量专利盘点: how many of its patents a university or an institute has taken stock of, and converted."""

from __future__ import annotations

from typing import Annotated

from schemas.errors import Reject
from schemas.kinds.columns import Count, Day, OneParty
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.subjects import name_of, party_subject
from schemas.words import Term


class Inventory(Occurrence, frozen=True):
    """One institution's report as of one day."""

    name, label = "inventory", Term("存量专利盘点", "Patent inventory")
    phases = {"reported": Term("已报送", "Reported")}
    giver, counts_on = "institution", "as_of"
    stated_on = ("as_of",)
    named_on = ("as_of",)

    institution: Annotated[OneParty, says("高校院所", "Institution")]
    as_of: Annotated[Day | None, says("截止日期", "As of")] = None
    valid_patents: Annotated[Count | None, says("有效专利件数", "Valid patents")] = None
    inventoried_patents: Annotated[Count | None, says("已盘点件数", "Inventoried patents")] = None
    converted_patents: Annotated[Count | None, says("已转化件数", "Converted patents")] = None

    def __post_init__(self) -> None:
        """已盘点 ≤ 有效. Raises ``inventory_above_stock``."""
        valid, inventoried = self.valid_patents, self.inventoried_patents
        if valid is not None and inventoried is not None and inventoried > valid:
            raise Reject("inventory_above_stock", f"已盘点 {inventoried} is above 有效 {valid}")

    def subjects(self) -> tuple[str, ...]:
        return (party_subject(self.institution[0].key),)

    def identity(self, subject: str, phase: str) -> Identity:
        return official(name_of(subject), self.as_of or "")
