"""Columns 列: how the value of one column becomes the value of one of our fields; a reader for each way of reading."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from schemas.errors import Reject
from schemas.fields.amount import read_amount
from schemas.fields.date import read_date
from schemas.fields.industry import read_industry
from schemas.fields.ipc import read_ipc
from schemas.fields.money import Money
from schemas.fields.party import Party, is_person_key, read_party, split_parties
from schemas.fields.patent_number import read_patent_number
from schemas.fields.place import region_of
from schemas.fields.price import Price, PriceBasis
from schemas.fields.size import STANDARD, read_staff, read_sum, sme_by_size
from schemas.kinds.columns import MOST_PATENTS, Reads
from schemas.source.model import Feed

NOTHING = frozenset({"", "-", "—", "/", "无", "null"})
PIECES = re.compile(r"[;；、,，\n]")
# Telephone numbers stand in free text on several platforms; they are personal data (docs/domain.md#personal-data).
PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|(?:0\d{2,3}[-— ]?)\d{7,8}|400-?\d{3}-?\d{4})(?!\d)")
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


class Cell(NamedTuple):
    """One value on its way to one of our fields; ``beside``: what other columns say of the party in it."""

    feed: Feed
    ours: str
    value: Any
    values: Mapping[str, Any]
    beside: Mapping[str, Any]
    unclaimed: set[str]

    def pieces(self) -> list[str]:
        """The value as a list, split where the definition says, else at the usual signs."""
        if isinstance(self.value, (list, tuple)):
            return [str(piece).strip() for piece in self.value if says(piece)]
        signs = self.feed.split.get(self.ours)
        split = (separators(signs) if signs else PIECES).split(str(self.value))
        return [piece for piece in map(str.strip, split) if says(piece)]


def says(value: Any) -> bool:
    """A value that is more than a sign for nothing."""
    return value is not None and not (isinstance(value, str) and value in NOTHING)


@lru_cache(maxsize=256)
def separators(signs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, signs)))


def our_word(feed: Feed, ours: str, value: Any) -> str:
    """Our word for theirs; a word of ours passes. Raises ``word_unknown``."""
    known = feed.values[ours]
    text = str(value)
    if text in known:
        return known[text]
    if text in known.values():
        return text
    raise Reject("word_unknown", f"{text!r:.80} is no known word for {ours}; accepted: {', '.join(known)}")


def patents(cell: Cell) -> tuple[str, ...]:
    """Canonical patent numbers. Too many are refused before each is read."""
    pieces = cell.pieces()
    if len(pieces) > MOST_PATENTS:
        raise Reject("field_too_long", f"{len(pieces)} patents in {cell.ours}; accepted: {MOST_PATENTS}")
    return tuple(dict.fromkeys(read_patent_number(piece).number for piece in pieces))


def parties(cell: Cell) -> tuple[Party, ...]:
    """The parties of a column; what stands beside it (address, code, size) belongs to the first of several."""
    names = split_parties(str(cell.value))
    return tuple(
        read_party(name) if place else with_size(cell, first_party(cell, name)) for place, name in enumerate(names)
    )


def first_party(cell: Cell, name: str) -> Party:
    """The party with its address, credit code, stated type and stated place."""
    if not cell.beside:
        return read_party(name)
    address, code, stated, place = (
        text_or_none(cell.beside.get(part)) for part in ("address", "credit_code", "type", "region")
    )
    party = read_party(name, address=address, credit_code=code, stated_type=stated)
    region = region_of(place, code=place if place.isdecimal() else None) if place and not address else None
    return msgspec.structs.replace(party, region=region) if region else party


def with_size(cell: Cell, party: Party) -> Party:
    """The party with its size, where staff, turnover or assets stand beside the name and the trade is known."""
    told, units = cell.beside, cell.feed.units
    if (trade := text_or_none(told.get("trade"))) is None or is_person_key(party.key):
        return party
    sme = sme_by_size(
        trade,
        staff=read_staff(told.get("staff")),
        turnover=read_sum(told.get("turnover"), units.get(f"{cell.ours}.turnover")),
        assets=read_sum(told.get("assets"), units.get(f"{cell.ours}.assets")),
    )
    if sme == "unknown":
        return party
    since = told.get("size_on") or cell.values.get("valid_from")
    day = read_date(since, column_is_date=True) if since else None
    return msgspec.structs.replace(party, sme=sme, sme_by=STANDARD, sme_on=day)


def text_or_none(value: Any) -> str | None:
    return str(value) if says(value) else None


def words(cell: Cell) -> tuple[str, ...]:
    """A list of words; one that ``values`` does not know is reported, the others stand."""
    known = cell.feed.values.get(cell.ours)
    if known is None:
        return tuple(dict.fromkeys(cell.pieces()))
    ours = {**{word: word for word in known.values()}, **known}
    pieces = cell.pieces()
    cell.unclaimed.update(f"{cell.ours}={piece}" for piece in pieces if piece not in ours)
    return tuple(dict.fromkeys(ours[piece] for piece in pieces if piece in ours))


def industries(cell: Cell) -> tuple[str, ...]:
    """4×4 ids of the words a platform uses; a word of its own making is reported."""
    found = []
    for piece in cell.pieces():
        try:
            found.append(read_industry(piece))
        except Reject:
            cell.unclaimed.add(f"{cell.ours}={piece}")
    return tuple(dict.fromkeys(found))


def ipcs(cell: Cell) -> tuple[str, ...]:
    return tuple(dict.fromkeys(read_ipc(piece) for piece in cell.pieces()))


def price(cell: Cell) -> Price:
    """An intention: what is no plain sum keeps its words."""
    amount = read_amount(cell.value, cell.feed.units.get(cell.ours), listing=True)
    low, high = (amount.fen, amount.fen) if amount.fen is not None else (amount.low, amount.high)
    return Price(
        basis=PRICE_BASIS.get(amount.basis, "unknown"),
        low=None if low is None else Money.of(low),
        high=None if high is None else Money.of(high),
        text="" if amount.basis == "none" else amount.text,
    )


def money(cell: Cell) -> Money | None:
    """A sum that was agreed: a range is damage, what is only roughly said is not said."""
    amount = read_amount(cell.value, cell.feed.units.get(cell.ours))
    if amount.basis == "range":
        raise Reject("money_range", f"{cell.value!r} in {cell.ours} is a range; only listing prices may be one")
    return None if amount.fen is None else Money.of(amount.fen)


def day(cell: Cell) -> str | None:
    return read_date(cell.value, column_is_date=True)


def area(cell: Cell) -> str | None:
    return region_of(str(cell.value))


def text(cell: Cell) -> Any:
    """Text without telephone numbers, or a word that ``values`` translates; flags pass."""
    if isinstance(cell.value, bool):
        return cell.value
    if cell.ours in cell.feed.values:
        return our_word(cell.feed, cell.ours, cell.value)
    return PHONE.sub("***", str(cell.value))


READERS: Final[Mapping[Reads, Callable[[Cell], Any]]] = MappingProxyType(
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
        Reads.TEXT: text,
    }
)
