"""Columns: the types that fields of the kinds have, each with how a platform's column becomes one, and its bounds.

Bounds keep every record below what a broker, an index and a page can hold; the longest real values known stay far
below them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated

from msgspec import Meta

from schemas.fields.date import RecordedDate
from schemas.fields.money import Money
from schemas.fields.party import Party
from schemas.fields.patent_number import PatentNumber
from schemas.fields.price import Price

MOST_PATENTS = 500  # of one deal; each becomes a sighting that carries the whole list
MOST_PARTIES = 60
MOST_WORDS = 100


class Reads(Enum):
    """How ``schemas.source.reading`` makes a field's value from a column."""

    PATENTS = auto()
    PARTIES = auto()
    DAY = auto()
    MONEY = auto()
    PRICE = auto()
    AREA = auto()
    IPC = auto()
    INDUSTRIES = auto()
    WORDS = auto()  # a list of words
    COUNT = auto()
    TEXT = auto()  # a text, a flag, or a word that ``values`` of source.yml translates


class Merge(Enum):
    """Which value an event has of those that the sightings behind it give (docs/domain.md#survivorship)."""

    BEST = auto()  # the most trusted one
    UNION = auto()  # all of them, each once
    PARTIES = auto()  # the most trusted list, each party completed by what the others know of the same name


@dataclass(frozen=True)
class Column:
    """What a type says of itself: how it is read and how its values merge unless the field says otherwise."""

    reads: Reads
    merge: Merge = Merge.BEST


Patents = Annotated[tuple[PatentNumber, ...], Meta(max_length=MOST_PATENTS), Column(Reads.PATENTS, Merge.UNION)]
Parties = Annotated[tuple[Party, ...], Meta(max_length=MOST_PARTIES), Column(Reads.PARTIES, Merge.PARTIES)]
OneParty = Annotated[tuple[Party, ...], Meta(min_length=1, max_length=1), Column(Reads.PARTIES, Merge.PARTIES)]
Day = Annotated[RecordedDate, Column(Reads.DAY)]
Amount = Annotated[Money, Column(Reads.MONEY)]
AskingPrice = Annotated[Price, Column(Reads.PRICE)]
Area = Annotated[str, Meta(max_length=6), Column(Reads.AREA)]  # division code, GB/T 2260
Ipcs = Annotated[tuple[str, ...], Meta(max_length=MOST_WORDS), Column(Reads.IPC)]
Industries = Annotated[tuple[str, ...], Meta(max_length=MOST_WORDS), Column(Reads.INDUSTRIES, Merge.UNION)]
Words = Annotated[tuple[Annotated[str, Meta(max_length=400)], ...], Meta(max_length=MOST_WORDS), Column(Reads.WORDS)]
Number = Annotated[str, Meta(min_length=1, max_length=100), Column(Reads.TEXT)]  # of a register: opaque
Title = Annotated[str, Meta(min_length=1, max_length=1_000), Column(Reads.TEXT)]
Text = Annotated[str, Meta(max_length=10_000), Column(Reads.TEXT)]
Flag = Annotated[bool, Column(Reads.TEXT)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000), Column(Reads.COUNT)]
