"""The oracle alone: the worked example of the counting rules, merging, listings, dead letters."""

from __future__ import annotations

import pytest

from ops.sandbox.oracle import figures
from ops.sandbox.oracle.expected import expect
from ops.sandbox.oracle.truth import event_id
from ops.sandbox.world.ledger import Change, Fact

FIRM = {"name": "甲股份有限公司", "type": "enterprise", "region": "430102"}
UNIVERSITY = {"name": "湘样大学", "type": "university", "region": "430104"}
SMALL = {"name": "乙有限公司", "type": "enterprise", "region": "430211"}
BANK = {"name": "某银行股份有限公司", "type": "enterprise"}
A, B, C, D, P, Q = (f"20201{serial:07d}.{check}" for serial, check in zip(range(1, 7), "123456", strict=True))


def change(
    seq: int, source: str, feed: str, record: str, *facts: Fact, op: str = "insert", unreadable: str = ""
) -> Change:
    return Change(seq, 0, source, feed, record, op, "", "2025-01-01T00:00:00+08:00", {}, list(facts), unreadable)  # type: ignore[arg-type]


def pledge(patents: list[str], number: str, **more: object) -> Fact:
    return {
        "kind": "pledge",
        "phase": "registered",
        "patents": patents,
        "registration_number": number,
        "collateral": "patent",
        "givers": [FIRM],
        "takers": [BANK],
        **more,
    }


def worked_example() -> list[Change]:
    """Two pledges by one firm, and a university that gives two patents to a small firm (docs/figures.md#counting-rules)."""
    statements = [
        *[("cnipa_gazette", f"{patent}+", pledge([patent], "Y1", registered_on="2025-03-10")) for patent in (A, B, C)],
        ("hn_ip_service", "ledger1", pledge([A, B, C], "Y1", registered_on="2025-03-10", secured_amount=500_000_000)),
        ("cnipa_gazette", f"{D}+", pledge([D], "Y2", registered_on="2025-04-02")),
        ("hn_ip_service", "ledger2", pledge([D], "Y2", registered_on="2025-04-02", secured_amount=300_000_000)),
        ("cnipa_gazette", f"{C}-", pledge([C], "Y1", released_on="2025-05-08", phase="released")),
        ("cnipa_gazette", f"{D}-", pledge([D], "Y2", released_on="2025-06-01", phase="released")),
        (
            "hn_ip_service",
            "notice",
            {
                "kind": "transfer",
                "phase": "noticed",
                "patents": [P, Q],
                "signed_on": "2025-03-01",
                "consideration": 20_000_000,
                "givers": [UNIVERSITY],
                "takers": [SMALL],
            },
        ),
        *[
            (
                "cnipa_gazette",
                f"{patent}t",
                {
                    "kind": "transfer",
                    "phase": "recorded",
                    "patents": [patent],
                    "effective_on": "2025-04-02",
                    "form": "whole",
                    "announced_on": "2025-04-15",
                    "givers": [UNIVERSITY],
                    "takers": [SMALL],
                    "ipc": ["G06N3/02"],
                },
            )
            for patent in (P, Q)
        ],
        (
            "hn_ip_service",
            "contract",
            {
                "kind": "contract",
                "phase": "registered",
                "contract_number": "N",
                "contract_type": "transfer",
                "patents": [P, Q],
                "patent_related": True,
                "contract_value": 20_000_000,
                "registered_on": "2025-04-10",
                "givers": [UNIVERSITY],
                "takers": [SMALL],
            },
        ),
        (
            "hn_sme_service",
            "list",
            {
                "kind": "party-status",
                "phase": "listed",
                "party": SMALL,
                "means_sme": True,
                "list_name": "名单",
                "edition": "1",
                "valid_from": "2024-01-01",
                "valid_until": "2027-12-31",
            },
        ),
    ]
    return [change(seq, source, "feed", record, fact) for seq, (source, record, fact) in enumerate(statements, 1)]


