"""What counts once, what counts nothing, and whose word is taken: small cases of the counting rules."""

from __future__ import annotations

from itertools import permutations

import pytest

from schemas.fields.money import Money
from schemas.kinds.identity import event_id
from schemas.topics import CONTRIBUTION
from tests.examples import (
    FIRM,
    SME,
    UNIVERSITY,
    A,
    P,
    a_contract,
    a_party_status,
    a_pledge,
    a_transfer,
    party,
    yuan,
)
from tests.hub import Hub
from tests.streams.resolving import only_event


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
    statements = [
        a_pledge(A, "Y1", secured=sum_, record=f"vendor|pledges|{name}")
        for name, sum_ in (("b", 2), ("a", 1), ("c", 3))
    ]
    for order in permutations(statements):
        event = only_event(*order)
        assert [source.record for source in event.sources] == ["a", "b", "c"]
        assert event.statement.secured_amount == Money.of(100)


def test_an_amount_that_nobody_named_is_not_nothing() -> None:
    hub = Hub().sight([a_contract("1", value=None), a_contract("2", value=0), a_contract("3", value=7)])
    made = [one for one in hub.values(CONTRIBUTION.name).values() if one["indicator"] == "contract_value"]
    said = {one["distinct"]: (one.get("amount"), one["amount_missing"]) for one in made}
    assert said == {"1": (None, True), "2": (yuan(0), False), "3": (yuan(7), False)}
    point = hub.points()["contract_value:area=430000:2025"]
    assert (point["value"], point["coverage"]) == ("7.00", {"amounts": "0.667"})


def test_a_patent_sold_in_two_months_is_one_patent_in_each_and_one_in_the_year() -> None:
    hub = Hub().sight([a_transfer(A, on="2025-03-02"), a_transfer(A, on="2025-04-02")])
    periods = ("2025-03", "2025-04", "2025")
    assert [hub.figure(f"transferred_patents:area=430000:{period}") for period in periods] == ["1", "1", "1"]
    assert [hub.figure(f"transfers:area=430000:{period}") for period in periods] == ["1", "1", "2"]


@pytest.mark.parametrize("batch", [1, 10])
def test_one_contract_of_two_patents_told_by_two_platforms_has_its_money_once(batch: int) -> None:
    told = [
        a_contract(patents=("1", "2"), value=500),
        a_contract(patents=("1", "2"), value=500, record="hn_sme_service|c|1"),
    ]
    hub = Hub().sight(told, batch)
    assert hub.figure("contract_value:area=430000:2025") == "500.00"


@pytest.mark.parametrize("batch", [1, 10])
def test_one_pledge_of_two_patents_has_its_money_once(batch: int) -> None:
    told = [
        a_pledge(patent, "Y1", secured=500, ledger=True, record=f"hn_ip_service|pledges|{patent}")
        for patent in (A, "202411223548.2")
    ]
    hub = Hub().sight(told, batch)
    assert hub.figure("pledge_financing:area=430000:2025-03") == "500.00"
    assert hub.figure("pledged_patents:area=430000:2025-03") == "2"


def test_a_firm_that_pledges_twice_and_is_renamed_in_between_is_one_firm() -> None:
    code = "91430100MA4L16JQ9B"
    told = [
        a_pledge(A, "Y1", on="2025-03-10", secured=5_000_000),
        a_pledge(P, "Y2", on="2025-04-10", pledgor="长沙样例重工有限公司", secured=5_000_000),
    ]
    for name in (FIRM, "长沙样例重工有限公司"):
        listed = a_party_status(name)
        listed["statement"]["party"][0]["credit_code"] = code
        told.append(listed)
    for order in permutations(told):
        hub = Hub().sight(order, 1)
        assert hub.figure("pledge_enterprises:area=430000:2025") == "1"
        assert hub.figure("pledge_enterprises:area=430000:2025-04") == "1"


def test_each_firm_of_a_joint_pledge_is_counted_and_a_university_is_not() -> None:
    joint = a_pledge(A, "Y1", secured=5_000_000)
    joint["statement"]["pledgor"] = [party(FIRM), party(UNIVERSITY), party(SME)]
    hub = Hub().sight([joint])
    assert hub.figure("pledge_enterprises:area=430000:2025-03") == "2"
    assert hub.figure("pledges:area=430000:2025-03") == "1"


@pytest.mark.parametrize(
    ("secured", "loan", "counted"),
    [
        (10_000_000, None, ("1", "1")),
        (10_000_001, None, ("0", "1")),
        (30_000_000, 9_000_000, ("1", "1")),
        (20_000_001, None, ("0", "0")),
        (None, None, ("0", "0")),
    ],
)
def test_a_loan_is_inclusive_by_its_own_amount_up_to_each_ceiling(
    secured: int | None, loan: int | None, counted: tuple[str, str]
) -> None:
    hub = Hub().sight([a_pledge(A, "Y1", secured=secured, loan_amount=None if loan is None else yuan(loan))])
    names = ("inclusive_loan_enterprises", "inclusive_loan_enterprises_20m")
    assert tuple(hub.figure(f"{name}:area=430000:2025-03") for name in names) == counted


def test_a_firm_with_one_large_and_one_small_loan_is_reached_once() -> None:
    told = [a_pledge(A, "Y1", secured=30_000_000), a_pledge(P, "Y2", secured=2_000_000)]
    assert Hub().sight(told).figure("inclusive_loan_enterprises:area=430000:2025") == "1"
