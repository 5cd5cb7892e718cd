"""What all platforms share: labels, spellings, and the statements that several of them make in the same form."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

from ops.sandbox.rows import spelling, wording
from ops.sandbox.world.facts import Facts, Holder
from ops.sandbox.world.ledger import Fact

Row = dict[str, Any]
LICENCE_KINDS = {
    "exclusive": "独占许可",
    "sole": "排他许可",
    "ordinary": "普通许可",
    "cross": "交叉许可",
    "sublicence": "分许可",
}
CONTRACT_TYPES = {
    "development": "技术开发",
    "transfer": "技术转让",
    "licence": "技术许可",
    "consulting": "技术咨询",
    "service": "技术服务",
}
DEAL_FORMS = ("转让", "独占许可", "普通许可", "作价入股", "合作开发")
COOPERATION = ("转让", "许可", "合作开发", "委托开发")
INDUSTRY_NAMES = {
    "T1": "现代石化",
    "T2": "绿色矿业",
    "T3": "食品加工",
    "T4": "轻工纺织",
    "A1": "工程机械",
    "A2": "轨道交通",
    "A3": "现代农业",
    "A4": "文化旅游",
    "N1": "数字产业",
    "N2": "新能源",
    "N3": "大健康",
    "N4": "空天海洋",
    "F1": "人工智能",
    "F2": "生命工程",
    "F3": "量子科技",
    "F4": "前沿材料",
}


def party(holder: Holder, *, place: bool, code: bool = False) -> Fact:
    """A party as a row states it; ``place`` and ``code``: whether the row has its address and its credit code.

    Parties from outside Hunan have the name of their place at the head of their own.
    """
    fact: Fact = {"name": holder.name, "type": holder.type}
    if place or not holder.region.startswith("43"):
        fact["region"] = holder.region
    if code and holder.credit_code:
        fact["credit_code"] = holder.credit_code
    return fact


def iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


class Printing:
    """How platforms print names, numbers, amounts and days; chance decides the spelling only."""

    def __init__(self, facts: Facts, chance: random.Random) -> None:
        self.facts, self.chance = facts, chance

    def number(self, value: str) -> str:
        return spelling.number(value, self.chance)

    def names(self, holders: Sequence[Holder], joint: str = "；") -> str:
        return joint.join(spelling.name(holder.name, self.chance).strip() for holder in holders)

    def address(self, holder: Holder) -> str:
        return spelling.address(holder, self.facts, self.chance)

    def money(self, fen: int | None) -> str:
        return spelling.money(fen, self.chance) if fen is not None else self.chance.choice(("面议", "-1"))

    def day(self, value: date) -> str:
        return spelling.day(value, self.chance)

    def sides(self, givers: Sequence[Holder], takers: Sequence[Holder]) -> Fact:
        return {
            role: [party(holder, place=number == 0) for number, holder in enumerate(holders)]
            for role, holders in (("givers", givers), ("takers", takers))
        }

    def side(self, holders: Sequence[Holder]) -> wording.Side:
        return wording.Side(tuple(self.names([holder]) for holder in holders), self.address(holders[0]))


def demand_fact(wish: Row, phase: str, posted: date, *, area: bool) -> Fact:
    owner: Holder = wish["owner"]
    return {
        "kind": "demand",
        "phase": phase,
        "owner": party(owner, place=True),
        "title": wish["title"],
        "posted_on": iso(posted),
        "area": owner.region if area else None,
        "industries": [wish["industry"]],
    }


def activity_fact(facts: Facts, title: str, organiser: str, held: date, industry: str, city: str) -> Fact:
    """The office of a place organises it: its name says where it is."""
    region = next(code for code, name in facts.places.items() if name == city)
    return {
        "kind": "activity",
        "phase": "recorded",
        "title": title,
        "held_on": iso(held),
        "organiser": {"name": organiser, "type": "public_body", "region": region},
        "industries": [industry],
    }


def status_fact(holder: Holder, name: str, edition: str | None, since: date) -> Fact:
    return {
        "kind": "party-status",
        "phase": "listed",
        "party": party(holder, place=True, code=True),
        "means_sme": False,
        "list_name": name,
        "edition": edition,
        "valid_from": iso(since),
        "valid_until": None,
    }
