"""Events, listings and figures as the stages write them; each builder takes only what matters to a test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.fields.party import Party, name_key
from schemas.fields.price import Price
from schemas.kinds.transfer import Transfer
from schemas.records.contribution import Contribution
from schemas.records.event import EVENTS, Event, Provenance
from schemas.records.evidence import Evidence
from schemas.records.listing import Listing, Owner, organisation_id
from schemas.records.point import Point
from schemas.wire import short_hash

PATENT = "202110123456.7"
RECEIVED = "2025-03-18T10:42:07+08:00"


def a_provenance(**changes: Any) -> Provenance:
    return Provenance(
        **{
            "source": "cnipa_gazette",
            "feed": "transfers",
            "record": "2025-03-18/12",
            "phase": "recorded",
            "received_at": RECEIVED,
            "url": "http://127.0.0.1/gazette",
            "sequence": 1,
            "evidence": Evidence(sha256="a" * 64, pointer="/doc/3"),
            "synthetic": False,
            **changes,
        }
    )


def a_party(name: str, **changes: Any) -> Party:
    return Party(**{"name": name, "key": name_key(name), "party_type": "enterprise", "region": "430104", **changes})


def a_transfer(**changes: Any) -> Event:
    """A recorded transfer; ``statement`` holds what differs in it."""
    statement = Transfer(
        **{
            "patents": (PATENT,),
            "transferor": (a_party("湘江大学", party_type="university"),),
            "transferee": (a_party("岳麓精密制造有限公司", sme="yes"),),
            "effective_on": "2025-03-09",
            **changes.pop("statement", {}),
        }
    )
    return EVENTS["transfer"](
        **{
            "id": "transfer:" + short_hash("transfer", PATENT, "2025-03-09"),
            "subject": f"patent:{PATENT}",
            "revision": 1,
            "state": "current",
            "phase": "recorded",
            "occurred_on": "2025-03-09",
            "statement": statement,
            "sources": (a_provenance(),),
            "disagreements": (),
            "received_at": RECEIVED,
            "synthetic": False,
            **changes,
        }
    )


def a_listing(number: int = 1, **changes: Any) -> Listing:
    owner = changes.pop("owner", "湘江大学")
    return Listing(
        **{
            "id": "supply:" + short_hash("supply", str(number)),
            "kind": "supply",
            "subject": f"patent:{PATENT}",
            "revision": 1,
            "state": "open",
            "state_reason": "",
            "title": "一种枯草芽孢杆菌发酵装置",
            "summary": "用于饲料发酵的传感器与控制方法",
            "keywords": (),
            "applications": (),
            "industries": ("F2",),
            "industries_derived": False,
            "ipc": ("C12N1/20",),
            "area": "430104",
            "posted_on": "2025-03-01",
            "last_seen_at": RECEIVED,
            "patent_number": PATENT,
            "right_type": "invention",
            "legal_status": "granted",
            "encumbrances": (),
            "open_licence": False,
            "deal_forms": ("transfer",),
            "stage": "unknown",
            "evaluations": 0,
            "missing": (),
            "price": Price(basis="negotiable", text=""),
            "owner": Owner(name=owner, party_type="university", organisation_id=organisation_id(name_key(owner))),
            "sources": (a_provenance(feed="supply"),),
            "disagreements": (),
            "received_at": RECEIVED,
            "synthetic": False,
            **changes,
        }
    )


def a_contribution(event: Event | None = None, **changes: Any) -> Contribution:
    event = event or a_transfer()
    return Contribution(
        **{
            "indicator": "transfers",
            "distinct": f"{PATENT}+{event.id}",
            "event": event.id,
            "revision": event.revision,
            "live": True,
            "occurred_on": event.occurred_on,
            "dimensions": {"area": "430100", "right_type": "invention"},
            "amount_missing": False,
            "authority": "vendor",
            "received_at": RECEIVED,
            "synthetic": False,
            **changes,
        }
    )


def a_point(**changes: Any) -> Point:
    return Point(
        **{
            "indicator": "transfers",
            "label": "专利转让次数",
            "dimensions": {"area": "430100"},
            "period": "2025-03",
            "value": "1",
            "unit": "次",
            "revision": 1,
            "status": "P",
            "as_of": RECEIVED,
            "coverage": {},
            "contributions": 1,
            "flags": (),
            "def_version": 1,
            "synthetic": False,
            **changes,
        }
    )


K5_MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13) if (year, month) < (2025, 7)]


def months_of(indicator: str, months: Sequence[str] = K5_MONTHS) -> list[Point]:
    """One thing counted in the province in each of these months; else of those of goal K5 up to the portal's today."""
    return [a_point(indicator=indicator, dimensions={"area": "430000"}, period=month) for month in months]
