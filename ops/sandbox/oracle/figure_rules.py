"""How the oracle counts: one line for each figure that it recounts, sharing no code with schemas.figures. Part of the oracle.

``tongda verify`` does not recount a figure that has no line here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ops.sandbox.oracle.events import Event
from ops.sandbox.oracle.places import area, counter_area, entered
from ops.sandbox.oracle.truth import Fact, party_key
from ops.sandbox.world.industries import industries_of
from schemas import codes

RESEARCH = ("university", "research_institute")
CLASSES = {"hospital": "public_body", "financial_institution": "enterprise"}
RIGHTS = {"1": "invention", "8": "invention", "2": "utility_model", "9": "utility_model", "3": "design"}
UNSTATED = {"form": "whole", "collateral": "patent", "licence_kind": "unknown"}
WAN_YUAN = 1_000_000  # 分 in 万元
LOANS = ((1000 * WAN_YUAN, "le_10m"), (2000 * WAN_YUAN, "le_20m"))  # up to which amount, by band


def counted_on(event: Event) -> str | None:
    return event.day


def registered_on(event: Event) -> str | None:
    day: str | None = event.fact.get("registered_on")
    return day


def recorded(event: Event) -> bool:
    return event.phase != "noticed"


def related(event: Event) -> bool:
    return recorded(event) and bool(event.fact.get("related_party"))


def taken_openly(event: Event) -> bool:
    return recorded(event) and event.fact.get("licence_kind") == "open"


def outstanding(event: Event) -> bool:
    return event.phase != "released"


def in_force(event: Event) -> bool:
    return event.phase != "cancelled"


def granted(event: Event) -> bool:
    return event.phase == "granted"


def declared(event: Event) -> bool:
    return event.phase == "declared"


def certified(event: Event) -> bool:
    return event.phase == "certified"


def patent_related(event: Event) -> bool:
    return in_force(event) and bool(event.fact["patent_related"] or event.fact.get("patents"))


def is_small(party: Fact, day: str) -> bool:
    """Whether a party is on a list of small firms that is in force that day."""
    return any(
        (since is None or since <= day) and (until is None or day <= until) for since, until in party.get("small", [])
    )


def small_deal(event: Event) -> bool:
    """Whether a university or an institute gives to a small firm."""
    givers, takers, day = event.fact.get("givers", []), event.fact.get("takers", []), event.day or ""
    return (
        recorded(event)
        and any(giver["type"] in RESEARCH for giver in givers)
        and any(is_small(taker, day) for taker in takers)
    )


def loan(event: Event) -> int | None:
    """The loan, without one the secured debt, in 分."""
    amount: int | None = event.fact.get("loan_amount") or event.fact.get("secured_amount")
    return amount


def loan_band(event: Event) -> str:
    fen = loan(event)
    return "unknown" if fen is None else next((band for most, band in LOANS if fen <= most), "gt_20m")


def small_loan(series: str) -> Callable[[Event], bool]:
    """Whether the loan (without one: the secured debt) is at most the ceiling of the series on the day of registration."""
    rows = (row for row in codes.rows("loan_ceilings") if row["series"] == series)
    steps = sorted((row["from"], int(row["ceiling"].removesuffix("万元")) * WAN_YUAN) for row in rows)

    def small_enough(event: Event) -> bool:
        fen, day = loan(event), registered_on(event) or ""
        allowed = [ceiling for since, ceiling in steps if since[: len(day)] <= day]  # a month may hold the day
        return fen is not None and allowed != [] and fen <= allowed[-1]

    return small_enough


def patent_and_event(event: Event) -> tuple[str, ...]:
    return (f"{event.subject}+{event.id}",)


def patent(event: Event) -> tuple[str, ...]:
    return (event.subject,)


def number(name: str) -> Callable[[Event], tuple[str, ...]]:
    return lambda event: (str(event.fact.get(name) or event.id),)


def firms(event: Event) -> tuple[str, ...]:
    """Each firm that pledges, by its credit code where a list or a statement has one, else by name."""
    firms = (giver for giver in event.fact["givers"] if giver["type"] == "enterprise")
    return tuple(firm.get("credit_code") or party_key(firm) for firm in firms)


def patent_and_takers(event: Event) -> tuple[str, ...]:
    """The patent for each that takes it; for nobody named, the event."""
    takers = (taker.get("credit_code") or party_key(taker) for taker in event.fact.get("takers", []))
    return tuple(f"{event.subject}+{taker}" for taker in takers) or (f"{event.subject}+{event.id}",)


def event_itself(event: Event) -> tuple[str, ...]:
    return (event.id,)


def cuts(event: Event, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The values of an event in each named dimension."""
    for name in names:
        match name:
            case "right_type":
                yield name, RIGHTS[event.subject[4]]
            case "party_type":
                first = next(iter(event.fact.get("givers", [])), {"type": "unknown"})["type"]
                yield name, CLASSES.get(first, first)
            case "counter_type":
                yield name, counter_type(event)
            case "counter_area":
                yield name, counter_area(event)
            case "loan_band":
                yield name, loan_band(event)
            case "industry":
                ipcs = event.fact.get("ipc", [])
                named = event.fact.get("industries") or (industry for ipc in ipcs for industry in industries_of(ipc))
                found = dict.fromkeys(named)
                yield from ((name, industry) for industry in found or ("unmapped",))
            case _:
                yield name, event.fact.get(name) or UNSTATED[name]


