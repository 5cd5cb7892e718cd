"""Indicators: every figure of the hub, one entry each (figures.md §3–4). No entry owns a loop, a table or a topic.

``reads`` names kinds and phases; ``when`` is the condition; ``distinct`` is what counts once; ``by`` cuts it.
Additivity: ``+`` a distinct key counts once, at one day; ``d`` once in each window, never summed over months; ``s`` a
stock, as of now. ``complete`` (releases): a key counts when every event behind it has its day, on the last of these
days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from schemas import codes
from schemas.fields.amount import UNITS
from schemas.fields.industry import industries_of
from schemas.fields.money import from_wire
from schemas.fields.patent_number import right_type
from schemas.fields.place import prefecture_of
from schemas.kinds import BY_NAME
from streams.days import in_force

Document = dict[str, Any]  # an event or a listing in its JSON form
Cut = Callable[[Document], tuple[str, ...]]  # several values: the event counts in each of them
Additivity = Literal["+", "d", "s"]
PROVINCE, OTHER = "430000", "OTHER"
RESEARCH = frozenset({"university", "research_institute"})
RECORDED = MappingProxyType({"transfer": ("recorded",), "licence": ("recorded", "changed", "cancelled")})
# Reported under another of the five classes (domain.md §10): 机关团体 counts hospitals, 工矿企业 counts banks, until the
# bureau says otherwise (figures.md §16).
CLASSES = MappingProxyType({"hospital": "public_body", "financial_institution": "enterprise"})
LE_10M, LE_20M = 1000 * UNITS["万元"], 2000 * UNITS["万元"]  # where the loan bands end, in 分
LIVE_CARDS = ("open", "reserved", "pending")


def givers(document: Document) -> list[dict[str, Any]]:
    role = BY_NAME[document["kind"]].giver
    if BY_NAME[document["kind"]].is_listing:
        return [document["owner"]] if document.get("owner") else []
    return document["statement"].get(role, []) if role else []


def takers(document: Document) -> list[dict[str, Any]]:
    role = BY_NAME[document["kind"]].taker
    return document["statement"].get(role, []) if role else []


def area(document: Document) -> str | None:
    """Prefecture of the first giver in Hunan; OTHER if Hunan is all that is known; None: nothing to count here."""
    regions = [document.get("area")] if "area" in document else [giver.get("region") for giver in givers(document)]
    for region in regions:
        if region and region[:2] == PROVINCE[:2]:
            return prefecture_of(region) or OTHER
    return None


def is_sme(party: dict[str, Any], day: str | None) -> bool:
    """On a list in force on that day; an unknown size is not yes."""
    return party.get("sme") == "yes" and in_force(day, party.get("sme_on"), None)


def right(document: Document) -> tuple[str, ...]:
    return (right_type(document["subject"].partition(":")[2]),)


def party(document: Document) -> tuple[str, ...]:
    """Of the first giver in order, in the bureau's five classes."""
    found = next((giver.get("party_type", "unknown") for giver in givers(document)), "unknown")
    return (CLASSES.get(found, found),)


def counterpart(document: Document) -> tuple[str, ...]:
    """Of the first taker in order; small and medium goes before the kind of institution."""
    for taker in takers(document):
        if is_sme(taker, document.get("occurred_on")):
            return ("sme",)
    first: dict[str, Any] = next(iter(takers(document)), {})
    kind = first.get("party_type", "unknown")
    return (
        kind
        if kind in ("university", "research_institute", "individual")
        else "large"
        if first.get("sme") == "no"
        else "unknown",
    )


def industry(document: Document) -> tuple[str, ...]:
    """Every 4×4 industry its classes lean to, or ``unmapped``."""
    said = document.get("statement", document)
    return tuple(said.get("industries") or industries_of(said.get("ipc", []))) or ("unmapped",)


def said(name: str, default: str = "unknown") -> Cut:
    """A field of the statement, as it is."""
    return lambda document: (document["statement"].get(name, default),)


def loan(document: Document) -> int | None:
    """The loan in 分, else what is secured; None: nobody names either."""
    amount = document["statement"].get("loan_amount") or document["statement"].get("secured_amount")
    return None if amount is None else from_wire(amount)


def loan_band(document: Document) -> tuple[str, ...]:
    """The ends are included in their bands."""
    fen = loan(document)
    return ("unknown" if fen is None else "le_10m" if fen <= LE_10M else "le_20m" if fen <= LE_20M else "gt_20m",)


