"""Curate: one card for each patent on offer and for each thing wanted, whatever the number of platforms that show it.

The state comes from events first (the right died or is preserved; the patent was sold after it was posted), then from
what the platforms say. Every state names its reason and the event behind it. A pledge or an exclusive licence
encumbers, it closes nothing. Whether ``valid_until`` has passed is for the reader to say: a fold has no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from schemas.fields.industry import industries_of
from schemas.fields.party import is_person_key
from schemas.fields.patent_number import right_type
from schemas.kinds.legal_status import LegalStatus, right_after
from schemas.records.listing import organisation_id
from streams.choice import by_trust, choose
from streams.conclude import Conclusions, Document, Sorted, known, newest, provenance
from streams.days import span
from streams.identity import Seen, tail
from streams.merge import clusters


class State(NamedTuple):
    """A card's state, why, and the event behind it."""

    state: str
    reason: str = ""
    event: str | None = None


def cards_of(dossier: Sorted, kind: str, events: Sequence[Document]) -> Conclusions:
    """The supply card of a patent with these events, or the demand cards of an owner; ids that lead to another."""
    made = Conclusions()
    for cluster in clusters(dossier.live.get(kind, ()), dossier.rulings.get(kind, ())):
        members = by_trust(cluster.members)
        card = (
            supply(dossier, cluster.id, members, events) if kind == "supply" else demand(dossier, cluster.id, members)
        )
        made.add(cluster, members, card)
    return made


def supply(dossier: Sorted, name: str, members: list[Seen], events: Sequence[Document]) -> Document:
    """The card of one patent on offer, in the form in which it is published (``schemas.records.listing.Listing``)."""
    number = tail(members[0])
    status, since, verdict = legal(events)
    state = verdict or sold(events, members) or told(members)
    card, said = core(dossier, name, members, state)
    card |= {
        "patent_number": number,
        "right_type": right_type(number),
        "legal_status": status,
        "encumbrances": encumbrances(events),
        "deal_forms": said.get("deal_forms", []),
        "open_licence": any(event["kind"] == "open-licence" and event["phase"] == "declared" for event in events),
        "price": said.get("price") or {"basis": "unknown", "text": ""},
        "stage": said.get("stage", "unknown"),
        "evaluations": sum(event["kind"] == "evaluation" for event in events),
    }
    optional = {"legal_status_on": since, "pool_tier": said.get("pool_tier"), "valid_until": said.get("valid_until")}
    return card | {field: value for field, value in optional.items() if value}


def demand(dossier: Sorted, name: str, members: list[Seen]) -> Document:
    """The card of one thing wanted."""
    card, said = core(dossier, name, members, told(members))
    card |= {
        "legal_status": "unknown",
        "encumbrances": [],
        "deal_forms": said.get("cooperation_forms", []),
        "open_licence": False,
        "price": said.get("budget") or {"basis": "unknown", "text": ""},
        "stage": "unknown",
        "evaluations": 0,
    }
    return card | ({"valid_until": said["deadline_on"]} if said.get("deadline_on") else {})


def core(dossier: Sorted, name: str, members: list[Seen], state: State) -> tuple[Document, dict[str, Any]]:
    """What both cards have, and the chosen statement."""
    kind = members[0]["kind"]
    said, disagreements = choose(members)
    owner = known(said["owner"][0], dossier.standings, None) if said.get("owner") else None
    area = said.get("area") or (owner or {}).get("region")
    ipc = said.get("ipc", [])
    industries = said.get("industries") or list(industries_of(ipc))
    applications = said.get("applications", [])
    card: Document = {
        "id": name,
        "kind": kind,
        "subject": dossier.subject,
        "revision": dossier.revision(kind),
        "state": state.state,
        "state_reason": state.reason,
        "title": said["title"],
        "summary": said.get("summary") or said.get("problem") or "",
        "keywords": said.get("keywords", []),
        "applications": applications,
        "industries": industries,
        "industries_derived": bool(industries and not said.get("industries")),
        "ipc": ipc,
        "last_seen_at": newest(members),
        "sources": [provenance(seen) for seen in members],
        "disagreements": disagreements,
        "received_at": newest(everything(dossier)),
        "synthetic": any(seen.get("synthetic") for seen in members),
        "missing": [
            missing
            for missing, value in (
                ("application", applications or kind == "demand"),
                ("classification", ipc or industries),
                ("area", area),
                ("owner", owner),
            )
            if not value
        ],
    }
    optional = {
        "state_event": state.event,
        "area": area,
        "owner": shown(owner) if owner else None,
        "posted_on": max(seen["statement"].get("posted_on") or "" for seen in members),
    }
    return card | {field: value for field, value in optional.items() if value}, said


