"""Event → what it is found by: its title, its parties, its numbers (pure)."""

from __future__ import annotations

import re

from schemas.fields.party import Party
from schemas.kinds.occurrence import Occurrence, rules_of
from schemas.records.event import Event
from schemas.records.listing import Owner, organisation_id
from sinks.portal.search.documents import Document, prefecture
from sinks.portal.search.facets import UNKNOWN
from sinks.portal.search.meanings import symbol_codes
from sinks.portal.search.postings import Texts

FACETS = ("kind", "area", "county", "phase")
DEALS = (
    "registration_number",
    "recordal_number",
)  # one of them may be of several patents, each with an event of its own
NUMBERS = ("registration_number", "recordal_number", "contract_number", "filing_number", "project_number")
NAMES = ("title", "list_name", "product")


def findable(kind: type[Occurrence]) -> bool:
    """Events of this kind are looked for by patent or by party; those about parties alone stand on their pages."""
    return not kind.is_listing and "patents" in rules_of(kind)


def document(event: Event) -> Document | None:
    """An event as the index holds it; None for one that does not stand."""
    if event.state != "current":
        return None
    said = event.statement
    parties = (*said.givers(), *said.takers())
    patents: tuple[str, ...] = getattr(said, "patents", ())
    title = next((text for name in NAMES if (text := getattr(said, name, None))), "")
    numbers = [text for name in NUMBERS if (text := getattr(said, name, None))]
    former = (*getattr(said, "renamed_from", ()), *getattr(said, "renamed_to", ()))
    owners = tuple(owner for party in parties if (owner := _owner(party)))
    return Document(
        event.id,
        Texts(title, "", "\n".join((*(party.name for party in parties), *numbers, *former)), ""),
        (
            *patents,
            *filter(None, [deal_code(event)]),
            *(owner.organisation_id or "" for owner in owners),
            *symbol_codes(getattr(said, "ipc", ())),
        ),
        owners,
        {"kind": (event.kind,), "phase": (event.phase,), **_places(said.givers())},
        True,
        int(re.sub(r"\D", "", event.occurred_on or "")[:8].ljust(8, "0")),
        None,
        0,
    )


def deal_code(event: Event) -> str:
    """What the events of one registration or recordal have in common, a word that no text has; empty without a number."""
    number = next((text for name in DEALS if (text := getattr(event.statement, name, None))), "")
    return f"{event.kind}|{number}" if number else ""


def _owner(party: Party) -> Owner | None:
    """A party with a public page; a natural person has none."""
    if party.party_type == "individual" or not party.key:
        return None
    id = organisation_id(party.key)
    return Owner(name=party.name, party_type=party.party_type, organisation_id=id, credit_code=party.credit_code)


def _places(givers: tuple[Party, ...]) -> dict[str, tuple[str, ...]]:
    region = next((party.region for party in givers if party.region), None)
    if region is None:
        return {"area": (UNKNOWN,), "county": (UNKNOWN,)}
    return {"area": (prefecture(region),), "county": (UNKNOWN if region.endswith("00") else region,)}
