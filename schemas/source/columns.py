"""Columns 列: how the value of one column becomes the value of one of our fields; a reader for each way of reading.

A reader is a pure function of a ``Column``, which holds what the definition says of the field, and of the value. So what
a list writes again and again (a day, a class, a word, a price) is read once (``read_short``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from schemas.errors import Reject
from schemas.fields.amount import read_amount
from schemas.fields.count import read_count
from schemas.fields.date import read_date
from schemas.fields.industry import read_industry
from schemas.fields.ipc import read_pieces
from schemas.fields.money import Money
from schemas.fields.party import Party, is_person_key, read_party, split_parties
from schemas.fields.patent_number import read_patent_number
from schemas.fields.personal import without_personal
from schemas.fields.place import region_of
from schemas.fields.price import Price, PriceBasis
from schemas.fields.size import STANDARD, read_staff, read_sum, sme_by_size
from schemas.kinds.columns import MOST_PATENTS, Reads
from schemas.kinds.occurrence import FieldRule
from schemas.source.model import Feed

NOTHING = frozenset({"", "-", "—", "/", "无", "null"})
PIECES = re.compile(r"[;；、,，\n]")
PRICE_BASIS: Final[Mapping[str, PriceBasis]] = MappingProxyType(
    {
        "exact": "lump_sum",
        "range": "lump_sum",
        "negotiable": "negotiable",
        "free": "free",
        "rate": "royalty",
        "mixed": "entry_fee_and_royalty",
        "per_year": "per_year",
    }
)


# Lists repeat these; a text, a number or a sum is seldom the same twice, and a party is remembered by its own reader.
KEPT = frozenset({Reads.DAY, Reads.PRICE, Reads.AREA, Reads.IPC, Reads.INDUSTRIES, Reads.WORDS})
LONGEST_KEPT = 100  # signs; a longer value seldom comes twice


class Read(NamedTuple):
    """Our value, None where theirs says nothing; and the words in it that the definition does not know."""

    value: Any
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)  # two columns are never equal: ``read_short`` tells them apart by identity
class Column:
    """One of our fields in one feed, with all that the definition says of its values."""

    ours: str
    reader: Callable[[Column, Any], Read]
    is_kept: bool  # what is read of a value is worth remembering
    separators: re.Pattern[str]
    words: Mapping[str, str] | None  # theirs → ours; None: any word passes
    units: Mapping[str, str]

    @classmethod
    def of(cls, feed: Feed, rule: FieldRule) -> Column:
        signs = feed.split.get(rule.name)
        return cls(
            rule.name,
            READERS[rule.reads],
            rule.reads in KEPT,
            re.compile("|".join(map(re.escape, signs))) if signs else PIECES,
            feed.values.get(rule.name),
            feed.units,
        )

    def read(self, value: Any) -> Read:
        """Our value of theirs, where nothing stands beside it. Raises ``Reject``."""
        if self.is_kept and type(value) is str and len(value) <= LONGEST_KEPT:
            return read_short(self, value)
        return self.reader(self, value)

    def pieces(self, value: Any) -> list[str]:
        """A value as a list, split where the definition says, else at the usual signs."""
        if isinstance(value, (list, tuple)):
            return [str(piece).strip() for piece in value if says(piece)]
        return [piece for piece in map(str.strip, self.separators.split(str(value))) if says(piece)]


@lru_cache(maxsize=32_768)
def read_short(column: Column, text: str) -> Read:
    """A text of ordinary length, read once for all records that hold it."""
    return column.reader(column, text)


def says(value: Any) -> bool:
    """A value that is more than a sign for nothing."""
    return value is not None and not (isinstance(value, str) and value in NOTHING)


def our_word(ours: str, known: Mapping[str, str], value: Any) -> str:
    """Our word for theirs; a word of ours passes. Raises ``word_unknown``."""
    text = str(value)
    if text in known:
        return known[text]
    if text in known.values():
        return text
    raise Reject("word_unknown", f"{text!r:.80} is no known word for {ours}; accepted: {', '.join(known)}")


def patents(column: Column, value: Any) -> Read:
    """Canonical patent numbers. Too many are refused before each is read."""
    pieces = column.pieces(value)
    if len(pieces) > MOST_PATENTS:
        raise Reject("field_too_long", f"{len(pieces)} patents in {column.ours}; accepted: {MOST_PATENTS}")
    return Read(tuple(dict.fromkeys(read_patent_number(piece).number for piece in pieces)))


def parties(column: Column, value: Any) -> Read:
    return Read(tuple(read_party(name) for name in split_parties(str(value))))


def parties_beside(column: Column, value: Any, beside: Mapping[str, Any], valid_from: Any = None) -> tuple[Party, ...]:
    """The parties of a column; what stands beside it (address, code, size) belongs to the first of several.

    ``valid_from``: since when a list that gives sizes without a day is in force.
    """
    names = split_parties(str(value))
    if not names:
        return ()
    told = {part: str(value) for part, value in beside.items() if says(value)}
    party = first_party(names[0], told)
    if "trade" in told:
        party = with_size(column, party, beside, valid_from)
    return (party, *map(read_party, names[1:]))


def first_party(name: str, told: Mapping[str, str]) -> Party:
    """The party with its address, credit code, stated type and stated place."""
    address, place = told.get("address"), told.get("region")
    party = read_party(name, address=address, credit_code=told.get("credit_code"), stated_type=told.get("type"))
    region = region_of(place, code=place if place.isdecimal() else None) if place and not address else None
    return msgspec.structs.replace(party, region=region) if region else party


def with_size(column: Column, party: Party, beside: Mapping[str, Any], valid_from: Any) -> Party:
    """The party with its size, where staff, turnover or assets stand beside the name and the trade."""
    if is_person_key(party.key):
        return party
    sme = sme_by_size(
        str(beside["trade"]),
        staff=read_staff(beside.get("staff")),
        turnover=read_sum(beside.get("turnover"), column.units.get(f"{column.ours}.turnover")),
        assets=read_sum(beside.get("assets"), column.units.get(f"{column.ours}.assets")),
    )
    if sme == "unknown":
        return party
    since = beside.get("size_on") or valid_from
    day = read_date(since, column_is_date=True) if since else None
    return msgspec.structs.replace(party, sme=sme, sme_by=STANDARD, sme_on=day)


def words(column: Column, value: Any) -> Read:
    """A list of words; one that ``values`` does not know is reported, the others stand."""
    pieces, known = column.pieces(value), column.words
    if known is None:
        return Read(tuple(dict.fromkeys(pieces)))
    ours = {**{word: word for word in known.values()}, **known}
    return Read(
        tuple(dict.fromkeys(ours[piece] for piece in pieces if piece in ours)),
        tuple(piece for piece in pieces if piece not in ours),
    )


def industries(column: Column, value: Any) -> Read:
    """4×4 ids of the words a platform uses; a word of its own making is reported."""
    found, unknown = [], []
    for piece in column.pieces(value):
        try:
            found.append(read_industry(piece))
        except Reject:
            unknown.append(piece)
    return Read(tuple(dict.fromkeys(found)), tuple(unknown))


def ipcs(column: Column, value: Any) -> Read:
    """Classes; a piece that is none is reported, the others stand."""
    return Read(*read_pieces(column.pieces(value)))


def price(column: Column, value: Any) -> Read:
    """An intention: what is no plain sum keeps its words."""
    amount = read_amount(value, column.units.get(column.ours), listing=True)
    low, high = (amount.fen, amount.fen) if amount.fen is not None else (amount.low, amount.high)
    return Read(
        Price(
            basis=PRICE_BASIS.get(amount.basis, "unknown"),
            low=None if low is None else Money.of(low),
            high=None if high is None else Money.of(high),
            text="" if amount.basis == "none" else amount.text,
        )
    )


def money(column: Column, value: Any) -> Read:
    """A sum that was agreed: a range or less than nothing is damage, what is only roughly said is not said."""
    amount = read_amount(value, column.units.get(column.ours))
    if amount.basis == "range":
        raise Reject("money_range", f"{value!r} in {column.ours} is a range; only listing prices may be one")
    if amount.fen is not None and amount.fen < 0:
        raise Reject("money_unreadable", f"{value!r} in {column.ours} is below nothing: no sum is agreed that is")
    return Read(None if amount.fen is None else Money.of(amount.fen))


def day(column: Column, value: Any) -> Read:
    return Read(read_date(value, column_is_date=True))


def area(column: Column, value: Any) -> Read:
    """A division by name or by its six digits, which are no postcode here."""
    place = str(value)
    return Read(region_of(place, code=place if place.isdecimal() else None))


def count(column: Column, value: Any) -> Read:
    return Read(read_count(value))


def text(column: Column, value: Any) -> Read:
    """Text without numbers and addresses of persons, or a word that ``values`` translates; flags pass."""
    if isinstance(value, bool):
        return Read(value)
    if column.words is not None:
        return Read(our_word(column.ours, column.words, value))
    return Read(without_personal(str(value)))


READERS: Final[Mapping[Reads, Callable[[Column, Any], Read]]] = MappingProxyType(
    {
        Reads.PATENTS: patents,
        Reads.PARTIES: parties,
        Reads.DAY: day,
        Reads.MONEY: money,
        Reads.PRICE: price,
        Reads.AREA: area,
        Reads.IPC: ipcs,
        Reads.INDUSTRIES: industries,
        Reads.WORDS: words,
        Reads.COUNT: count,
        Reads.TEXT: text,
    }
)
