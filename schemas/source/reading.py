"""Reading 解读: the meaning half of a source's definition, applied to one raw record.

Left of ``fields`` stands a field of the kind, ``phase``, or a part of a party (``owner.address``, ``.credit_code``,
``.type``, ``.region``, and of its size ``.trade``, ``.staff``, ``.turnover``, ``.assets``, ``.size_on``); right of it
a column, several (the first that says something), or a JSON Pointer. A column that is neither claimed, dropped nor
ignored is reported as unclaimed; a word that ``values`` does not know is refused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError

from schemas.errors import Reject
from schemas.fields.amount import Amount, read_amount
from schemas.fields.date import read_date
from schemas.fields.industry import read_industry
from schemas.fields.ipc import read_ipc
from schemas.fields.party import Party, is_person_key, read_party, split_parties
from schemas.fields.patent_number import read_patent_number
from schemas.fields.place import region_of
from schemas.fields.size import STANDARD, read_staff, read_sum, sme_by_size
from schemas.gazette.statements import announced
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import Occurrence
from schemas.records.listing import Price
from schemas.records.raw import RawRecord
from schemas.source.model import Feed, Source

Statement = tuple[str, str, Occurrence]  # kind, phase, what is said
Values = dict[str, Any]  # our field → their value, patched
Beside = Mapping[str, Values]  # our field with a party → what other columns say of it
NO_COLUMNS: Mapping[str, Any] = MappingProxyType({})
NOTHING = frozenset({"", "-", "—", "/", "无", "null"})
PIECES = re.compile(r"[;；、,，\n]")
# Numbers of telephones stand in free text on several platforms; they are personal data and stop here (domain.md §17).
PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|(?:0\d{2,3}[-— ]?)\d{7,8}|400-?\d{3}-?\d{4})(?!\d)")
PRICE_BASIS = MappingProxyType(
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


@dataclass(frozen=True)
class Reading:
    """What one raw record says, and which of its columns nobody claimed."""

    statements: tuple[Statement, ...]
    unclaimed: tuple[str, ...] = ()


def read(source: Source, feed_id: str, raw: RawRecord) -> Reading:
    """The statements of one record of one feed. Raises ``Reject`` when the record cannot be understood."""
    feed = source.feeds.get(feed_id)
    if feed is None:
        raise Reject("feed_unknown", f"{source.id} has no feed {feed_id!r}; known: {', '.join(source.feeds)}")
    return Reader(feed).read(raw.content)


class Reader:
    """One feed's definition, made ready once for many records."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.columns = tuple(
            (*placed(ours), (names,) if isinstance(names, str) else names, feed.patches.get(ours, {}))
            for ours, names in feed.fields.items()
        )
        self.constant = tuple((*placed(ours), value) for ours, value in feed.constant.items())
        key = (feed.key,) if isinstance(feed.key, str) else feed.key
        theirs = (name for _, _, names, _ in self.columns for name in names)
        self.claimed = frozenset(map(top, (*theirs, *key, *feed.text, *feed.drop, *feed.ignore, *feed.volatile)))

    def read(self, content: Mapping[str, Any]) -> Reading:
        """The statements of one record's content. Raises ``Reject``."""
        unclaimed = content.keys() - self.claimed
        values, beside = self.parted(content)
        if self.feed.text:
            texts = (str(content.get(column) or "") for column in self.feed.text)
            statements = tuple(statement for text in texts for statement in announced(text, values))
        else:
            statements = (read_statement(self.feed, values, beside, unclaimed),)
        return Reading(statements, tuple(sorted(unclaimed)))

    def values(self, content: Mapping[str, Any]) -> Values:
        """Every field of the definition that says something, ``owner.address`` under this name."""
        values, beside = self.parted(content)
        return values | {f"{field}.{part}": value for field, said in beside.items() for part, value in said.items()}

    def parted(self, content: Mapping[str, Any]) -> tuple[Values, Beside]:
        """Our fields with their values as given: constants, the first column that says something, patches applied.

        What stands beside a party is given apart, under the party's field.
        """
        said: defaultdict[str, Values] = defaultdict(dict)
        for field, ours, value in self.constant:
            said[field][ours] = value
        for field, ours, names, patches in self.columns:
            for name in names:
                value = content.get(name) if name[:1] != "/" else at(content, name)
                if isinstance(value, str):
                    value = value.strip()
                if patches and str(value) in patches:
                    value = patches[str(value)]
                if says(value):
                    said[field][ours] = value
                    break
        return said.pop("", {}), said