@pytest.mark.parametrize(
    ("indicator", "march", "april", "year"),
    [
        ("pledges", 1, 1, 2),
        ("pledge_financing", 500_000_000, 300_000_000, 800_000_000),
        ("pledged_patents", 3, 1, 4),
        ("transfers", 0, 2, 2),
        ("university_to_sme_deals", 0, 2, 2),
        ("transferred_patents", 0, 2, 2),
        ("contracts", 0, 1, 1),
        ("patent_contract_value", 0, 20_000_000, 20_000_000),
        ("pledge_releases", 0, 0, 1),
        ("pledge_enterprises", 1, 1, 1),
        ("inclusive_loan_enterprises", 1, 1, 1),
        ("inclusive_loan_enterprises_20m", 1, 1, 1),
    ],
)
def test_the_worked_example_of_the_counting_rules(indicator: str, march: int, april: int, year: int) -> None:
    cells = figures.recount(expect(worked_example()))
    for area in ("430100", "430000"):
        assert tuple(
            cells.get((indicator, (("area", area),), period), 0) for period in ("2025-03", "2025-04", "2025")
        ) == (march, april, year)


def test_a_registration_is_released_in_the_month_of_its_last_patent() -> None:
    cells = figures.recount(expect(worked_example()))
    assert {
        cell[2]: value for cell, value in cells.items() if cell[:2] == ("pledge_releases", (("area", "430000"),))
    } == {"2025-06": 1, "2025": 1}


def test_a_notice_and_its_recordal_are_one_event() -> None:
    expected = expect(worked_example())
    assert {event.id for event in expected.events.values() if event.kind == "transfer"} == {
        event_id("transfer", patent, "2025-04-02") for patent in (P, Q)
    }
    assert expected.events[event_id("transfer", P, "2025-04-02")].fact["consideration"] == 20_000_000


def test_a_purchase_before_the_buyer_was_listed_as_small_is_no_deal_with_a_small_firm() -> None:
    changes = worked_example()
    late = {**changes[-1].facts[0], "valid_from": "2025-04-03"}
    cells = figures.recount(expect([*changes, change(99, "hn_sme_service", "feed", "list", late, op="edit")]))
    assert ("university_to_sme_deals", (("area", "430000"),), "2025") not in cells
    assert cells["transfers", (("area", "430000"), ("counter_type", "unknown")), "2025"] == 2


def test_a_record_that_became_unreadable_keeps_its_last_readable_statement() -> None:
    changes = worked_example()
    expected = expect(
        [*changes, change(99, "hn_ip_service", "feed", "contract", op="edit", unreadable="money_unreadable")]
    )
    assert expected.dead_letters == {("hn_ip_service", "feed", "contract"): "money_unreadable"}
    assert event_id("contract", "N") in expected.events


def supply(phase: str = "open", posted: str = "2025-01-01") -> Fact:
    return {
        "kind": "supply",
        "phase": phase,
        "patents": [P],
        "owner": UNIVERSITY,
        "area": "430104",
        "title": "一种样例",
        "ipc": "G06N3/02",
        "price": {"basis": "lump_sum", "low": 1, "high": 1},
        "industries": [],
        "posted_on": posted,
    }


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ([], "open"),
        ([{"kind": "legal-status", "phase": "lapsed", "patents": [P], "announced_on": "2025-05-02"}], "withdrawn"),
        (
            [
                {"kind": "legal-status", "phase": "preserved", "patents": [P], "announced_on": "2025-05-02"},
                {"kind": "legal-status", "phase": "preservation_lifted", "patents": [P], "announced_on": "2025-05-02"},
            ],
            "open",
        ),
        (
            [
                {
                    "kind": "transfer",
                    "phase": "recorded",
                    "patents": [P],
                    "effective_on": "2025-04-02",
                    "form": "whole",
                    "givers": [UNIVERSITY],
                    "takers": [SMALL],
                }
            ],
            "concluded",
        ),
        (
            [
                {
                    "kind": "transfer",
                    "phase": "recorded",
                    "patents": [P],
                    "effective_on": "2024-04-02",
                    "form": "whole",
                    "givers": [UNIVERSITY],
                    "takers": [SMALL],
                }
            ],
            "open",
        ),
    ],
)
def test_the_state_of_an_offer_follows_the_legal_status_and_transfers_of_its_patent(
    facts: list[Fact], state: str
) -> None:
    changes = [
        change(1, "hn_ip_service", "supply", "S1", supply()),
        *[change(seq, "cnipa_gazette", "feed", f"r{seq}", fact) for seq, fact in enumerate(facts, 2)],
    ]
    (listing,) = expect(changes).listings.values()
    assert (listing.state, listing.industries) == (state, ("F1",))