def platforms(document: Document) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source["source"] for source in document["sources"]))


def patent(document: Document) -> str:
    return str(document["subject"].partition(":")[2])


def patent_and_event(document: Document) -> str:
    return f"{patent(document)}+{document['id']}"


def numbered(name: str) -> Callable[[Document], str]:
    """The official number; an event without one counts by itself."""
    return lambda document: document["statement"].get(name) or document["id"]


def enterprises(document: Document) -> tuple[str, ...]:
    """Who gives, as far as they are firms: credit codes, else names as compared. The pledge kind knows no debtors."""
    found = (
        giver.get("credit_code") or giver["key"]
        for giver in givers(document)
        if CLASSES.get(giver.get("party_type", "unknown"), giver.get("party_type")) == "enterprise"
    )
    return tuple(dict.fromkeys(found))


def patent_and_recordal(document: Document) -> str:
    return f"{patent(document)}+{numbered('recordal_number')(document)}"


def always(document: Document) -> bool:
    return True


def not_by_law(document: Document) -> bool:
    """Merger, inheritance and court orders pass a right without a deal; an unknown cause is in."""
    return document["statement"].get("cause", "unknown") not in ("merger", "inheritance", "court")


def research_to_sme(document: Document) -> bool:
    """Some giver is a university or institute, some taker small or medium on dated evidence."""
    day = document.get("occurred_on")
    return (
        (document["kind"] != "transfer" or not_by_law(document))
        and any(giver.get("party_type") in RESEARCH for giver in givers(document))
        and any(is_sme(taker, day) for taker in takers(document))
    )


def patent_related(document: Document) -> bool:
    """涉及专利: 知识产权类型 names patents, or a patent number is given."""
    return bool(document["statement"].get("patents")) or "专利" in document["statement"].get(
        "intellectual_property", ""
    )


class Ceiling(NamedTuple):
    """Up to which amount, in 分, a loan counts as inclusive from a day on."""

    since: str
    fen: int


def ceilings(series: str) -> tuple[Ceiling, ...]:
    """The ceilings of one series, the newest first. A new one is a dated row of the table, and a new definition."""
    rows = [row for row in codes.rows("loan_ceilings") if row["series"] == series]
    amounts = {row["from"]: int(row["ceiling"].removesuffix("万元")) * UNITS["万元"] for row in rows}
    return tuple(sorted((Ceiling(*each) for each in amounts.items()), reverse=True))


def inclusive(steps: Sequence[Ceiling]) -> Callable[[Document], bool]:
    """普惠: each loan by itself, never a firm's sum, is not above the ceiling of the day on which it was registered.

    ``steps``: the newest first. A loan of which nobody names the amount does not count.
    """

    def counts(document: Document) -> bool:
        fen, day = loan(document), document["statement"].get("registered_on")
        ceiling = next((step.fen for step in steps if in_force(day, step.since, None)), None)
        return fen is not None and ceiling is not None and fen <= ceiling

    return counts


def on_show(document: Document) -> bool:
    return document["state"] in LIVE_CARDS


@dataclass(frozen=True)
class Indicator:
    """One figure: what it reads, when an event counts, what counts once, and how it may be summed."""

    id: str
    label: str
    unit: str
    reads: Mapping[str, tuple[str, ...]]  # kind → phases; () means any
    distinct: Callable[[Document], str | tuple[str, ...]]  # several: the event counts under each of them
    by: Mapping[str, Cut]
    when: Callable[[Document], bool] = always
    amount: str | None = None  # field with the money that counts once per key
    day: str | None = None  # field with the date; None: the date that counts
    additivity: Additivity = "+"
    complete: bool = False
    revision_class: str = "R1"
    definition: int = 1


R, P, C, I = {"right_type": right}, {"party_type": party}, {"counter_type": counterpart}, {"industry": industry}  # noqa: E741
L, F, T = (
    {"licence_kind": said("licence_kind")},
    {"form": said("form", "whole")},
    {"contract_type": said("contract_type", "other")},
)
K, B, S = {"collateral": said("collateral", "patent")}, {"loan_band": loan_band}, {"source": platforms}
TRANSFERS, LICENCES = {"transfer": RECORDED["transfer"]}, {"licence": RECORDED["licence"]}
PLEDGES, CONTRACTS = {"pledge": ("registered", "changed", "released")}, {"contract": ("registered", "changed")}


