"""What counts once, what counts nothing, and whose word is taken: small cases of the counting rules."""

from __future__ import annotations

from itertools import permutations

import pytest

from schemas.topics import CONTRIBUTION
from streams.choice import by_trust
from streams.conclude import events_of, sort_out
from streams.identity import event_id
from tests.examples import A, a_contract, a_pledge, a_transfer, yuan
from tests.streams.hub import Hub


def test_an_event_has_the_same_name_in_every_process() -> None:
    """A fixed name: whoever holds an address of yesterday must find the event today."""
    (event,) = Hub().sight([a_transfer(A, on="2025-04-02")]).current("transfer").values()
    assert event["id"] == "transfer:01d84f63f289c5d037fb"


def test_the_record_names_the_event_and_the_notice_s_name_leads_to_it() -> None:
    told = [a_transfer(A, phase="noticed", on=None, signed_on="2025-03-20"), a_transfer(A, on="2025-04-02")]
    notice, _ = [Hub().sight([one]).current("transfer").popitem()[0] for one in told]
    hub = Hub().sight(told)
    (name,) = hub.current("transfer")
    assert name == event_id("transfer", (A, "2025-04-02")) != notice
    assert hub.values("tongda.transfer.v1")[notice]["merged_into"] == name


def test_of_two_equally_trusted_statements_the_smaller_id_wins_whatever_came_first() -> None:
    statements = [a_pledge(A, "Y1", secured=sum_, record=f"vendor|pledges|{name}") for name, sum_ in (("b", 2), ("a", 1), ("c", 3))]
    for order in permutations(statements):
        assert [one["id"][-1] for one in by_trust(order)] == ["a", "b", "c"]
        (event,) = events_of(sort_out(statements[0]["subject"], list(order))).documents.values()
        assert event["statement"]["secured_amount"] == yuan(1)


def test_an_amount_that_nobody_named_is_not_nothing() -> None:
    hub = Hub().sight([a_contract("1", value=None), a_contract("2", value=0), a_contract("3", value=7)])
    made = [one for one in hub.values(CONTRIBUTION.name).values() if one["indicator"] == "contract_value"]
    said = {one["distinct"]: (one.get("amount"), one["amount_missing"]) for one in made}
    assert said == {"1": (None, True), "2": (yuan(0), False), "3": (yuan(7), False)}
    point = hub.values("tongda.statistic.v1")["contract_value:area=430000:2025"]
    assert (point["value"], point["coverage"]) == ("7.00", {"amounts": "0.667"})


def test_a_patent_sold_in_two_months_is_one_patent_in_each_and_one_in_the_year() -> None:
    hub = Hub().sight([a_transfer(A, on="2025-03-02"), a_transfer(A, on="2025-04-02")])
    periods = ("2025-03", "2025-04", "2025")
    assert [hub.figure(f"transferred_patents:area=430000:{period}") for period in periods] == ["1", "1", "1"]
    assert [hub.figure(f"transfers:area=430000:{period}") for period in periods] == ["1", "1", "2"]


@pytest.mark.parametrize("batch", [1, 10])
def test_one_contract_of_two_patents_told_by_two_platforms_has_its_money_once(batch: int) -> None:
    told = [a_contract(patents=("1", "2"), value=500), a_contract(patents=("1", "2"), value=500, record="hn_sme_service|c|1")]
    hub = Hub().sight(told, batch)
    assert hub.figure("contract_value:area=430000:2025") == "500.00"


@pytest.mark.parametrize("batch", [1, 10])
def test_one_pledge_of_two_patents_has_its_money_once(batch: int) -> None:
    told = [a_pledge(patent, "Y1", secured=500, ledger=True, record=f"hn_ip_service|pledges|{patent}") for patent in (A, "202411223548.2")]
    hub = Hub().sight(told, batch)
    assert hub.figure("pledge_financing:area=430000:2025-03") == "500.00"
    assert hub.figure("pledged_patents:area=430000:2025-03") == "2"