def counter_type(event: Event) -> str:
    takers = event.fact.get("takers", [])
    if any(is_small(taker, event.day or "") for taker in takers):
        return "sme"
    first: str = takers[0]["type"] if takers else "unknown"
    return first if first in (*RESEARCH, "individual") else "unknown"


@dataclass(frozen=True)
class Rule:
    """Which events of a kind count, what counts once, at which day, cut by what; ``amount``: the money of each key.

    ``stock``: what counts now, whatever its day.
    """

    id: str
    kind: str
    keys: Callable[[Event], tuple[str, ...]]
    by: tuple[str, ...] = ()
    when: Callable[[Event], bool] = recorded
    day: Callable[[Event], str | None] = counted_on
    amount: str = ""
    stock: bool = False
    place: Callable[[Event], str | None] = area


R, P, C, I, K = "right_type", "party_type", "counter_type", "industry", "collateral"  # noqa: E741
L, F, T, B = "licence_kind", "form", "contract_type", "loan_band"
REGISTRATION, CONTRACT, FILING = map(number, ("registration_number", "contract_number", "filing_number"))
RECORDAL = number("recordal_number")
SERIES = ("inclusive_loan_enterprises", "inclusive_loan_enterprises_20m")
SECURED, VALUE = "secured_amount", "contract_value"

RULES = (
    Rule("transfers", "transfer", patent_and_event, (R, P, C, I, F)),
    Rule("transferred_patents", "transfer", patent, (R, P)),
    Rule("university_to_sme_transfers", "transfer", patent_and_event, (R, I, F), small_deal),
    Rule("related_party_transfers", "transfer", patent_and_event, (P,), related),
    Rule("transfer_flows", "transfer", patent_and_event, ("counter_area", R)),
    Rule("transfer_inflow", "transfer", patent_and_event, (R, P, C), place=entered),
    Rule("licences", "licence", patent_and_event, (R, P, C, L, I)),
    Rule("licence_contracts", "licence", RECORDAL, (P, L)),
    Rule("licence_patents", "licence", patent, (L,)),
    Rule("licence_value", "licence", RECORDAL, (P, L), amount="royalty"),
    Rule("open_licence_deals", "licence", patent_and_takers, (P, C), taken_openly),
    Rule("university_to_sme_licences", "licence", patent_and_event, (R, L), small_deal),
    Rule("university_to_sme_deals", "transfer", patent_and_event, (R,), small_deal),
    Rule("university_to_sme_deals", "licence", patent_and_event, (R,), small_deal),
    Rule("pledges", "pledge", REGISTRATION, (K, B), day=registered_on),
    Rule("pledged_patents", "pledge", patent, (R,), day=registered_on),
    Rule("pledge_financing", "pledge", REGISTRATION, (K, B), day=registered_on, amount=SECURED),
    Rule("pledge_enterprises", "pledge", firms, (K,), day=registered_on),
    *(Rule(series, "pledge", firms, (), small_loan(series), registered_on) for series in SERIES),
    Rule("pledges_outstanding", "pledge", REGISTRATION, (K,), outstanding, stock=True),
    Rule("pledged_patents_outstanding", "pledge", patent, (R,), outstanding, stock=True),
    Rule("pledge_financing_outstanding", "pledge", REGISTRATION, (K,), outstanding, amount=SECURED, stock=True),
    Rule("contracts", "contract", CONTRACT, (T,), in_force),
    Rule("contract_value", "contract", CONTRACT, (T, P), in_force, amount=VALUE),
    Rule("technology_value", "contract", CONTRACT, (T,), in_force, amount="technology_value"),
    Rule("patent_contract_value", "contract", CONTRACT, (T, P), patent_related, amount=VALUE),
    Rule("open_licence_statements", "open-licence", patent, (R, P), declared, stock=True),
    Rule("product_recordals", "product", FILING, (I,), in_force, stock=True),
    Rule("product_enterprises", "product", firms, (), in_force, stock=True),
    Rule("intensive_products", "product", FILING, (I,), certified, stock=True),
    Rule("equity_contributions", "equity", patent_and_event, (R, P, C), recorded),
    Rule("grants", "legal-status", patent, (R, P), granted),
    Rule("matchmaking_activities", "activity", event_itself, (I,)),
    Rule("pool_evaluations", "evaluation", patent_and_event),
)