def deal(document: Document) -> str:
    return patent_and_event(document) if document["kind"] == "transfer" else patent_and_recordal(document)


def inclusive_loans(id: str, label: str) -> Indicator:
    """Firms with an inclusive loan; one series for each reading of the ceiling (figures.md §6, K6)."""
    steps = ceilings(id)
    return Indicator(
        id,
        label,
        "家",
        PLEDGES,
        enterprises,
        {},
        inclusive(steps),
        day="registered_on",
        additivity="d",
        definition=len(steps),
    )


# fmt: off  (a table: one figure, one entry)
INDICATORS: tuple[Indicator, ...] = (
    Indicator("transfers", "专利转让次数", "次", TRANSFERS, patent_and_event, R | P | C | I | F, not_by_law),
    Indicator("transferred_patents", "转让专利件数", "件", TRANSFERS, patent, R | P, not_by_law, additivity="d"),
    Indicator(
        "university_to_sme_transfers",
        "高校院所向中小企业转让",
        "次",
        TRANSFERS,
        patent_and_event,
        R | I | F,
        research_to_sme,
    ),
    Indicator("licences", "专利许可次数", "次", LICENCES, patent_and_recordal, R | P | C | L | I),
    Indicator("licence_contracts", "许可合同备案数", "份", LICENCES, numbered("recordal_number"), P | L),
    Indicator(
        "university_to_sme_licences",
        "高校院所向中小企业许可",
        "次",
        LICENCES,
        patent_and_recordal,
        R | L,
        research_to_sme,
    ),
    Indicator(
        "university_to_sme_deals",
        "高校和科研机构向中小企业专利转让许可次数",
        "次",
        TRANSFERS | LICENCES,
        deal,
        R,
        research_to_sme,
    ),
    Indicator("pledges", "质押登记项目数", "项", PLEDGES, numbered("registration_number"), K | B, day="registered_on"),
    Indicator("pledged_patents", "质押专利件数", "件", PLEDGES, patent, R, day="registered_on", additivity="d"),
    Indicator(
        "pledge_financing",
        "质押融资登记金额",
        "元",
        PLEDGES,
        numbered("registration_number"),
        K | B,
        amount="secured_amount",
        day="registered_on",
        revision_class="R2",
    ),
    Indicator("pledge_enterprises", "质押惠及企业", "家", PLEDGES, enterprises, K, day="registered_on", additivity="d"),
    inclusive_loans("inclusive_loan_enterprises", "普惠性贷款惠及企业"),
    inclusive_loans("inclusive_loan_enterprises_20m", "普惠性贷款惠及企业（上限2000万元）"),
    Indicator(
        "pledge_releases",
        "质押注销",
        "项",
        PLEDGES,
        numbered("registration_number"),
        K,
        day="released_on",
        complete=True,
    ),
    Indicator("contracts", "技术合同登记", "项", CONTRACTS, numbered("contract_number"), T, revision_class="R2"),
    Indicator(
        "contract_value",
        "技术合同成交额",
        "元",
        CONTRACTS,
        numbered("contract_number"),
        T | P,
        amount="contract_value",
        revision_class="R2",
    ),
    Indicator(
        "patent_contract_value",
        "涉及专利的技术合同成交额",
        "元",
        CONTRACTS,
        numbered("contract_number"),
        T | P,
        patent_related,
        "contract_value",
        revision_class="R2",
    ),
    Indicator("grants", "专利授权量", "件", {"legal-status": ("granted",)}, patent, R | P),
    Indicator(
        "supply_listings",
        "供给信息",
        "条",
        {"supply": ()},
        lambda card: str(card["id"]),
        I | S,
        on_show,
        additivity="s",
        revision_class="R4",
    ),
    Indicator(
        "demand_listings",
        "需求信息",
        "条",
        {"demand": ()},
        lambda card: str(card["id"]),
        I | S,
        on_show,
        additivity="s",
        revision_class="R4",
    ),
)
# fmt: on
BY_ID: Mapping[str, Indicator] = MappingProxyType({indicator.id: indicator for indicator in INDICATORS})
OF_KIND: Mapping[str, tuple[Indicator, ...]] = MappingProxyType(
    {name: tuple(indicator for indicator in INDICATORS if name in indicator.reads) for name in BY_NAME}
)