def test_a_loan_that_only_the_hub_may_know_counts_and_is_in_no_public_event() -> None:
    loan = pledge([A, B, C], "Y1", registered_on="2025-03-10", loan_amount=2_000_000_000)
    expected = expect([*worked_example(), change(99, "bank_pledges", "loans", "DK1", loan)])
    event = event_id("pledge", A, "Y1")
    assert expected.counted[event].fact["loan_amount"] == 2_000_000_000
    assert "loan_amount" not in expected.events[event].fact
    cells = figures.recount(expected)
    assert cells["inclusive_loan_enterprises", (("area", "430000"),), "2025"] == 1  # by its other pledge
    assert ("inclusive_loan_enterprises", (("area", "430000"),), "2025-03") not in cells


def test_a_loan_without_a_number_joins_the_registration_of_the_same_parties_and_days() -> None:
    loan = {**pledge([D], "", registered_on="2025-04-01", loan_amount=1), "registration_number": None}
    other = {**loan, "registered_on": "2025-08-01"}
    expected = expect(
        [
            *worked_example(),
            change(98, "bank_pledges", "loans", "DK1", loan),
            change(99, "bank_pledges", "loans", "DK2", other),
        ]
    )
    assert expected.counted[event_id("pledge", D, "Y2")].fact["loan_amount"] == 1
    alone = {name: event.fact["registered_on"] for name, event in expected.counted.items() if event.subject == D}
    assert sorted(alone.values()) == ["2025-04-02", "2025-08-01"]
    assert not alone.keys() - {event_id("pledge", D, "Y2")} & expected.events.keys()


def test_an_offer_of_several_platforms_has_the_first_price_that_any_of_them_names() -> None:
    pooled = {**supply(posted="2025-02-01"), "price": None, "area": None, "industries": []}
    listed = {**supply(), "price": {"basis": "negotiable"}, "industries": ["T1"], "ipc": None}
    (listing,) = expect(
        [change(1, "convertible_pool", "pool", "K1", pooled), change(2, "hn_ip_exchange", "offers", "X1", listed)]
    ).listings.values()
    assert (listing.basis, listing.area, listing.industries) == ("negotiable", "430104", ("T1",))
    assert listing.sources == ("convertible_pool", "hn_ip_exchange")


def contribution(phase: str, **days: str) -> Fact:
    return {
        "kind": "equity",
        "phase": phase,
        "patents": [P],
        "givers": [UNIVERSITY],
        "takers": [SMALL],
        "contribution_value": 30_000_000,
        **days,
    }


def test_a_contribution_counts_when_it_is_registered_and_ends_what_was_offered() -> None:
    noticed = change(1, "univ_csu", "equity", "t1", contribution("noticed", announced_on="2025-03-01"))
    offer = change(2, "hn_ip_service", "supply", "S1", supply())
    before = expect([noticed, offer])
    assert [listing.state for listing in before.listings.values()] == ["concluded"]
    assert not any(indicator == "equity_contributions" for indicator, _, _ in figures.recount(before))
    said = contribution("registered", announced_on="2025-03-01", registered_on="2025-04-20")
    after = expect([noticed, offer, change(3, "univ_csu", "equity", "t2", said)])
    assert [event.id for event in after.events.values()] == [event_id("equity", P, "2025-04-20")]
    assert figures.recount(after)["equity_contributions", (("area", "430100"),), "2025-04"] == 1


def test_a_product_counts_now_once_however_many_patents_it_has_and_not_when_it_is_cancelled() -> None:
    def filing(number: str, phase: str) -> Fact:
        said = {"kind": "product", "phase": phase, "filing_number": number, "filed_on": "2025-01-02"}
        return {**said, "patents": [A, B], "industries": ["T1", "N2"], "givers": [FIRM]}

    changes = [
        change(1, "patent_products", "filings", "1", filing("1", "filed")),
        change(2, "patent_products", "filings", "2", filing("2", "certified")),
        change(3, "patent_products", "filings", "3", filing("3", "filed")),
        change(4, "patent_products", "filings", "3", op="delete"),
    ]
    cells = figures.recount(expect(changes))
    province = (("area", "430000"),)
    assert cells["product_recordals", province, "current"] == 2
    assert cells["intensive_products", province, "current"] == 1
    assert cells["product_recordals", (("area", "430100"), ("industry", "N2")), "current"] == 2


def test_a_restated_figure_is_the_same_one_as_the_office_says_last() -> None:
    def value(year: str, published: str) -> Fact:
        said = {"kind": "reported-figure", "phase": "issued", "title": "增加值", "area": "430000", "period": year}
        return {**said, "published_on": published, "publisher": {"name": "统计局", "type": "public_body"}}

    years = (("2023", "2024-10-01"), ("2023", "2025-10-01"), ("2024", "2025-10-01"))
    expected = expect(
        change(seq, "hn_statistics", "added_value", str(seq), value(*said)) for seq, said in enumerate(years)
    )
    assert {event.day: event.fact["published_on"] for event in expected.events.values()} == {
        "2023": "2025-10-01",
        "2024": "2025-10-01",
    }


