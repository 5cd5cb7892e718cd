"""Figures of licences, contracts, related parties and meetings: what counts in each, what does not, and what counts once."""

from __future__ import annotations

import pytest

from tests.examples import SME, UNIVERSITY, A, B, a_contract, a_licence, a_pledge, a_transfer, party, seen, yuan
from tests.hub import Hub

PROVINCE = "area=430000"
OTHER_SME = "湘潭市乙机械有限公司"


def figures(hub: Hub, name: str, *periods: str) -> list[str]:
    return [hub.figure(f"{name}:{PROVINCE}:{period}") for period in periods]


def test_a_transfer_between_related_parties_counts_apart_and_only_where_a_source_says_so() -> None:
    hub = Hub().sight(
        [a_transfer(A, related_party=True), a_transfer(B), a_transfer(A, on="2025-05-02", related_party=False)]
    )
    assert figures(hub, "related_party_transfers", "2025-04", "2025-05", "2025") == ["1", "0", "1"]
    assert figures(hub, "transfers", "2025") == ["3"]


def test_a_patent_licensed_in_two_months_is_one_patent_in_each_and_one_in_the_year() -> None:
    hub = Hub().sight([a_licence(A, "X1"), a_licence(A, "X2", on="2025-07-06"), a_licence(B, "X2", on="2025-07-06")])
    assert figures(hub, "licence_patents", "2025-05", "2025-07", "2025") == ["1", "2", "2"]


def test_the_fee_of_a_recordal_counts_once_and_one_that_nobody_states_lowers_the_coverage() -> None:
    told = [a_licence(A, "X1", royalty=yuan(500)), a_licence(B, "X1", royalty=yuan(500)), a_licence(A, "X2")]
    hub = Hub().sight(told)
    point = hub.points()[f"licence_value:{PROVINCE}:2025"]
    assert (point["value"], point["coverage"]) == ("500.00", {"amounts": "0.500"})


def test_a_licence_under_a_declaration_counts_once_for_each_who_takes_it_and_no_other_licence_does() -> None:
    told = [
        a_licence(A, "X1", kind="open"),
        a_licence(A, "X2", kind="open", on="2025-07-06"),
        a_licence(A, "X3", kind="open", taker=OTHER_SME),
        a_licence(B, "X4"),
    ]
    assert figures(Hub().sight(told), "open_licence_deals", "2025-05", "2025-07", "2025") == ["2", "0", "2"]


def test_what_a_contract_pays_for_technology_alone_counts_once_for_its_number() -> None:
    hub = Hub().sight(
        [
            a_contract("1", value=900, technology_value=yuan(700)),
            a_contract("1", value=900, technology_value=yuan(700), record="hn_sme_service|c|1"),
            a_contract("2", value=100),
        ]
    )
    assert figures(hub, "technology_value", "2025-04", "2025") == ["700.00", "700.00"]


def test_a_patent_pledged_to_two_banks_is_two_pledges_and_one_patent_while_one_is_not_released() -> None:
    told = [a_pledge(A, "Y1", secured=300), a_pledge(A, "Y2", on="2025-04-01", secured=200)]
    names = ("pledges_outstanding", "pledged_patents_outstanding", "pledge_financing_outstanding")
    held = Hub().sight(told)
    assert [figures(held, name, "current") for name in names] == [["2"], ["1"], ["500.00"]]
    freed = Hub().sight([*told, a_pledge(A, "Y1", on=None, phase="released", released_on="2025-05-08")])
    assert [figures(freed, name, "current") for name in names] == [["1"], ["1"], ["200.00"]]


@pytest.mark.parametrize("batch", [1, 10])
def test_a_meeting_announced_by_two_platforms_is_one_and_without_a_day_it_is_none(batch: int) -> None:
    def meeting(record: str, title: str = "轨道交通产业专利对接会", held_on: str | None = "2025-05-20"):
        organiser = party(UNIVERSITY)
        return seen(
            "activity",
            "recorded",
            f"party:{organiser['key']}",
            record,
            organiser=[organiser],
            title=title,
            held_on=held_on,
        )

    told = [meeting("hn_ip_service|activities|1"), meeting("protection_centre_1|activities|7")]
    hub = Hub().sight([*told, meeting("hn_ip_service|activities|2", "新材料专利路演", None)], batch)
    assert figures(hub, "matchmaking_activities", "2025-05", "2025") == ["1", "1"]


def test_an_evaluation_counts_once_for_a_firm_a_patent_and_a_day() -> None:
    def evaluation(record: str, on: str, prospects: str):
        said = {"patents": [A], "enterprise": [party(SME)], "evaluated_on": on, "prospects": prospects}
        return seen("evaluation", "recorded", f"patent:{A}", f"cn_patent_navigation|evaluations|{record}", **said)

    told = [
        evaluation("1", "2025-05-01", "high"),
        evaluation("2", "2025-05-01", "low"),
        evaluation("3", "2025-05-02", "low"),
    ]
    assert figures(Hub().sight(told), "pool_evaluations", "2025-05") == ["2"]


def test_what_leaves_a_prefecture_counts_where_it_goes_and_what_enters_hunan_where_it_arrives() -> None:
    shanghai, unknown = "上海样例材料股份有限公司", "样例控股有限公司"
    told = [
        a_transfer(A, takers=(OTHER_SME,)),
        a_transfer(B, takers=(shanghai,)),
        a_transfer(A, takers=(unknown,), on="2025-05-02"),
        a_transfer(A, givers=(shanghai,), takers=(OTHER_SME,), on="2025-06-02"),
        a_transfer(B, givers=(shanghai,), takers=(shanghai,), on="2025-06-02"),
        a_transfer(B, givers=(unknown,), takers=(OTHER_SME,), on="2025-07-02"),  # it may be of Hunan
        a_transfer(A, givers=(UNIVERSITY, shanghai), takers=(OTHER_SME,), on="2025-08-02"),
    ]
    hub = Hub().sight(told)
    assert figures(hub, "transfer_flows", "2025") == figures(hub, "transfers", "2025") == ["4"]
    flows = [
        hub.figure(f"transfer_flows:area=430100;counter_area={place}:2025")
        for place in ("430300", "outside", "unknown")
    ]
    assert flows == ["2", "1", "1"]
    assert figures(hub, "transfer_inflow", "2025-06", "2025") == ["1", "1"]
    assert hub.figure("transfer_inflow:area=430300:2025") == "1"


def test_a_firm_with_two_products_is_one_and_leaves_with_the_last_of_them() -> None:
    def filing(number: str, patent: str, phase: str = "filed"):
        said = {"patents": [patent], "title": "产品", "filing_number": number, "enterprise": [party(SME)]}
        return seen(
            "product",
            phase,
            f"patent:{patent}",
            f"patent_products|filings|{number}{phase}",
            filed_on="2025-01-02",
            **said,
        )

    told = [filing("1", A), filing("2", B)]
    names = ("product_recordals", "product_enterprises")
    assert [figures(Hub().sight(told), name, "current") for name in names] == [["2"], ["1"]]
    told += [filing("2", B, "cancelled")]
    assert [figures(Hub().sight(told), name, "current") for name in names] == [["1"], ["1"]]
    assert figures(Hub().sight([*told, filing("1", A, "cancelled")]), "product_enterprises", "current") == ["0"]
