"""Clauses: the platforms by the clause of the province's plan (湘政办发〔2024〕15号) that asks for them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from schemas.records.source_status import SourceStatus
from schemas.words import Lang

DIGITS = str.maketrans("12345", "一二三四五")
WORSE = {state: rank for rank, state in enumerate(("ok", "waiting", "paused"))}  # every other state is worse
CLAUSE = re.compile(r"^(\d)(?:\((\d)\)(\d?))?$")


class Delivery(NamedTuple):
    """One platform under one clause: what it delivers, and the state of the feed that fares worst.

    ``read_at``: when the feed that was read longest ago was last read completely; None: one never was.
    """

    source: str
    name: str
    kinds: tuple[str, ...]
    state: str
    read_at: str | None
    synthetic: bool


def by_clause(feeds: Iterable[SourceStatus]) -> list[tuple[str, list[Delivery]]]:
    """Each clause with its platforms, in the plan's order; last, under "", those that the plan does not name."""
    of_source: dict[str, list[SourceStatus]] = defaultdict(list)
    for feed in feeds:
        of_source[feed.source].append(feed)
    found: dict[str, list[Delivery]] = defaultdict(list)
    for each in of_source.values():
        for clause in dict.fromkeys(clause for feed in each for clause in feed.plan) or ("",):
            found[clause].append(delivery(each))
    return sorted(found.items(), key=lambda one: (not one[0], one[0]))


def delivery(feeds: list[SourceStatus]) -> Delivery:
    """The feeds of one platform as one line."""
    first, worst = feeds[0], max(feeds, key=lambda feed: WORSE.get(feed.state, len(WORSE)))
    read = [feed.last_complete_at for feed in feeds]
    return Delivery(
        source=first.source,
        name=first.name,
        kinds=tuple(dict.fromkeys(feed.kind for feed in feeds if feed.kind)),
        state=worst.state,
        read_at=None if None in read else min(at for at in read if at),
        synthetic=any(feed.synthetic for feed in feeds),
    )


def clause_word(clause: str, lang: Lang) -> str:
    """2(4)1 → 第二部分（四）1, part 2 (4) 1. Raises ValueError: not a clause."""
    match = CLAUSE.match(clause)
    if match is None:
        raise ValueError(f"{clause!r} is no clause of the plan")
    part, section, item = match[1], match[2] or "", match[3] or ""
    if lang == "en":
        return " ".join(("part", part, *((f"({section})",) if section else ()), *((item,) if item else ())))
    return f"第{part.translate(DIGITS)}部分" + (f"（{section.translate(DIGITS)}）{item}" if section else "")
