"""Reasons 理由: why a need and an offer fit, each with its points; what is added up is what is shown (pure).

Words and classes are the substance: without enough of these two a pair is no match, however near the two are and however well
the price fits. Of an industry many thousand things are made, and two of them in one need not have anything to do with each other.
The points were set on the judged pairs of even places in tests/measures/judged_demands.csv and measured on the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schemas.kinds.offering import LICENCES, barred_forms
from schemas.records.listing import Listing
from sinks.portal.match.match import Level, Match, Reason
from sinks.portal.match.terms import class_tokens, phrases, tokens
from sinks.portal.search.meanings import DEPTHS

WORDS_MOST, WORDS_PER_THOUSAND = 50, 20
CLASS_POINTS: Mapping[Level, int] = {"group": 25, "main_group": 20, "subclass": 14}
INDUSTRY, FORM, PRICE = 10, 5, 5
NEARNESS_POINTS: Mapping[Level, int] = {"same_county": 5, "same_prefecture": 4, "same_province": 2}
LEAST_SUBSTANCE = 9  # points of words and classes
LEAST = 22  # points of words, classes and industry
PROVINCE, PREFECTURE = 2, 4  # first digits of a division's code
MOST_VALUES = 4


def match(demand: Listing, supply: Listing, weights: Mapping[int, int]) -> Match | None:
    """The pair with its reasons; None when there is too little in common. ``weights``: of the tokens of either listing."""
    substance = [reason for reason in (_words(demand, supply, weights), _classes(demand, supply)) if reason]
    if sum(reason.points for reason in substance) < LEAST_SUBSTANCE:
        return None
    matter = [*substance, *_industry(demand, supply)]
    if sum(reason.points for reason in matter) < LEAST or _of_one_owner(demand, supply):
        return None
    terms = [*_nearness(demand, supply), *_form(demand, supply), *_price(demand, supply), *_encumbrances(supply)]
    reasons = tuple(reason for reason in (*matter, *terms) if reason.points)
    return Match(
        demand_id=demand.id,
        supply_id=supply.id,
        demand_title=demand.title,
        supply_title=supply.title,
        demand_revision=demand.revision,
        supply_revision=supply.revision,
        score=sum(reason.points for reason in reasons),
        reasons=reasons,
        against=tuple(reason for reason in terms if not reason.points),
        synthetic=demand.synthetic or supply.synthetic,
    )


def _words(demand: Listing, supply: Listing, weights: Mapping[int, int]) -> Reason | None:
    total = sum(weights.get(token, 0) for token in tokens(demand) & tokens(supply))
    points = min(WORDS_MOST, total * WORDS_PER_THOUSAND // 1000)
    return Reason(aspect="words", points=points, values=phrases(demand, supply, weights)) if points else None


def _classes(demand: Listing, supply: Listing) -> Reason | None:
    """The deepest level of the IPC at which the two have a class in common."""
    if class_tokens(demand).isdisjoint(class_tokens(supply)):
        return None
    mine, theirs = _depths(demand), _depths(supply)
    for level, points in CLASS_POINTS.items():
        if shared := mine[level] & theirs[level]:
            return Reason(aspect="ipc", points=points, level=level, values=tuple(sorted(shared))[:MOST_VALUES])
    return None


def _depths(listing: Listing) -> dict[Level, set[str]]:
    found: dict[Level, set[str]] = {level: set() for level in CLASS_POINTS}
    for symbol in listing.ipc:
        if parts := DEPTHS.match(symbol):
            subclass, group, subgroup = parts[1], parts[3], parts[4]
            found["subclass"].add(subclass)
            if group:
                found["main_group"].add(subclass + group)
            if group and subgroup:
                found["group"].add(subclass + group + subgroup)
    return found


def _industry(demand: Listing, supply: Listing) -> Iterator[Reason]:
    shared = tuple(each for each in demand.industries if each in supply.industries)
    if shared:
        yield Reason(aspect="industry", points=INDUSTRY, values=shared[:MOST_VALUES])


def _nearness(demand: Listing, supply: Listing) -> Iterator[Reason]:
    """How near the two are: the smallest division that has both."""
    mine, theirs = demand.area or "", supply.area or ""
    level: Level
    if not mine or mine[:PROVINCE] != theirs[:PROVINCE]:
        return
    if mine == theirs and not mine.endswith("00"):
        level, division = "same_county", mine
    elif mine[:PREFECTURE] == theirs[:PREFECTURE] and mine[PROVINCE:PREFECTURE] != "00":
        level, division = "same_prefecture", mine[:PREFECTURE] + "00"
    else:
        level, division = "same_province", mine[:PROVINCE] + "0000"
    yield Reason(aspect="nearness", points=NEARNESS_POINTS[level], level=level, values=(division,))


def _form(demand: Listing, supply: Listing) -> Iterator[Reason]:
    """Whether the offer can be had in a form that is wanted; nothing is said where one side names none."""
    wanted = set(demand.deal_forms) - {"unknown"}
    offered = set(supply.deal_forms) - {"unknown"}
    offered -= set(barred_forms(supply.deal_forms, [each.type for each in supply.encumbrances]))
    if not wanted or not offered:
        return
    if shared := {form for form in offered if form in wanted or ("licence" in wanted and form in LICENCES)}:
        yield Reason(aspect="deal_form", points=FORM, values=tuple(sorted(shared)))
    else:
        yield Reason(aspect="deal_form", level="not_wanted", values=tuple(sorted(offered)))


def _price(demand: Listing, supply: Listing) -> Iterator[Reason]:
    """The asked sum beside the budget, where both are sums of one kind."""
    budget, asked = demand.price, supply.price
    if asked.basis == "free":
        yield Reason(aspect="price", points=PRICE, level="free")
        return
    most, least = budget.high or budget.low, asked.low or asked.high
    if most is None or least is None or budget.basis != asked.basis:
        return
    if least.fen <= most.fen:
        yield Reason(aspect="price", points=PRICE, level="within")
    else:
        yield Reason(aspect="price", level="over")


def _encumbrances(supply: Listing) -> Iterator[Reason]:
    if kinds := tuple(dict.fromkeys(each.type for each in supply.encumbrances)):
        yield Reason(aspect="encumbrance", values=kinds)


def _of_one_owner(demand: Listing, supply: Listing) -> bool:
    """Nobody is offered what is already theirs."""
    mine, theirs = (each.owner.organisation_id if each.owner else None for each in (demand, supply))
    return mine is not None and mine == theirs