def placed(ours: str) -> tuple[str, str]:
    """Where a field of the definition belongs: ``owner.address`` beside the party in ``owner``; ``title`` by itself."""
    field, _, part = ours.rpartition(".")
    return field, part


def says(value: Any) -> bool:
    """A value that is more than a sign for nothing."""
    return value is not None and not (isinstance(value, str) and value in NOTHING)


def top(name: str) -> str:
    """The top-level column that a name or a JSON Pointer stands for."""
    return name.split("/")[1] if name.startswith("/") else name


def at(content: Mapping[str, Any], name: str) -> Any:
    """Where a JSON Pointer leads."""
    value: Any = content
    for step in name.split("/")[1:]:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def read_statement(feed: Feed, values: Values, beside: Beside, unclaimed: set[str]) -> Statement:
    """One statement of the feed's own kind."""
    kind, found = BY_NAME[feed.kind], Values()
    phase = values.get("phase", feed.phase)
    if "phase" in feed.values and "phase" in values:
        phase = word(feed, "phase", phase)
    if phase not in kind.phases:
        raise Reject("phase_unknown", f"{phase!r} is no phase of {kind.name}; accepted: {', '.join(kind.phases)}")
    for ours, value in values.items():
        if ours != "phase":
            column = Column(feed, ours, value, values, beside.get(ours, NO_COLUMNS), unclaimed)
            found[ours] = reader_of(kind, ours)(column)
    return kind.name, phase, checked(kind, {name: value for name, value in found.items() if value is not None})


