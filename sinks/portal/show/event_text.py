"""Event text: an event's statement → who gave, who took, which patents, and every other field in words. Pure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from schemas.fields.money import Money
from schemas.fields.party import Party
from schemas.fields.price import Price
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import FieldRule, Occurrence, rules_of
from schemas.records.event import Event
from schemas.records.listing import organisation_id
from schemas.subjects import name_of, patent_subject
from schemas.words import Lang
from sinks.portal.secrecy import PUBLIC, withheld_fields
from sinks.portal.show import numbers, words

PATENT = patent_subject("")  # how a subject begins that is a patent
NAMES = ("title", "list_name")  # fields that name the event as a whole
ELSEWHERE = {"patents", "title"}  # shown elsewhere on the page
TYPES: Mapping[Reads, Any] = {Reads.MONEY: Money, Reads.PRICE: Price, Reads.PARTIES: tuple[Party, ...]}


@dataclass(frozen=True)
class Who:
    """A party as a page names it; ``link`` is empty for a natural person."""

    name: str
    party_type: str
    region: str | None
    sme: str
    link: str


@dataclass(frozen=True)
class EventText:
    """One event, ready for a template. ``facts``: official term and value, in the order of the kind's class.

    ``heading``: its title, or the patent that it is about: a contract or policy over several has an event for each.
    ``by_key``: the terms of the fields that pages show to nobody, whether a source says something there or not.
    """

    heading: str
    givers: tuple[Who, ...]
    takers: tuple[Who, ...]
    giver_term: str
    taker_term: str
    patents: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    by_key: tuple[str, ...]


def event_text(event: Event, lang: Lang) -> EventText:
    """What a page says of an event."""
    statement = event.statement
    kind: type[Occurrence] = type(statement)
    rules = rules_of(kind)
    facts = [
        (rule.label(lang), text)
        for name, rule in rules.items()
        if name not in kind.roles() and name not in ELSEWHERE
        if (text := in_words(rule, getattr(statement, name), lang))
    ]
    title = next((name for field in NAMES if (name := getattr(statement, field, None))), "")
    patents: tuple[str, ...] = getattr(statement, "patents", ())
    own = name_of(event.subject) if event.subject.startswith(PATENT) else next(iter(patents), "")
    return EventText(
        heading=title or own,
        givers=_who(statement.givers()),
        takers=_who(statement.takers()),
        giver_term=rules[kind.giver].label(lang) if kind.giver else "",
        taker_term=rules[kind.taker].label(lang) if kind.taker else "",
        patents=patents,
        facts=tuple(facts),
        by_key=tuple(rules[name].label(lang) for name in withheld_fields(kind.name, PUBLIC)),
    )


def disputed(kind: str, field: str, value: Any, lang: Lang) -> str:
    """One of the values of a disagreement, which are plain values, as people read it."""
    rule = words.rule(kind, field)
    if rule and rule.reads in TYPES:
        with contextlib.suppress(msgspec.ValidationError):  # the form of another release is shown as it is
            value = msgspec.convert(value, TYPES[rule.reads])
    return in_words(rule, value, lang)


def in_words(rule: FieldRule | None, value: Any, lang: Lang) -> str:
    """A field's value as people read it; empty when nothing is said."""
    match value:
        case None | False | "":
            return ""
        case True:
            return "是" if lang == "zh" else "yes"
        case Money():
            return numbers.money(value.fen, lang=lang)
        case Price():
            return price(value, lang)
        case Party():
            return value.name
        case tuple() | list():
            return ("、" if lang == "zh" else ", ").join(in_words(rule, each, lang) for each in value)
        case Mapping():
            return "; ".join(f"{name} {text}" for name, text in value.items())
    return _coded(rule, str(value), lang)


def _coded(rule: FieldRule | None, value: str, lang: Lang) -> str:
    """The word of a code; a text that is no code is its own word."""
    if rule is None:
        return value
    if rule.reads is Reads.AREA:
        return words.word("area", value, lang)
    if rule.reads is Reads.INDUSTRIES:
        return words.word("industry", value, lang)
    return rule.values[value](lang) if value in rule.values else value


def price(asked: Price, lang: Lang) -> str:
    """An intention in words: 面议, 免费, 100 万元 — 200 万元."""
    low, high = asked.low or asked.high, asked.high
    if low is None or asked.basis == "free":
        said = asked.text if asked.basis == "unknown" else ""
        return said or words.word("basis", asked.basis, lang)
    amount = numbers.money(low.fen, lang=lang)
    if high is not None and low != high:
        amount = f"{amount} — {numbers.money(high.fen, lang=lang)}"
    return amount if asked.basis in ("lump_sum", "unknown") else f"{words.word('basis', asked.basis, lang)} {amount}"


def _who(parties: Iterable[Party]) -> tuple[Who, ...]:
    return tuple(
        Who(party.name, party.party_type, party.region, party.sme or "unknown", _address(party)) for party in parties
    )


def _address(party: Party) -> str:
    if party.party_type == "individual" or not party.key:
        return ""
    return "/organisation/" + organisation_id(party.key).removeprefix("org:")
