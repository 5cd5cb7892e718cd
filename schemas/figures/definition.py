"""Definition: what the entry of a figure must say. One that does not is refused before anything is counted by it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import get_args

from schemas.errors import Misconfigured
from schemas.figures.dimensions import AREA
from schemas.figures.distinct import numbered
from schemas.figures.indicator import Counting, Indicator, RevisionClass
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import Occurrence, Secrecy, rules_of
from schemas.nearest import unknown
from schemas.records.listing import ListingState
from schemas.words import Term

ID = re.compile(r"[a-z][a-z0-9_]{2,60}")


def by_id(indicators: Iterable[Indicator]) -> dict[str, Indicator]:
    """The figures by their ids. Raises Misconfigured T3017, with all that is wrong in the first bad one."""
    found: dict[str, Indicator] = {}
    for indicator in indicators:
        wrong = list(complaints(indicator))
        if indicator.id in found:
            wrong.append(f"id: {indicator.id!r} is the id of an entry before it; write another one")
        if wrong:
            raise Misconfigured(
                "; ".join(f"figure {indicator.id}: {each}" for each in wrong) + f" · 指标 {indicator.id} 的定义有误",
                code="T3017",
                next_step="correct its entry in schemas/figures/",
            )
        found[indicator.id] = indicator
    return found


def complaints(indicator: Indicator) -> Iterator[str]:
    """All that is wrong with one entry: the attribute, and what is accepted."""
    for rule in (its_words, its_reads, its_fields, its_dimensions):
        yield from rule(indicator)


def its_words(indicator: Indicator) -> Iterator[str]:
    """An id that addresses can hold, label and definition in both languages, words that stand in lists."""
    if not ID.fullmatch(indicator.id):
        yield f"id: {indicator.id!r} is no id; write small letters, digits and underscores, as insured_patents"
    for attribute in ("label", "definition"):
        if not isinstance(getattr(indicator, attribute), Term):
            yield f'{attribute}: write Term("中文", "English")'
    for attribute, known in (("secrecy", get_args(Secrecy)), ("revision_class", get_args(RevisionClass))):
        if (word := getattr(indicator, attribute)) not in known:
            yield f"{attribute}: {unknown(word, known, attribute)}"


def its_reads(indicator: Indicator) -> Iterator[str]:
    """A phase that its kind does not have would count nothing for ever."""
    if not indicator.reads:
        yield 'reads: is empty; write (Reads(Transfer, ("recorded",)),)'
    for kind, phases in indicator.reads:
        known = phases_of(kind)
        if isinstance(phases, str):
            yield f'reads: {phases!r} is one text; write Reads({kind.__name__}, ("{phases}",))'
            continue
        what = f"state of {kind.name}" if kind.is_listing else f"phase of {kind.name}"
        yield from (f"reads: {unknown(phase, known, what)}" for phase in phases if phase not in known)
        if not phases:
            yield f"reads: names no {what}; accepted: {', '.join(known)}"
        if kind.is_listing and indicator.counting is not Counting.STOCK:
            yield f"counting: {kind.name} is on offer now, or not; write Counting.STOCK"


def its_fields(indicator: Indicator) -> Iterator[str]:
    """``day``, ``amount`` and the number of a distinct key name fields of every kind that is read, of a fitting type."""
    if indicator.until is not None and (
        indicator.counting is not Counting.STOCK or not (indicator.day and indicator.over)
    ):
        yield "until: only a stock has an end; it also names the field of its first day (day) and the phases after its end (over)"
    if indicator.unit.is_money is (indicator.amount is None):
        yield "unit: a figure of money names the field of its amount, and no other figure does"
    for kind, _ in indicator.reads:
        rules = rules_of(kind)
        number = indicator.distinct.field if isinstance(indicator.distinct, numbered) else None
        for attribute, name, known in (
            ("day", indicator.day, [each for each, rule in rules.items() if rule.reads is Reads.DAY]),
            ("until", indicator.until, [each for each, rule in rules.items() if rule.reads is Reads.DAY]),
            ("amount", indicator.amount, [each for each, rule in rules.items() if rule.reads is Reads.MONEY]),
            ("distinct", number, list(rules)),
        ):
            if name is not None and name not in known:
                yield f"{attribute}: {unknown(name, known, f'field of {kind.name} that fits')}"


def its_dimensions(indicator: Indicator) -> Iterator[str]:
    """The area is of every figure; each further dimension stands once."""
    ids = [dimension.id for dimension in indicator.dimensions]
    if indicator.area.id != AREA.id:
        yield f"area: {indicator.area.id!r} is a further dimension; write AREA or TAKER_AREA"
    if AREA.id in ids:
        yield "dimensions: every figure has the area without naming it"
    if len(set(ids)) < len(ids):
        yield f"dimensions: one of {', '.join(ids)} stands twice"


def phases_of(kind: type[Occurrence]) -> tuple[str, ...]:
    """By what a figure can read a kind: the phases of its events, or the states of a listing."""
    return get_args(ListingState) if kind.is_listing else tuple(kind.phases)
