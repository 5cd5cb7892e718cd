"""Events and listings of any kind, made from its class alone: a kind or a figure that is added is tested by existing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

import msgspec

from schemas.fields.money import Money
from schemas.fields.party import Party, PartyType
from schemas.fields.price import NO_PRICE
from schemas.figures import Reads as Reading
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import Occurrence, rules_of
from schemas.records.event import EVENTS, Event, Provenance
from schemas.records.listing import Listing, Owner
from schemas.records.sighting import SIGHTINGS, Sighting

PATENTS = ("202110123456.7", "202120123456.3", "202130123456.X")
DAYS = ("2024", "2025-03", "2025-03-01", "2025-03-20", "2025-04-02", "2025-Q2", "2026-01-15")
AUTHORITIES = ("register", "provincial", "bank", "vendor")
PARTY_TYPES: tuple[PartyType, ...] = (
    "university",
    "university",
    "research_institute",
    "enterprise",
    "enterprise",
    "hospital",
    "individual",
    "unknown",
)
REGIONS = (None, "430000", "430104", "430104", "430104", "433101", "310000")
FEN = (0, 1, 50_050, 1_000_000_000, 1_000_000_001, 3_000_000_000)
IPC, INDUSTRIES = ("B61F 5/10", "C22C 21/00", "Z99Z"), ("T1", "N2")
NOT_COUNTED = (Reads.PRICE, Reads.WORDS, Reads.AREA)  # nothing that figures read
RECEIVED = "2026-01-01T00:00:00+08:00"


def some(chance: Random, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(chance.sample(words, chance.randrange(len(words) + 1)))


def parties(chance: Random) -> tuple[Party, ...]:
    """Up to three organisations, of Hunan and from outside, with and without a code and a known size."""
    return tuple(
        Party(
            name=f"样例{key}",
            key=f"样例{key}",
            party_type=chance.choice(PARTY_TYPES),
            credit_code=chance.choice([None, f"code {key}"]),
            region=chance.choice(REGIONS),
            sme=chance.choice([None, "yes", "yes", "no"]),
            sme_on=chance.choice([None, "2025-03-15"]),
        )
        for key in some(chance, ("甲", "乙", "丙"))
    )


@cache
def words_of(kind: type[Occurrence]) -> dict[str, tuple[Any, ...]]:
    """Codes, flags and texts that the fields of a kind can hold."""
    found: dict[str, tuple[Any, ...]] = {}
    for field in msgspec.inspect.type_info(kind).fields:  # type: ignore[attr-defined]  # of a Struct
        options = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else (field.type,)
        codes = [option.values for option in options if isinstance(option, msgspec.inspect.LiteralType)]
        is_flag = any(isinstance(option, msgspec.inspect.BoolType) for option in options)
        is_count = any(isinstance(option, msgspec.inspect.IntType) for option in options)
        plain = (True, False) if is_flag else (7,) if is_count else ("1", "专利2")
        found[field.name] = tuple(codes[0]) if codes else plain
    return found


@cache
def most_of(kind: type[Occurrence]) -> dict[str, int | None]:
    """How many a list of the kind may have."""
    return {
        field.name: getattr(field.type, "max_length", None)
        for field in msgspec.inspect.type_info(kind).fields  # type: ignore[attr-defined]  # of a Struct
    }


def value(chance: Random, kind: type[Occurrence], name: str) -> Any:
    """A value of one field, by how it is read and by its type."""
    match rules_of(kind)[name].reads:
        case Reads.PATENTS:
            return PATENTS
        case Reads.PARTIES:
            return (parties(chance) or value(chance, kind, name))[: most_of(kind)[name]]
        case Reads.DAY:
            return chance.choice(DAYS)
        case Reads.MONEY:
            return Money.of(chance.choice(FEN))
        case Reads.IPC:
            return some(chance, IPC)
        case Reads.INDUSTRIES:
            return some(chance, INDUSTRIES)
    return chance.choice(words_of(kind)[name])


def statement(chance: Random, kind: type[Occurrence]) -> Occurrence:
    """A statement with what figures can read, one field in five not said."""
    said: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if rules_of(kind)[field.name].reads in NOT_COUNTED or field.name in ("details", "technology_value"):
            continue
        if field.required or chance.randrange(5):
            said[field.name] = value(chance, kind, field.name)
    return kind(**said)


def provenance(source: str) -> Provenance:
    return Provenance(
        source=source, feed="f", record="1", url="", phase="", received_at=RECEIVED, sequence=1, synthetic=False
    )


def happening(chance: Random, reads: Sequence[Reading], name: str, revision: int) -> tuple[Event | Listing, Sighting]:
    """An event or a listing that a figure may read, with the one sighting behind it; one in four is in any phase."""
    kind, phases = chance.choice(reads)
    said, phase = statement(chance, kind), chance.choice(list(kind.phases))
    if not kind.is_listing and chance.randrange(4):
        phase = chance.choice(phases)
    sighting = SIGHTINGS[kind.name](
        id="p1|f|1",
        subject=chance.choice(said.subjects()),
        phase=phase,
        sequence=1,
        definition=1,
        authority=chance.choice(AUTHORITIES),
        received_at=RECEIVED,
        statement=said,
    )
    if kind.is_listing:
        return listing(chance, kind, sighting, name, revision), sighting
    event = EVENTS[kind.name](
        id=name,
        subject=sighting.subject,
        revision=revision,
        state="current",
        phase=phase,
        occurred_on=said.occurred_on(),
        statement=said,
        sources=(provenance("p1"),),
        disagreements=(),
        received_at=RECEIVED,
        synthetic=not chance.randrange(3),
    )
    return event, sighting


def listing(chance: Random, kind: type[Occurrence], sighting: Sighting, name: str, revision: int) -> Listing:
    return Listing(
        id=name,
        kind=kind.name,  # type: ignore[arg-type]
        subject=sighting.subject,
        revision=revision,
        state=chance.choice(["pending", "open", "open", "reserved", "concluded", "withdrawn"]),
        state_reason="",
        title="样例",
        summary="",
        keywords=(),
        applications=(),
        industries=some(chance, INDUSTRIES),
        industries_derived=False,
        ipc=some(chance, IPC),
        area=chance.choice(REGIONS),
        owner=Owner(name="样例", party_type="enterprise"),
        last_seen_at=RECEIVED,
        legal_status="unknown",
        encumbrances=(),
        open_licence=False,
        deal_forms=(),
        price=NO_PRICE,
        stage="unknown",
        evaluations=0,
        missing=(),
        sources=tuple(map(provenance, some(chance, ("p1", "p2")) or ("p1",))),
        disagreements=(),
        received_at=RECEIVED,
        synthetic=not chance.randrange(3),
    )
