"""Meanings 理解: in which ways one word of a query can be meant: as text, as a synonym, as a code, as a value of a facet. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from schemas import codes
from schemas.fields.divisions import divisions
from schemas.fields.industry import INDUSTRIES
from schemas.figures.values import PARTY_TYPES, PREFECTURES, RIGHT_TYPES
from schemas.kinds import KINDS
from schemas.kinds.offering import DEAL_FORMS, OFFER_PHASES
from sinks.portal.search.text import index_tokens, plain, word_token

Value = tuple[str, str]  # a facet and one of its values
Organisations = Callable[[str], tuple[str, ...]]  # what somebody types → ids of the organisations it may mean
SYMBOL = re.compile(r"[a-h]\d\d(?:[a-z](?:\d{1,4}(?:/\d{2,6})?)?)?")  # of the IPC, at any depth
DEPTHS = re.compile(r"(([A-H]\d\d)[A-Z])(\d{1,4})?(/\d{2,6})?")
SHORTEST = 2  # characters of a name that is looked for inside an unsegmented phrase
ENDS = ("自治州", "自治县", "市", "县", "区")
FREE, NEGOTIABLE = ("免费", "free", "无偿"), ("面议", "negotiable")
MORE_NAMES: Mapping[str, tuple[Value, ...]] = {
    "发明专利": (("right_type", "invention"),),
    "外观": (("right_type", "design"),),
    "外观专利": (("right_type", "design"),),
    "大学": (("owner_type", "university"),),
    "独占": (("deal_form", "exclusive"),),
    "排他": (("deal_form", "sole"),),
    "普通": (("deal_form", "ordinary"),),
    "入股": (("deal_form", "equity"),),
    "作价入股": (("deal_form", "equity"),),
    "湘西": (("area", "433100"),),
    "湘西州": (("area", "433100"),),
    "质押": (("encumbrance", "pledge"),),
}


class Way(NamedTuple):
    """All of these tokens, and of every facet this value."""

    tokens: frozenset[int] = frozenset()
    values: tuple[Value, ...] = ()
    is_exact: bool = False  # a code or a value, not words of a text


class Meaning(NamedTuple):
    """One word of a query. ``ways``: any of them will do. ``split``: ways that are tried when none of those finds anything.

    ``texts``: what stands in a text that one of the ways finds, to be marked. ``values``: what else it may mean, to be said.
    """

    text: str
    ways: tuple[Way, ...]
    split: tuple[Way, ...]
    texts: tuple[str, ...]
    values: tuple[Value, ...]


def meaning(term: str, organisations: Organisations = lambda term: ()) -> Meaning:
    """The ways in which a word can be meant."""
    shown = plain(term)
    texts = (shown, *_synonyms(shown))
    values = named().get(shown, ())
    owners = organisations(shown)
    ways = [
        *(Way(frozenset(index_tokens(text))) for text in texts),
        *(Way(values=(value,), is_exact=True) for value in values),
        *(Way(frozenset({word_token(id)}), is_exact=True) for id in owners),
        *(Way(frozenset({word_token(symbol_code(shown))}), is_exact=True) for _ in [1] if SYMBOL.fullmatch(shown)),
    ]
    return Meaning(
        term,
        tuple(way for way in ways if way.tokens or way.values),
        tuple(_split(shown, organisations)),
        texts,
        values,
    )


def symbol_codes(ipc: tuple[str, ...]) -> Iterator[str]:
    """The tokens of all that IPC symbols lie in: class, subclass, main group, group. (Designs have Locarno classes.)"""
    for symbol in ipc:
        if found := DEPTHS.match(symbol):
            subclass, group = found[1], found[3]
            yield from (symbol_code(found[2]), symbol_code(subclass))
            if group:
                yield symbol_code(subclass + group)
                if found[4]:
                    yield symbol_code(subclass + group + found[4])


def symbol_code(symbol: str) -> str:
    """A word that no text has."""
    return f"ipc:{symbol.lower()}"


@cache
def named() -> Mapping[str, tuple[Value, ...]]:
    """Names of values of facets, as people type them, in both languages."""
    found: dict[str, tuple[Value, ...]] = {}
    for facet, terms in (
        ("deal_form", DEAL_FORMS),
        ("right_type", RIGHT_TYPES),
        ("area", PREFECTURES),
        ("industry", INDUSTRIES),
        ("state", OFFER_PHASES),
        ("kind", {kind.name: kind.label for kind in KINDS if kind.is_listing}),
        (
            "owner_type",
            {name: term for name, term in PARTY_TYPES.items() if name in ("university", "research_institute")},
        ),
    ):
        for code, term in terms.items():
            if code != "unknown":
                _name(found, (facet, code), term.zh, term.en)
    for code, name in divisions().items():
        if code.startswith("43") and not code.endswith("0000"):
            facet = "area" if code.endswith("00") else "county"
            short = next((name.removesuffix(end) for end in ENDS if name.endswith(end)), name)
            is_clear = len(short) >= SHORTEST and not found.get(short)  # 长沙 is the city, not the county
            _name(found, (facet, code), name, *([short] if is_clear else []))
    _name(found, ("price", "free"), *FREE)
    _name(found, ("price", "negotiable"), *NEGOTIABLE)
    _name(found, ("open_licence", "yes"), "开放许可", "open licence")
    _name(found, ("encumbrance", "exclusive_licence"), "独占许可")
    for name, values in MORE_NAMES.items():
        for value in values:
            _name(found, value, name)
    return found


def _name(found: dict[str, tuple[Value, ...]], value: Value, *names: str) -> None:
    for name in map(plain, names):
        found[name] = tuple(dict.fromkeys([*found.get(name, ()), value]))


@cache
def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Word → the others that mean the same (schemas/codes/synonyms.csv)."""
    groups = [[plain(word) for word in row["words"].split("|")] for row in codes.rows("synonyms")]
    return {word: tuple(other for other in group if other != word) for group in groups for word in group}


def _synonyms(shown: str) -> Iterator[str]:
    """The text with its longest known word exchanged for each of its synonyms."""
    if shown in synonyms():
        yield from synonyms()[shown]
        return
    known = max((word for word in synonyms() if len(word) >= SHORTEST and word in shown), key=len, default=None)
    if known:
        yield from (shown.replace(known, other) for other in synonyms()[known])


def _split(shown: str, organisations: Organisations) -> Iterator[Way]:
    """An unsegmented phrase as its known names and what is between them: 岳麓区发明传感器 → two values and one word."""
    between, values, owners, place = [""], [], [], 0
    while place < len(shown):
        name = next((shown[place:end] for end in range(len(shown), place + 1, -1) if shown[place:end] in named()), None)
        if name is None:
            name = next((word for word in _short(shown, place) if organisations(word)), None)
            if name is None:
                between[-1] += shown[place]
                place += 1
                continue
            owners.append(organisations(name))
        else:
            values.append(named()[name])
        between.append("")
        place += len(name)
    tokens = frozenset(token for part in between for token in index_tokens(part))
    if len(between) == 1 or (not tokens and len(values) + len(owners) < 2):
        return
    for value in values[0] if values else (None,):
        further = tuple(each[0] for each in values[1:])
        for owner in owners[0] if owners else ("",):
            own = frozenset({word_token(owner)}) if owner else frozenset()
            yield Way(tokens | own, ((value,) if value else ()) + further)


def _short(shown: str, place: int) -> Iterator[str]:
    """What may be the short name of an organisation here."""
    for length in (4, 3, 2):
        if place + length < len(shown) or (place and place + length == len(shown)):
            yield shown[place : place + length]
