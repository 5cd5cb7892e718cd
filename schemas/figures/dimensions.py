"""Dimensions 维度: by what figures are cut, how a value is read from an event, and the words of the values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from schemas.fields.amount import UNITS
from schemas.fields.industry import industries_of
from schemas.fields.party import Party
from schemas.fields.patent_number import right_type
from schemas.fields.place import prefecture_of
from schemas.figures import values
from schemas.figures.conditions import is_sme
from schemas.figures.loans import loan
from schemas.kinds.contract import Contract
from schemas.kinds.licence import Licence
from schemas.kinds.occurrence import Occurrence, Secrecy, rules_of
from schemas.kinds.pledge import Pledge
from schemas.kinds.transfer import Transfer
from schemas.nearest import unknown
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.subjects import name_of
from schemas.words import Term

LE_10M, LE_20M = 1000 * UNITS["万元"], 2000 * UNITS["万元"]  # where the loan bands end, in 分
HUNAN = values.PROVINCE[:2]  # with which the codes of all its divisions begin
# Parties that are reported in another of the five classes, until the bureau says otherwise: docs/figures.md#dimensions.
CLASSES = {"hospital": "public_body", "financial_institution": "enterprise"}


@dataclass(frozen=True, eq=False)
class Dimension:
    """``cut`` gives the values of an Event or a Listing; with several of them it counts in each.

    ``values``: the words of every value, in the order of display. Empty for an open list, whose words stand elsewhere
    (a platform's name in its ``source.yml``). ``secrecy``: who may read the value of a single event; what it counts in a
    figure is public.
    """

    id: str
    label: Term
    cut: Callable[[Any], tuple[str, ...]]
    values: Mapping[str, Term] = field(default_factory=dict)
    is_exclusive: bool = True  # every event has exactly one value: the cells add up to the total
    secrecy: Secrecy = "public"


def area(found: Event | Listing) -> tuple[str, ...]:
    """Prefecture of the first giver in Hunan; OTHER if Hunan is all that is known; (): nothing to count here."""
    regions = [found.area] if isinstance(found, Listing) else [giver.region for giver in found.statement.givers()]
    for region in regions:
        if region and region.startswith(HUNAN):
            return (prefecture_of(region) or values.OTHER,)
    return ()


def place_of(parties: Iterable[Party]) -> str | None:
    """Prefecture of the first party in Hunan, or OTHER; OUTSIDE if all that are known lie elsewhere; None: none is known."""
    regions = [party.region for party in parties if party.region]
    within = next((region for region in regions if region.startswith(HUNAN)), None)
    if within:
        return prefecture_of(within) or values.OTHER
    return values.OUTSIDE if regions else None


def counter_area(event: Event) -> tuple[str, ...]:
    """Where the taker is."""
    return (place_of(event.statement.takers()) or "unknown",)


def entered(event: Event) -> tuple[str, ...]:
    """Where a right comes to that was held in another province; a giver whose place is unknown may be of Hunan."""
    place = place_of(event.statement.takers())
    comes = place_of(event.statement.givers()) == values.OUTSIDE and place not in (None, values.OUTSIDE)
    return (str(place),) if comes else ()


def right(event: Event) -> tuple[str, ...]:
    return (right_type(name_of(event.subject)),)


def reported_type(party_type: str) -> str:
    """The class in which the bureau reports parties of this type."""
    return CLASSES.get(party_type, party_type)


def party(event: Event) -> tuple[str, ...]:
    """Of the first giver in order, in the bureau's five classes."""
    givers = event.statement.givers()
    return (reported_type(givers[0].party_type) if givers else "unknown",)


def counterpart(event: Event) -> tuple[str, ...]:
    """Of the first taker in order; small and medium goes before the kind of institution."""
    takers = event.statement.takers()
    if any(is_sme(taker, event.occurred_on) for taker in takers):
        return ("sme",)
    if not takers:
        return ("unknown",)
    if takers[0].party_type in ("university", "research_institute", "individual"):
        return (takers[0].party_type,)
    return ("large",) if takers[0].sme == "no" else ("unknown",)


def industry(found: Event | Listing) -> tuple[str, ...]:
    """Every 4×4 industry its classes lean to, or ``unmapped``."""
    says = found if isinstance(found, Listing) else found.statement
    return tuple(getattr(says, "industries", ()) or industries_of(getattr(says, "ipc", ()))) or ("unmapped",)


def loan_band(event: Event) -> tuple[str, ...]:
    """The ends are included in their bands."""
    fen = loan(event)
    return ("unknown" if fen is None else "le_10m" if fen <= LE_10M else "le_20m" if fen <= LE_20M else "gt_20m",)


def platforms(found: Event | Listing) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source.source for source in found.sources))


def coded(kind: type[Occurrence], name: str, label: Term | None = None) -> Dimension:
    """A field of a kind as it is: its words, and its default where no source says it, are the kind's.

    Raises TypeError for a field that the kind does not have, or that has no default: its events would be in no cell.
    """
    rule = rules_of(kind).get(name)
    if rule is None:
        raise TypeError(f"{kind.__name__}: {unknown(name, rules_of(kind), 'field')}")
    if not isinstance(rule.otherwise, str):
        raise TypeError(
            f"{kind.__name__}.{name} cuts figures but has no value where no source says it; "
            'write says(…, otherwise="unknown") and give that value its words'
        )
    said, otherwise = attrgetter(f"statement.{name}"), rule.otherwise

    def cut(event: Event) -> tuple[str, ...]:
        return (said(event) or otherwise,)

    return Dimension(name, label or rule.label, cut, rule.values, secrecy=rule.secrecy)


AREA = Dimension("area", Term("地区", "Area"), area, values.AREAS)  # every figure has it
TAKER_AREA = Dimension(AREA.id, Term("取得方地区", "Area of the taker"), entered, values.AREAS)
COUNTER_AREA = Dimension("counter_area", Term("流向", "To"), counter_area, values.COUNTER_AREAS)
RIGHT_TYPE = Dimension("right_type", Term("专利类型", "Right"), right, values.RIGHT_TYPES)
PARTY_TYPE = Dimension("party_type", Term("提供方类型", "Giver"), party, values.PARTY_TYPES)
COUNTER_TYPE = Dimension("counter_type", Term("取得方类型", "Taker"), counterpart, values.COUNTER_TYPES)
INDUSTRY = Dimension("industry", Term("产业", "Industry"), industry, values.INDUSTRY_VALUES, is_exclusive=False)
LICENCE_KIND = coded(Licence, "licence_kind")
FORM = coded(Transfer, "form", Term("转让形态", "Form"))
CONTRACT_TYPE = coded(Contract, "contract_type")
COLLATERAL = coded(Pledge, "collateral")
LOAN_BAND = Dimension("loan_band", Term("贷款规模", "Loan size"), loan_band, values.LOAN_BANDS, secrecy="shared")
SOURCE = Dimension("source", Term("平台", "Platform"), platforms, is_exclusive=False)
