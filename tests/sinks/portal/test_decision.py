"""What holds in law of a patent on offer, whatever platforms say of it; and what a revision changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from schemas.kinds.legal_status import LegalStatus
from schemas.kinds.open_licence import OpenLicence
from schemas.kinds.pledge import Pledge
from schemas.records.event import Event
from schemas.records.listing import Encumbrance, Listing
from sinks.portal.read.answers import Organisation, PatentDossier, Revision
from sinks.portal.search.documents import document
from sinks.portal.show.decision import Declared, decision
from sinks.portal.show.diffs import Diff, diffs
from tests.sinks.examples import PATENT, RECEIVED, a_listing, a_party
from tests.sinks.portal.examples import an_event

TODAY = date(2026, 11, 30)
UTILITY = "201821362080.5"


def a_dossier(*events: Event, **changes: Any) -> PatentDossier:
    return PatentDossier(**{"number": PATENT, "right_type": "invention", "events": events, **changes})


def an_encumbered(*types: str, **changes: Any) -> Listing:
    found = tuple(Encumbrance(type=type, event_id=f"{'pledge' if type == 'pledge' else 'licence'}:1") for type in types)
    return a_listing(encumbrances=found, **changes)


def test_no_offer_outlasts_the_term_of_its_patent() -> None:
    listing = a_listing(patent_number=UTILITY, right_type="utility_model", valid_until="2035-12-31")
    found = decision(listing, a_dossier(number=UTILITY), TODAY)
    assert (found.ends, found.years_left, found.offered_until, found.beyond_term) == (
        "2028-12-31",
        2,
        None,
        "2035-12-31",
    )
    assert document(listing).expiry == 2028_12_31
    within = decision(a_listing(valid_until="2035-12-31"), a_dossier(), TODAY)
    assert (within.offered_until, within.beyond_term) == ("2035-12-31", None)


def test_a_patent_whose_term_is_over_is_not_on_offer() -> None:
    assert decision(a_listing(patent_number="95115608.X"), None, TODAY).verdict == "over"
    assert decision(a_listing(), None, TODAY).verdict == "on_offer"


def test_a_compensated_term_has_no_end_that_the_number_tells() -> None:
    extended = an_event(LegalStatus(patents=(PATENT,)), id="legal-status:1", phase="term_extended")
    assert decision(a_listing(), a_dossier(extended), TODAY).ends is None


def test_an_exclusively_licensed_patent_offers_no_licence() -> None:
    listing = an_encumbered("exclusive_licence", deal_forms=("transfer", "ordinary", "exclusive"))
    found = decision(listing, None, TODAY)
    assert (found.verdict, found.forms, found.barred) == ("limited", ("transfer",), ("ordinary", "exclusive"))
    assert document(listing).facets["deal_form"] == ("transfer",)
    pledged = decision(an_encumbered("pledge", deal_forms=("transfer", "ordinary")), None, TODAY)
    assert (pledged.forms, pledged.barred) == (("transfer", "ordinary"), ())


def test_a_pledged_patent_names_the_pledgee_whose_consent_a_deal_needs() -> None:
    pledge = Pledge(patents=(PATENT,), pledgor=(a_party("湘江大学"),), pledgee=(a_party("样例银行长沙分行"),))
    dossier = a_dossier(an_event(pledge, id="pledge:1"))
    assert decision(an_encumbered("pledge"), dossier, TODAY).pledgees == ("样例银行长沙分行",)


def test_an_open_licence_in_force_has_its_fee_and_term_and_a_withdrawn_one_is_none() -> None:
    said = {"patents": (PATENT,), "fee": "一次总付，20000元", "term": "3年", "announced_on": "2026-05-29"}
    declared = an_event(OpenLicence(**said), id="open-licence:1")
    gone = an_event(OpenLicence(**said), id="open-licence:2", phase="withdrawn")
    expected = (Declared("open-licence:1", "一次总付，20000元", "3年", "2026-05-29"),)
    assert decision(a_listing(), a_dossier(declared, gone), TODAY).declared == expected


def test_a_holder_in_the_register_who_is_not_the_card_s_owner_is_named() -> None:
    same, other = (Organisation(id=f"org:{name}", name=name) for name in ("湘江大学", "岳麓精密制造有限公司"))
    assert decision(a_listing(), a_dossier(holders=(other,)), TODAY).holders == (other,)
    assert decision(a_listing(), a_dossier(holders=(same,)), TODAY).holders == ()


def test_a_revision_tells_what_it_changed_and_nothing_else() -> None:
    first = {
        "state": "open",
        "title": "隔膜",
        "revision": 1,
        "received_at": "a",
        "sources": [{}],
        "deal_forms": ["transfer"],
    }
    second = {**first, "revision": 2, "received_at": "b"}
    third = {**first, "revision": 3, "state": "concluded", "sources": [{}, {}], "deal_forms": ["transfer", "ordinary"]}
    told = diffs(
        "supply",
        [
            Revision(revision=n, recorded_at=RECEIVED, value=each)
            for n, each in enumerate((first, second, third, None), 1)
        ],
        "zh",
    )
    changed = (("状态", "在架", "已成交"), ("交易方式", "转让", "转让、普通许可"), ("见载", "1", "2"))
    assert told == [
        Diff(1, RECEIVED, True, False, ()),
        Diff(3, RECEIVED, False, False, changed),
        Diff(4, RECEIVED, False, True, ()),
    ]
