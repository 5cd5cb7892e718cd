"""The directory that grows from lists: what a party's dossier answers to the patents that ask about it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from tests.examples import SME, P, a_party_status, a_transfer
from tests.hub import Hub


def sized(sme: str, on: str | None, **more: Any) -> dict[str, Any]:
    """A row of a list with size columns; the list itself says nothing of the size."""
    status = a_party_status(
        means_sme=False,
        list_name="样例名录",
        since=None,
        until=None,
        record=f"hn_sme_service|directory|{sme}{on}",
        **more,
    )
    told = {"sme": sme, "sme_by": "中小企业划型标准规定", **({"sme_on": on} if on else {})}
    status["statement"]["party"] = [{**status["statement"]["party"][0], **told}]
    return status


def taker(*sightings: dict[str, Any]) -> dict[str, Any]:
    """The taker of a transfer on 2025-04-02, the same in any order of arrival."""
    found = [
        event["statement"]["transferee"][0]
        for order in permutations([a_transfer(P), *sightings])
        for event in Hub().sight(order, 1).current("transfer").values()
    ]
    assert all(party == found[0] for party in found)
    return dict(found[0])


def test_a_list_gives_the_size_with_its_day_and_its_name() -> None:
    party = taker(a_party_status())
    assert (party["sme"], party["sme_on"], party["sme_by"]) == ("yes", "2024-01-01", "湖南省专精特新中小企业")


def test_numbers_give_yes_or_no_from_their_day_on() -> None:
    assert (taker(sized("yes", "2024-12-31"))["sme"], taker(sized("no", "2024-12-31"))["sme"]) == ("yes", "no")
    assert "sme" not in taker(sized("no", "2025-12-31"))


def test_the_newer_numbers_count_and_a_list_in_force_outdoes_them() -> None:
    assert taker(sized("yes", "2022-12-31"), sized("no", "2024-12-31"))["sme"] == "no"
    assert taker(sized("no", "2024-12-31"), a_party_status())["sme"] == "yes"
    assert taker(sized("no", "2024-12-31"), a_party_status(until="2024-12-31"))["sme"] == "no"


def test_a_large_taker_counts_as_large() -> None:
    hub = Hub().sight([a_transfer(P), sized("no", "2024-12-31")])
    assert hub.figure("transfers:area=430100;counter_type=large:2025-04") == "1"
    assert hub.figure("university_to_sme_transfers:area=430100:2025-04") == "0"


def test_a_list_gives_code_and_place_to_a_party_that_a_deal_only_names() -> None:
    status = a_party_status()
    status["statement"]["party"] = [
        {**status["statement"]["party"][0], "credit_code": "91430100712159116H", "region": "430211"}
    ]
    bare = a_transfer(P)
    bare["statement"]["transferee"] = [{"name": SME, "key": SME, "party_type": "enterprise"}]
    (event,) = Hub().sight([bare, status]).current("transfer").values()
    party = event["statement"]["transferee"][0]
    assert (party["credit_code"], party["region"]) == ("91430100712159116H", "430211")