def test_a_patent_declared_open_twice_counts_once_where_it_was_declared_first() -> None:
    def declared(holder: Fact, day: str) -> Fact:
        said = {"kind": "open-licence", "phase": "declared", "patents": [P], "announced_on": day}
        return {**said, "givers": [holder]}

    changes = [
        change(1, "cnipa_gazette", "open_licences", "1", declared(SMALL, "2025-05-02")),
        change(2, "open_licence_zone", "declarations", "2", declared(UNIVERSITY, "2024-06-01")),
    ]
    cells = figures.recount(expect(changes))
    assert {cell[1]: value for cell, value in cells.items() if len(cell[1]) == 1} == {
        (("area", "430000"),): 1,
        (("area", "430100"),): 1,
    }


def test_an_organisation_on_the_same_batch_of_three_centres_is_one_entry() -> None:
    said = {"kind": "party-status", "phase": "listed", "party": FIRM, "list_name": "备案主体", "edition": "2026年5月"}
    expected = expect(
        change(number, f"protection_centre_{number}", "filed_enterprises", "1", {**said, "valid_from": "2026-05-02"})
        for number in (1, 2, 3)
    )
    assert [event.day for event in expected.events.values()] == ["2026-05-02"]


def test_what_no_stand_in_says_is_counted_too() -> None:
    """Related parties, open licences taken by two, a fee under one number, and what is under pledge."""
    deal = {"patents": [P], "givers": [UNIVERSITY], "takers": [SMALL]}
    sale = {**deal, "kind": "transfer", "phase": "recorded", "effective_on": "2025-04-02", "related_party": True}
    licence = {
        **deal,
        "kind": "licence",
        "phase": "recorded",
        "recordal_number": "X1",
        "recorded_on": "2025-05-02",
        "licence_kind": "open",
        "takers": [SMALL, FIRM],
        "royalty": 500_000,
    }
    changes = [
        *worked_example(),
        change(90, "cnipa_gazette", "feed", "sale", sale),
        change(91, "cnipa_gazette", "feed", "licence", licence),
        change(92, "cnipa_gazette", "feed", "licence2", {**licence, "patents": [Q]}),
    ]
    cells = figures.recount(expect(changes))

    def province(indicator: str, period: str, **cut: str) -> int:
        return cells.get((indicator, tuple(sorted({"area": "430000", **cut}.items())), period), 0)

    assert province("related_party_transfers", "2025-04", party_type="university") == 1
    assert province("transfer_flows", "2025", counter_area="430200") == 2
    assert province("open_licence_deals", "2025-05") == 4
    assert (province("licence_patents", "2025"), province("licence_value", "2025")) == (2, 500_000)
    assert province("pledges", "2025", loan_band="le_10m") == 2
    outstanding = ("pledges_outstanding", "pledged_patents_outstanding", "pledge_financing_outstanding")
    assert [province(each, "current") for each in outstanding] == [1, 2, 500_000_000]


def test_what_comes_into_hunan_and_what_leaves_it() -> None:
    def sale(number: int, giver: str | None, taker: str | None) -> Change:
        sides = {"givers": [{**UNIVERSITY, "region": giver}], "takers": [{**FIRM, "region": taker}]}
        said = {"kind": "transfer", "phase": "recorded", "patents": [A], "effective_on": f"2025-04-0{number}", **sides}
        return change(number, "cnipa_gazette", "feed", str(number), said)

    places = (("310000", "430200"), ("310000", "320000"), (None, "430200"), ("430100", "310000"), ("430100", None))
    cells = figures.recount(expect(sale(number, *each) for number, each in enumerate(places, 1)))
    flows = {cell[1][1:]: n for cell, n in cells.items() if cell[0] == "transfer_flows" and cell[1][0][1] == "430100"}
    assert cells["transfer_inflow", (("area", "430200"),), "2025"] == 1
    assert cells["transfer_inflow", (("area", "430000"),), "2025"] == 1
    assert {cut: n for cut, n in flows.items() if cut and cut[0][0] == "counter_area"} == {
        (("counter_area", "outside"),): 1,
        (("counter_area", "unknown"),): 1,
    }
