"""Telling: an event's statement → who gave, who took, which patents, and every other field in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.fields.money import from_wire
from schemas.kinds import BY_NAME
from schemas.records.event import Event
from schemas.records.listing import organisation_id
from sinks.portal import numbers, words
from sinks.portal.words import Lang

APART = {"patents", "title", "name", "key"}  # told elsewhere on the page


@dataclass(frozen=True)
class Who:
    """A party as a page names it; ``link`` is empty for a natural person."""

    name: str
    party_type: str
    region: str | None
    sme: str
    link: str


@dataclass(frozen=True)
class Told:
    """One event, ready for a template. ``facts``: official term and value, in the order of the kind's model."""

    title: str
    givers: tuple[Who, ...]
    takers: tuple[Who, ...]
    giver_term: str
    taker_term: str
    patents: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def tell(event: Event, lang: Lang) -> Told:
    """What a page says of an event. A kind this release does not know is told by its plain fields."""
    model, statement = BY_NAME.get(event.kind), event.statement
    giver, taker = (model.giver or "", model.taker or "") if model else ("", "")
    order = list(model.model_fields) if model else sorted(statement)
    facts = [
        (words.title_of(event.kind, field, lang), said)
        for field in order
        if field not in (giver, taker) and field not in APART
        if (said := in_words(field, statement.get(field), lang))
    ]
    return Told(
        title=str(statement.get("title") or statement.get("list_name") or ""),
        givers=_who(statement.get(giver)),
        takers=_who(statement.get(taker)),
        giver_term=words.title_of(event.kind, giver, lang) if giver else "",
        taker_term=words.title_of(event.kind, taker, lang) if taker else "",
        patents=tuple(statement.get("patents") or ()),
        facts=tuple(facts),
    )


def in_words(field: str, value: Any, lang: Lang) -> str:
    """A field's value as people read it; empty when nothing is said. Also for the values of a disagreement."""
    if value is None or value == "" or value == [] or value == {} or value is False:
        return ""
    if value is True:
        return "是" if lang == "zh" else "yes"
    if isinstance(value, Mapping):
        return _mapping(value, lang)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ("、" if lang == "zh" else ", ").join(in_words(field, each, lang) for each in value)
    return words.value_word(field, str(value), lang)


def _mapping(value: Mapping[str, Any], lang: Lang) -> str:
    if set(value) == {"value", "unit"}:
        return numbers.money(from_wire(dict(value)), lang=lang)
    if "key" in value and "name" in value:
        return str(value["name"])
    if "basis" in value:
        return price(value, lang)
    return "; ".join(f"{name} {said}" for name, said in value.items())


def price(value: Mapping[str, Any], lang: Lang) -> str:
    """An intention in words: 面议, 免费, 100 万元 — 200 万元. Amounts may be 分 or the wire form."""
    low, high = (None if value.get(name) is None else from_wire(value[name]) for name in ("low", "high"))
    basis = str(value.get("basis") or "unknown")
    if (low is None and high is None) or basis == "free":
        said = str(value.get("text") or "") if basis == "unknown" else ""
        return said or words.word("basis", basis, lang)
    amount = numbers.money(low if low is not None else high, lang=lang)
    if low is not None and high is not None and low != high:
        amount = f"{numbers.money(low, lang=lang)} — {numbers.money(high, lang=lang)}"
    return amount if basis in ("lump_sum", "unknown") else f"{words.word('basis', basis, lang)} {amount}"


def _who(parties: Any) -> tuple[Who, ...]:
    return tuple(
        Who(
            name=party["name"],
            party_type=party.get("party_type", "unknown"),
            region=party.get("region"),
            sme=party.get("sme", "unknown"),
            link=""
            if party.get("party_type") == "individual" or not party.get("key")
            else "/organisation/" + organisation_id(party["key"]).removeprefix("org:"),
        )
        for party in parties or ()
    )
