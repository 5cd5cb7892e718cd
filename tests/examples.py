"""Builders of realistic statements; each takes only what matters to its test. Organisations only, no natural persons."""

from __future__ import annotations

from typing import Any

from schemas.fields.money import Money
from schemas.fields.party import read_party
from schemas.records.sighting import SIGHTING, Sighting
from schemas.wire import decode, encode

A, B, C, D = "201210464170.6", "201310245719.7", "201010263656.4", "201810025878.9"
P, Q = "202411223548.2", "201710601862.3"
UNIVERSITY, INSTITUTE = "中南大学", "长沙矿冶研究院"
SME, FIRM, BANK = "株洲样例轨道科技有限公司", "长沙样例机械有限公司", "样例银行股份有限公司"
ADDRESSES = {
    UNIVERSITY: "湖南省长沙市岳麓区",
    INSTITUTE: "湖南省长沙市岳麓区",
    SME: "湖南省株洲市天元区",
    FIRM: "湖南省长沙市雨花区",
}


def party(name: str, address: str | None = None) -> dict[str, Any]:
    """A party as a sighting carries it."""
    address = address or ADDRESSES.get(name)
    return dict(decode(encode(read_party(name, address=address))))


def parties(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [party(name) for name in names]


def yuan(amount: int) -> dict[str, str]:
    return dict(decode(encode(Money.of(amount * 100))))


def seen(
    kind: str,
    phase: str,
    subject: str,
    record: str,
    /,
    *,
    authority: str = "register",
    sequence: int = 1,
    definition: int = 1,
    absent: bool = False,
    **statement: Any,
) -> dict[str, Any]:
    """One sighting. ``record`` is ``source|feed|record``; received one minute later with every state of its record."""
    sighting = {
        "id": record,
        "subject": subject,
        "kind": kind,
        "phase": phase,
        "sequence": sequence,
        "definition": definition,
        "authority": authority,
        "received_at": f"2026-01-01T00:{sequence:02d}:00+08:00",
        "url": "https://ip.example.invalid/1",
        "evidence": {"sha256": "0" * 64, "pointer": "/data/list/0"},
        "synthetic": False,
    }
    if absent:
        return {**sighting, "absent": True}
    return {**sighting, "statement": {name: value for name, value in statement.items() if value is not None}}


def a_transfer(
    patent: str = P,
    *,
    givers: tuple[str, ...] = (UNIVERSITY,),
    takers: tuple[str, ...] = (SME,),
    on: str | None = "2025-04-02",
    phase: str = "recorded",
    record: str = "",
    form: str | None = "whole",
    signed_on: str | None = None,
    price: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A recorded transfer of the gazette; ``phase="noticed"`` with ``on=None`` is a notice of the provincial platform."""
    noticed = phase == "noticed"
    record = record or (f"hn_ip_service|transfers|T{patent}" if noticed else f"cnipa_gazette|transfers|{patent}|{on}")
    return seen(
        "transfer",
        phase,
        f"patent:{patent}",
        record,
        authority="provincial" if noticed else "register",
        patents=[patent],
        transferor=parties(givers),
        transferee=parties(takers),
        effective_on=None if noticed else on,
        form=None if noticed else form,
        signed_on=signed_on,
        consideration=None if price is None else yuan(price),
        **more,
    )


def a_pledge(
    patent: str,
    number: str | None,
    *,
    on: str | None = "2025-03-10",
    pledgor: str = FIRM,
    phase: str = "registered",
    released_on: str | None = None,
    secured: int | None = None,
    ledger: bool = False,
    record: str = "",
    **more: Any,
) -> dict[str, Any]:
    """A registration of the gazette, which names no money, or (``ledger``) the platform's row, which does."""
    record = (
        record
        or f"{'hn_ip_service' if ledger else 'cnipa_gazette'}|pledges|{number}{patent if not ledger else ''}{phase}"
    )
    return seen(
        "pledge",
        phase,
        f"patent:{patent}",
        record,
        authority="provincial" if ledger else "register",
        patents=[patent],
        pledgor=[party(pledgor)],
        pledgee=[party(BANK)],
        registration_number=number,
        registered_on=on,
        released_on=released_on,
        secured_amount=None if secured is None else yuan(secured),
        **more,
    )


def a_licence(
    patent: str = P,
    number: str | None = "X2025430000001",
    *,
    on: str | None = "2025-05-06",
    giver: str = UNIVERSITY,
    taker: str = SME,
    phase: str = "recorded",
    record: str = "",
    kind: str = "ordinary",
    signed_on: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    noticed = phase == "noticed"
    record = record or f"{'hn_ip_service' if noticed else 'cnipa_gazette'}|licences|{patent}{number}{phase}"
    return seen(
        "licence",
        phase,
        f"patent:{patent}",
        record,
        authority="provincial" if noticed else "register",
        patents=[patent],
        licensor=[party(giver)],
        licensee=[party(taker)],
        recordal_number=number,
        recorded_on=on,
        licence_kind=kind,
        signed_on=signed_on,
        **more,
    )


def a_contract(
    number: str = "2025430101000123",
    *,
    on: str = "2025-04-10",
    value: int | None = 200_000,
    phase: str = "registered",
    patents: tuple[str, ...] = (P,),
    record: str = "",
    **more: Any,
) -> dict[str, Any]:
    return seen(
        "contract",
        phase,
        f"contract:{number}",
        record or f"hn_ip_service|contracts|{number}",
        authority="provincial",
        contract_number=number,
        contract_type="transfer",
        seller=more.pop("seller", [party(UNIVERSITY)]),
        buyer=[party(SME)],
        patents=list(patents),
        registered_on=on,
        contract_value=None if value is None else yuan(value),
        **more,
    )


def a_legal_status(
    patent: str, phase: str, on: str, *, holder: str = UNIVERSITY, record: str = "", **more: Any
) -> dict[str, Any]:
    return seen(
        "legal-status",
        phase,
        f"patent:{patent}",
        record or f"cnipa_gazette|legal_status|{patent}{phase}{on}",
        patents=[patent],
        announced_on=on,
        holder=[party(holder)],
        **more,
    )


def a_supply(
    patent: str = P,
    *,
    record: str = "hn_ip_service|supply|S1",
    owner: str = UNIVERSITY,
    posted_on: str | None = "2025-01-10",
    phase: str = "open",
    authority: str = "provincial",
    title: str = "一种轨道车辆减振装置",
    **more: Any,
) -> dict[str, Any]:
    return seen(
        "supply",
        phase,
        f"patent:{patent}",
        record,
        authority=authority,
        patents=[patent],
        title=title,
        owner=[party(owner)],
        posted_on=posted_on,
        **more,
    )


def a_demand(
    title: str = "寻求高强度铝合金铸造工艺",
    *,
    owner: str = SME,
    record: str = "hn_ip_service|demand|D1",
    phase: str = "open",
    authority: str = "provincial",
    posted_on: str | None = "2025-02-01",
    **more: Any,
) -> dict[str, Any]:
    owning = party(owner)
    return seen(
        "demand",
        phase,
        f"party:{owning['key']}",
        record,
        authority=authority,
        title=title,
        owner=[owning],
        posted_on=posted_on,
        **more,
    )


def a_party_status(
    name: str = SME,
    *,
    since: str | None = "2024-01-01",
    until: str | None = "2027-12-31",
    means_sme: bool = True,
    record: str = "",
    list_name: str = "湖南省专精特新中小企业",
    **more: Any,
) -> dict[str, Any]:
    listed = party(name)
    return seen(
        "party-status",
        "listed",
        f"party:{listed['key']}",
        record or f"hn_sme_service|specialised_smes|{name}",
        authority="provincial",
        party=[listed],
        list_name=list_name,
        valid_from=since,
        valid_until=until,
        means_sme=means_sme,
        **more,
    )


def worked_example() -> list[dict[str, Any]]:
    """The worked example: two pledges of a firm, one release in part and one in whole, and a university's two patents for an SME."""
    y1, y2 = "Y2025430000012", "Y2025430000013"
    sightings = [a_party_status()]
    for patent in (A, B, C):
        sightings.append(a_pledge(patent, y1))
        sightings.append(a_pledge(patent, y1, ledger=True, secured=5_000_000))
    sightings += [a_pledge(D, y2, on="2025-04-02"), a_pledge(D, y2, on="2025-04-02", ledger=True, secured=3_000_000)]
    sightings += [
        a_pledge(C, y1, on=None, phase="released", released_on="2025-05-08"),
        a_pledge(D, y2, on=None, phase="released", released_on="2025-06-01"),
    ]
    for patent in (P, Q):
        sightings.append(a_transfer(patent, phase="noticed", signed_on="2025-03-01", price=200_000))
        sightings.append(a_transfer(patent, announced_on="2025-04-15"))
    return [*sightings, a_contract(patents=(P, Q))]


def typed(sighting: dict[str, Any]) -> Sighting:
    """A sighting as the stages handle it."""
    return SIGHTING.decode(encode(sighting))


def wire(sighting: dict[str, Any]) -> tuple[bytes, bytes]:
    """Key and value of a sighting on its topic."""
    return sighting["subject"].encode(), encode(sighting)
