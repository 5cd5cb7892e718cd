"""Curating: one card for each patent and each need, its state, the event behind it, what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.examples import SME, UNIVERSITY, P, a_demand, a_legal_status, a_licence, a_pledge, a_supply, a_transfer, seen
from tests.hub import Hub


def card(*sightings: dict[str, Any], kind: str = "supply") -> dict[str, Any]:
    (only,) = Hub().sight(sightings).values(f"tongda.{kind}.v1").values()
    return dict(only)


def test_two_platforms_that_offer_one_patent_share_one_card() -> None:
    made = card(
        a_supply(),
        a_supply(
            record="univ|supply|9", authority="university", title="减振装置", posted_on="2025-02-01", keywords=["减振"]
        ),
    )
    assert (made["title"], made["posted_on"], made["keywords"]) == ("一种轨道车辆减振装置", "2025-02-01", ["减振"])
    assert [source["source"] for source in made["sources"]] == ["hn_ip_service", "univ"]
    assert made["missing"] == ["application", "classification"]


@pytest.mark.parametrize(
    ("more", "state", "reason"),
    [
        ([a_transfer(P, on="2025-04-02")], "concluded", "transfer_recorded"),
        ([a_transfer(P, phase="noticed", signed_on="2025-03-01")], "concluded", "transfer_noticed"),
        ([a_transfer(P, on="2024-04-02")], "open", ""),
        ([a_transfer(P, on="2025-04-02", form="entry")], "open", ""),
        (
            [a_transfer(P, on="2025-04-02"), a_supply(record="x|supply|2", owner=SME, posted_on="2025-06-01")],
            "open",
            "",
        ),
        ([a_legal_status(P, "lapsed", "2025-05-01")], "withdrawn", "lapsed"),
        ([a_legal_status(P, "lapsed", "2025-05-01"), a_legal_status(P, "restored", "2025-08-01")], "open", ""),
        ([a_legal_status(P, "preserved", "2025-05-01")], "withdrawn", "preserved"),
        (
            [a_legal_status(P, "preserved", "2025-05-01"), a_legal_status(P, "preservation_lifted", "2025-09-01")],
            "open",
            "",
        ),
        ([a_pledge(P, "Y2025430000012")], "open", ""),
        ([a_supply(record="x|supply|2", phase="reserved")], "reserved", "platform_reserved"),
        ([a_supply(record="x|supply|2", phase="withdrawn")], "open", ""),
    ],
)
def test_a_card_has_a_state_with_its_reason_and_event(more: list[dict[str, Any]], state: str, reason: str) -> None:
    made = card(a_supply(), *more)
    assert (made["state"], made["state_reason"]) == (state, reason)
    assert bool(made.get("state_event")) == (reason != "" and not reason.startswith("platform"))


def test_a_pledge_and_an_exclusive_licence_encumber_until_they_end() -> None:
    pledge, release = (
        a_pledge(P, "Y2025430000012"),
        a_pledge(P, "Y2025430000012", on=None, phase="released", released_on="2025-05-08"),
    )
    licence = a_licence(P, kind="exclusive")
    assert [one["type"] for one in card(a_supply(), pledge, licence)["encumbrances"]] == ["exclusive_licence", "pledge"]
    assert [one["type"] for one in card(a_supply(), pledge, release, licence)["encumbrances"]] == ["exclusive_licence"]


def test_a_card_whose_last_platform_drops_it_is_withdrawn_with_its_words_kept() -> None:
    offer = a_supply()
    hub = Hub().sight([offer])
    hub.sight([seen("supply", "open", offer["subject"], offer["id"], sequence=2, absent=True)])
    (made,) = hub.values("tongda.supply.v1").values()
    assert (made["state"], made["state_reason"], made["title"], made["revision"]) == (
        "withdrawn",
        "absent",
        "一种轨道车辆减振装置",
        2,
    )
    assert hub.figure("supply_listings:area=430000:current") == "0"


def test_one_need_on_two_platforms_is_one_card_and_the_second_address_leads_to_it() -> None:
    hub = Hub().sight(
        [a_demand(), a_demand("寻求高强度铝合金的铸造工艺", record="hn_sme_service|demands|7", posted_on="2025-03-01")]
    )
    cards = hub.values("tongda.demand.v1")
    standing = [one for one in cards.values() if one["state"] == "open"]
    merged = [one for one in cards.values() if one["state"] == "merged"]
    assert len(standing) == len(merged) == 1
    assert merged[0]["merged_into"] == standing[0]["id"]
    assert hub.figure("demand_listings:area=430200:current") == "1"


def test_a_split_ruling_makes_two_cards_and_survives_a_replay() -> None:
    one, other = (
        a_demand(),
        a_demand("寻求高强度铝合金的铸造工艺", record="hn_sme_service|demands|7", posted_on="2025-03-01"),
    )
    ruling = seen("ruling", "", one["subject"], "hub|ruling|1", kind="demand", action="split", members=[other["id"]])
    for order in ([one, other, ruling], [ruling, other, one, other, one]):
        assert (
            len([card for card in Hub().sight(order, 1).values("tongda.demand.v1").values() if card["state"] == "open"])
            == 2
        )


def test_the_owner_of_a_card_has_a_public_id_and_a_person_has_none() -> None:
    assert card(a_supply())["owner"]["organisation_id"].startswith("org:")
    person = a_supply()
    person["statement"]["owner"] = [{"name": "张*", "key": "person:0", "party_type": "individual"}]
    assert "organisation_id" not in card(person)["owner"]
    assert card(a_supply())["area"] == "430104" and UNIVERSITY in card(a_supply())["owner"]["name"]