def checked(kind: type[Occurrence], values: Values) -> Occurrence:
    """The kind's model of these values. Its first complaint becomes the reason of the refusal."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, Reject):
            raise cause from None
        field = ".".join(str(step) for step in first["loc"])
        reason = (
            "field_missing" if first["type"] in ("missing", "too_short", "string_too_short") else "field_unreadable"
        )
        raise Reject(reason, f"{field} of {kind.name}: {first['msg']}") from None


class Column(NamedTuple):
    """One value on its way to one of our fields; ``beside``: what other columns say of the party in it."""

    feed: Feed
    ours: str
    value: Any
    values: Values
    beside: Mapping[str, Any]
    unclaimed: set[str]

    def pieces(self) -> list[str]:
        """The value as a list, split where the definition says, else at the usual signs."""
        if isinstance(self.value, (list, tuple)):
            return [str(piece).strip() for piece in self.value if says(piece)]
        signs = self.feed.split.get(self.ours)
        split = (separators(signs) if signs else PIECES).split(str(self.value))
        return [piece for piece in map(str.strip, split) if says(piece)]


@lru_cache(maxsize=256)
def separators(signs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, signs)))


def word(feed: Feed, ours: str, value: Any) -> str:
    """Our word for theirs; a word of ours passes."""
    known = feed.values[ours]
    text = str(value)
    if text in known:
        return known[text]
    if text in known.values():
        return text
    raise Reject("word_unknown", f"{text!r} is no known word for {ours}; accepted: {', '.join(known)}")


def patents(column: Column) -> tuple[str, ...]:
    return tuple(dict.fromkeys(read_patent_number(piece).number for piece in column.pieces()))


def parties(column: Column) -> tuple[Party, ...]:
    """The parties of a column; what stands beside it (address, code, size) belongs to the first of several."""
    names = split_parties(str(column.value))
    return tuple(
        sized(column, first_party(column, name)) if not place else read_party(name) for place, name in enumerate(names)
    )


def first_party(column: Column, name: str) -> Party:
    """The party with its address, credit code, stated type and stated place."""
    if not column.beside:
        return read_party(name)
    address, code, stated, place = (
        text(column.beside.get(part)) for part in ("address", "credit_code", "type", "region")
    )
    party = read_party(name, address=address, credit_code=code, stated_type=stated)
    region = region_of(place, code=place if place.isdecimal() else None) if place and not address else None
    return party.model_copy(update={"region": region}) if region else party


def sized(column: Column, party: Party) -> Party:
    """The party with its size, where staff, turnover or assets stand beside the name and the trade is known."""
    told, units = column.beside, column.feed.units
    if (trade := text(told.get("trade"))) is None or is_person_key(party.key):
        return party
    sme = sme_by_size(
        trade,
        staff=read_staff(told.get("staff")),
        turnover=read_sum(told.get("turnover"), units.get(f"{column.ours}.turnover")),
        assets=read_sum(told.get("assets"), units.get(f"{column.ours}.assets")),
    )
    if sme == "unknown":
        return party
    since = told.get("size_on") or column.values.get("valid_from")
    day = read_date(since, column_is_date=True) if since else None
    return party.model_copy(update={"sme": sme, "sme_by": STANDARD, **({"sme_on": day} if day else {})})


def text(value: Any) -> str | None:
    return str(value) if says(value) else None


def words(column: Column) -> tuple[str, ...]:
    """A list of words; one that ``values`` does not know is reported, the others stand."""
    known = column.feed.values.get(column.ours)
    if known is None:
        return tuple(dict.fromkeys(column.pieces()))
    return mapped(column, known)


def industries(column: Column) -> tuple[str, ...]:
    """4×4 ids of the words a platform uses; a word of its own making is reported."""
    found = []
    for piece in column.pieces():
        try:
            found.append(read_industry(piece))
        except Reject:
            column.unclaimed.add(f"{column.ours}={piece}")
    return tuple(dict.fromkeys(found))


def mapped(column: Column, known: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    for piece in column.pieces():
        if piece in known:
            found.append(known[piece])
        elif piece in known.values():
            found.append(piece)
        else:
            column.unclaimed.add(f"{column.ours}={piece}")
    return tuple(dict.fromkeys(found))


def ipcs(column: Column) -> tuple[str, ...]:
    return tuple(dict.fromkeys(read_ipc(piece) for piece in column.pieces()))


def price(column: Column) -> Price:
    """An intention: what is no plain sum keeps its words."""
    amount = read_amount(column.value, column.feed.units.get(column.ours), listing=True)
    low, high = (amount.fen, amount.fen) if amount.fen is not None else (amount.low, amount.high)
    return Price(basis=PRICE_BASIS.get(amount.basis, "unknown"), low=low, high=high, text=shown(amount))


def shown(amount: Amount) -> str:
    return "" if amount.basis == "none" else amount.text


def money(column: Column) -> int | None:
    """A sum that was agreed: a range is damage, what is only roughly said is not said."""
    amount = read_amount(column.value, column.feed.units.get(column.ours))
    if amount.basis == "range":
        raise Reject("money_range", f"{column.value!r} in {column.ours} is a range; only listing prices may be one")
    return amount.fen


def day(column: Column) -> str | None:
    return read_date(column.value, column_is_date=True)


def area(column: Column) -> str | None:
    return region_of(str(column.value))


def scalar(column: Column) -> Any:
    """Text without telephone numbers, or a word that ``values`` translates; flags pass."""
    if isinstance(column.value, bool):
        return column.value
    if column.ours in column.feed.values:
        return word(column.feed, column.ours, column.value)
    return PHONE.sub("***", str(column.value))


READERS: Mapping[str, Callable[[Column], Any]] = MappingProxyType(
    {
        "patents": patents,
        "ipc": ipcs,
        "industries": industries,
        "area": area,
        "price": price,
        "budget": price,
    }
)


@lru_cache(maxsize=1024)
def reader_of(kind: type[Occurrence], ours: str) -> Callable[[Column], Any]:
    """How a field is read: by its name, by the role it plays, by its type."""
    if ours in READERS:
        return READERS[ours]
    field = kind.model_fields.get(ours)
    if field is None:
        raise Reject("field_unknown", f"{kind.name} has no field {ours!r}; known: {', '.join(kind.model_fields)}")
    if ours in (kind.giver, kind.taker):
        return parties
    shape = str(field.annotation) + "".join(map(str, field.metadata))
    if ours.endswith("_on") or ours in DATES:
        return day
    if "to_wire" in shape:
        return money
    return words if shape.startswith("tuple") else scalar


DATES = ("valid_from", "valid_until")


def all_unclaimed(readings: Iterable[Reading]) -> tuple[str, ...]:
    """Everything that no definition claims, over many readings: what a source's check prints."""
    return tuple(sorted({name for reading in readings for name in reading.unclaimed}))
