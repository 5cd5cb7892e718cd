"""The facts of the world: organisations, patents, banks and places of Hunan, read from ``facts.json``.

They come from the gazette of July 2019 and public lists and include no natural person. All that happens to them in the
sandbox is invented.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SURNAMES = "张李王刘陈杨黄周吴徐孙胡朱高林何郭马罗梁"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Holder:
    """A party that may hold, give or take a patent. ``region``: a division of GB/T 2260. Persons are placeholders."""

    name: str
    type: str
    region: str
    credit_code: str = ""

    @property
    def is_person(self) -> bool:
        return self.type == "individual"


@dataclass
class Patent:
    """One patent of the world; stories change its holders and notes."""

    number: str
    title: str
    ipc: str
    holders: list[Holder]
    granted_on: date
    listed_on: date | None = None  # when it was last offered on a platform
    notes: set[str] = field(default_factory=set)

    @property
    def right_type(self) -> str:
        return {"1": "invention", "8": "invention", "2": "utility_model", "9": "utility_model", "3": "design"}[
            self.number[4]
        ]


@dataclass(frozen=True)
class Facts:
    """What exists before the first day of the simulation. ``titles``: title, classification, index of the organisation."""

    places: dict[str, str]
    postcodes: dict[str, str]
    organisations: tuple[Holder, ...]
    banks: tuple[Holder, ...]
    patents: tuple[tuple[str, str, str, int], ...]
    titles: tuple[tuple[str, str, int], ...]


def load() -> Facts:
    """The facts of the repository."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "facts.json").read_text(encoding="utf-8"))
    holders = tuple(
        Holder(name, type_, region, credit_code("12" if type_ != "enterprise" else "91", number))
        for number, (name, type_, region) in enumerate(found["organisations"])
    )
    return Facts(
        dict(found["places"]),
        found["postcodes"],
        holders,
        tuple(Holder(name, "enterprise", "430100") for name in found["banks"]),
        tuple(map(tuple, found["patents"])),
        tuple(map(tuple, found["titles"])),
    )


def credit_code(prefix: str, number: int) -> str:
    """An invented 统一社会信用代码 with valid check characters (GB 32100, GB 11714)."""
    organisation = f"MAT{number:05d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 11 - sum(letters.index(c) * w for c, w in zip(organisation, weights, strict=True)) % 11
    body = f"{prefix}430000{organisation}" + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def number_check(body: str) -> str:
    """The check character of a twelve-digit application number."""
    rest = sum(int(d) * w for d, w in zip(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def invented_number(year: int, type_: str, serial: int) -> str:
    """A well-formed patent number with a valid check character; no office issues serials from 9000000 on."""
    body = f"{year}{type_}{serial:07d}"
    return f"{body}.{number_check(body)}"


def invented_person(chance: random.Random, region: str) -> Holder:
    """A placeholder for a natural person: a surname and 某某."""
    return Holder(f"{chance.choice(SURNAMES)}某某", "individual", region)


def patents(facts: Facts, size: int, chance: random.Random, first: date, last: date) -> list[Patent]:
    """``size`` patents: real numbers first, then invented numbers with real titles."""
    made: list[Patent] = []
    for number, title, ipc, holder in facts.patents[:size]:
        made.append(Patent(number, title, ipc, [facts.organisations[holder]], date(2019, 7, 12)))
    while len(made) < size:
        made.append(new_patent(facts, chance, len(made), first, last))
    for patent in made:
        if chance.random() < 0.04:
            patent.holders = [invented_person(chance, chance.choice(list(facts.places)))]
        elif chance.random() < 0.08:
            patent.holders.append(chance.choice([o for o in facts.organisations[:200] if o != patent.holders[0]]))
    return made


def new_patent(facts: Facts, chance: random.Random, serial: int, first: date, last: date) -> Patent:
    """One invented patent with a real title, held by the organisation of that title or by another."""
    title, ipc, holder = facts.titles[serial % len(facts.titles)]
    owner = facts.organisations[holder] if serial < len(facts.titles) * 2 else chance.choice(facts.organisations)
    if chance.random() < 0.35:
        owner = chance.choice([o for o in facts.organisations if o.type in ("university", "research_institute")])
    granted = first + timedelta(chance.randrange(max(1, (last - first).days)))
    type_ = "3" if ipc[:1].isdigit() else chance.choice("112")
    number = invented_number(granted.year - chance.choice((1, 2, 3)), type_, 9_000_000 + serial)
    return Patent(number, title, ipc, [owner], granted)


def renamed(holder: Holder) -> Holder:
    """The same firm after its conversion into a company limited by shares (股份有限公司), or into a group."""
    old, new = ("股份有限公司", "集团股份有限公司") if "股份有限公司" in holder.name else ("有限公司", "股份有限公司")
    return replace(holder, name=holder.name.replace("有限责任公司", "有限公司").replace(old, new, 1))
