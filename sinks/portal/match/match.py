"""Match 匹配: one need and one offer that fit, with the reasons of which its score is the sum."""

from __future__ import annotations

from typing import Literal

from schemas.frozen import Frozen

Aspect = Literal["words", "ipc", "industry", "nearness", "deal_form", "price", "encumbrance", "further"]
Level = Literal[
    "",
    "group",
    "main_group",
    "subclass",
    "same_county",
    "same_prefecture",
    "same_province",
    "free",
    "within",
    "over",
    "not_wanted",
]


class Reason(Frozen):
    """One thing in which the two agree (``points`` > 0), or do not (0).

    ``values``: what both say: words, classes, industries, deal forms, the division; of what speaks against: what the offer says.
    Of ``further``, which firms alone have: how many further ones lean to the offer.
    ``level``: how deep classes agree, how near the places are, how price and budget compare.
    """

    aspect: Aspect
    points: int = 0
    level: Level = ""
    values: tuple[str, ...] = ()


class Match(Frozen):
    """A need and an offer. ``score``: 0…100, the sum of the reasons' points; ``against``: what does not fit, never hidden."""

    demand_id: str
    supply_id: str
    demand_title: str
    supply_title: str
    demand_revision: int
    supply_revision: int
    score: int
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...] = ()
    synthetic: bool = False  # one of the two comes from a stand-in platform