def everything(dossier: Sorted) -> Iterable[Seen]:
    """Every live statement that a card may lean on."""
    return (seen for kind in dossier.live for seen in dossier.live[kind])


def shown(owner: dict[str, Any]) -> Document:
    """Whose card it is; a natural person (masked already) has no public id."""
    document = {"name": owner["name"], "party_type": owner.get("party_type", "unknown")}
    if owner.get("credit_code"):
        document["credit_code"] = owner["credit_code"]
    if not is_person_key(owner["key"]):
        document["organisation_id"] = organisation_id(owner["key"])
    return document


def legal(events: Iterable[Document]) -> tuple[str, str | None, State | None]:
    """Legal status, its day, and the state it forces on the card."""
    told = sorted((event for event in events if event["kind"] == "legal-status"), key=in_order)
    right = right_after((event["phase"], event.get("occurred_on"), event["id"]) for event in told)
    return right.status, right.since, State("withdrawn", *right.stopped_by) if right.stopped_by else None


def in_order(event: Document) -> tuple[int, int, str]:
    """When it took effect: undated first, so that it never undoes what is dated; of one day, as the law orders them."""
    day = event.get("occurred_on")
    return (span(day)[0] if day else 0, LegalStatus.phases.index(event["phase"]), event["id"])


def sold(events: Iterable[Document], members: Sequence[Seen]) -> State | None:
    """A transfer of the whole right, on or after the day the newest offer was posted."""
    posted = max(
        (span(seen["statement"]["posted_on"])[0] for seen in members if seen["statement"].get("posted_on")), default=0
    )
    for event in sorted((event for event in events if event["kind"] == "transfer"), key=lambda event: str(event["id"])):
        said = event["statement"]
        day = said.get("effective_on") or said.get("signed_on") or said.get("announced_on")
        if said.get("form", "whole") == "whole" and day and span(day)[1] >= posted:
            return State("concluded", f"transfer_{event['phase']}", event["id"])
    return None


def told(members: Sequence[Seen]) -> State:
    """What the platforms say: concluded or reserved if one says so, withdrawn only if all do."""
    phases = {seen["phase"] for seen in members}
    for phase in ("concluded", "reserved"):
        if phase in phases:
            return State(phase, f"platform_{phase}")
    return State("withdrawn", "platform_withdrew") if phases == {"withdrawn"} else State("open")


def encumbrances(events: Iterable[Document]) -> list[Document]:
    """Pledges and exclusive licences in force, in a fixed order."""
    found = []
    for event in events:
        said, what = event["statement"], None
        if event["kind"] == "pledge" and event["phase"] != "released":
            what, since = "pledge", said.get("registered_on")
        elif (
            event["kind"] == "licence"
            and said.get("licence_kind") == "exclusive"
            and event["phase"] in ("recorded", "changed")
        ):
            what, since = "exclusive_licence", said.get("recorded_on")
        if what:
            found.append({"type": what, "event_id": event["id"], **({"since": since} if since else {})})
    return sorted(found, key=lambda one: (one["type"], one["event_id"]))
