"""Firms whose own patents lean to an offer: enterprises alone, by their nearest patent, in no order of arrival."""

from __future__ import annotations

import random

from schemas.kinds.legal_status import LegalStatus
from schemas.kinds.pledge import Pledge
from schemas.kinds.transfer import Transfer
from schemas.records.event import Event
from sinks.portal.match.match import Reason
from sinks.portal.match.prospects import FURTHER, FURTHER_MOST, MOST, MOST_PATENTS, prospects
from tests.sinks.examples import a_listing, a_party
from tests.sinks.portal.examples import an_event

OFFER = a_listing(title="一种深海作业车行走机构", summary="", ipc=("B63C11/52",), industries=("N4",), area="431000")


def a_right(firm: str, number: int, ipc: str = "B63C11/52", party_type: str = "enterprise") -> Event:
    holder = (a_party(firm, party_type=party_type, region="430100"),)
    statement = LegalStatus(patents=(f"P{number}",), holder=holder, title="水下车辆", ipc=(ipc,))
    return an_event(statement, id=f"legal-status:{number}", subject=f"patent:P{number}", phase="granted")


def test_a_firm_is_named_with_the_reasons_of_its_nearest_patent_and_points_for_further_ones() -> None:
    (found,) = prospects(
        OFFER, [a_right("深潜科技", 1, "B63C11/00"), a_right("深潜科技", 2), a_right("深潜科技", 3)], {}
    )
    assert found.name == "深潜科技"
    assert found.patents == ("P2", "P3", "P1")
    assert found.reasons == (
        Reason(aspect="ipc", points=25, level="group", values=("B63C11/52",)),
        Reason(aspect="industry", points=10, values=("N4",)),
        Reason(aspect="nearness", points=2, level="same_province", values=("430000",)),
        Reason(aspect="further", points=2 * FURTHER, values=("2",)),
    )
    assert found.score == 43


def test_neither_a_person_nor_a_university_nor_the_owner_nor_the_patent_itself_nor_a_bank_is_a_prospect() -> None:
    own = OFFER.owner.name
    pledged = Pledge(patents=("P7",), pledgor=(), pledgee=(a_party("样例银行"),), title="水下车辆", ipc=("B63C11/52",))
    events = [
        a_right("张样例", 1, party_type="individual"),
        a_right("麓山学院", 2, party_type="university"),
        a_right(own, 3),
        an_event(a_right("原权利人", 4).statement, id="legal-status:4", subject=OFFER.subject, phase="granted"),
        an_event(pledged, id="pledge:7", subject="patent:P7", phase="registered"),
        an_event(
            a_right("已撤回", 5).statement, id="legal-status:5", subject="patent:P5", phase="granted", state="withdrawn"
        ),
    ]
    assert prospects(OFFER, events, {}) == ()


def test_who_took_a_patent_over_is_a_prospect_and_who_gave_it_is_not() -> None:
    sides = {"transferor": (a_party("旧主"),), "transferee": (a_party("新主"),)}
    sold = Transfer(patents=("P1",), **sides, title="水下车辆", ipc=("B63C11/52",))
    event = an_event(sold, id="transfer:1", subject="patent:P1", phase="recorded")
    assert [each.name for each in prospects(OFFER, [event], {})] == ["新主"]


def test_firms_are_bounded_and_the_order_of_their_events_decides_nothing() -> None:
    events = [a_right(f"企业{n % 12}", n) for n in range(12 * 8)]
    found = prospects(OFFER, events, {})
    assert len(found) == MOST
    assert {len(each.patents) for each in found} == {MOST_PATENTS}
    assert {each.reasons[-1].points for each in found} == {FURTHER_MOST}
    random.Random(1).shuffle(events)
    assert prospects(OFFER, events, {}) == found
    assert prospects(OFFER, [*events, *events], {}) == found
