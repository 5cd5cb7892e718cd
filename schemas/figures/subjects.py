"""Subject groups 统计主题: under which heading of the tables a figure stands, in the order of display."""

from __future__ import annotations

from typing import NamedTuple

from schemas.words import Term


class SubjectGroup(NamedTuple):
    """One heading; ``id`` is its stable code."""

    id: str
    label: Term


TRANSFER = SubjectGroup("transfer", Term("转让", "Transfers"))
LICENCE = SubjectGroup("licence", Term("许可", "Licences"))
BOTH = SubjectGroup("both", Term("转让许可", "Both"))
PLEDGE = SubjectGroup("pledge", Term("质押", "Pledges"))
CONTRACT = SubjectGroup("contract", Term("技术合同", "Contracts"))
CONVERSION = SubjectGroup("conversion", Term("产品与作价投资", "Products, equity"))
OTHER = SubjectGroup("other", Term("授权与供需", "Grants, listings"))

SUBJECTS = (TRANSFER, LICENCE, BOTH, PLEDGE, CONTRACT, CONVERSION, OTHER)
