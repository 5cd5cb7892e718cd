"""Economy: what says nothing new is not written again, and what asks about a party does not make its dossier grow."""

from __future__ import annotations

from schemas.topics import CONTRIBUTION, EVENTS, FOLD_STATE, STATISTIC
from schemas.wire import encode
from streams.dossier.stored import ASKED
from streams.fold import Fold
from streams.processor import Context, Output
from tests.examples import (
    BANK,
    SME,
    A,
    B,
    P,
    a_demand,
    a_legal_status,
    a_party_status,
    a_pledge,
    a_supply,
    a_transfer,
)
from tests.hub import Hub

CARD = "湖南省专精特新中小企业"


def written(hub: Hub, topic: str, since: int = 0) -> list[Output]:
    return [output for output in hub.history[since:] if output.topic == topic]


def test_an_event_is_not_published_again_for_a_sibling_and_adds_nothing_to_a_figure_again() -> None:
    hub = Hub().sight([a_legal_status(A, "granted", "2025-03-01")])
    before = len(hub.history)
    hub.sight([a_legal_status(A, "lapsed", "2025-06-01", record="cnipa_gazette|status|2")])
    assert sorted(event["revision"] for event in hub.current("legal-status").values()) == [1, 2]
    assert len(written(hub, EVENTS["legal-status"].name)) == 2
    assert written(hub, CONTRIBUTION.name) and not written(hub, CONTRIBUTION.name, before)
    assert written(hub, STATISTIC.name) and not written(hub, STATISTIC.name, before)


def test_a_figure_that_stays_is_published_again_only_for_a_newer_statement() -> None:
    """The taker turns out to be small: the total is what it was, its part by counterpart is not."""
    hub = Hub().sight([a_transfer(P)])
    before = len(hub.history)
    hub.sight([a_party_status()])
    moved = {
        output.key.decode() for output in written(hub, STATISTIC.name, before) if output.key.startswith(b"transfers:")
    }
    assert moved == {
        f"transfers:area={area};counter_type={counterpart}:{period}"
        for area in ("430000", "430100")
        for counterpart in ("sme", "unknown")
        for period in ("2025", "2025-04")
    }
    later = a_transfer(P, record="hn_ip_service|transfers|7") | {"received_at": "2026-01-01T08:00:00+08:00"}
    hub.sight([later])
    assert hub.values(STATISTIC.name)["transfers:area=430000:2025-04"]["as_of"] == "2026-01-01T08:00:00+08:00"


def test_a_bank_asked_about_by_many_patents_has_no_dossier_for_it() -> None:
    hub = Hub().sight(a_pledge(patent, f"Y{patent}") for patent in (A, B, P))
    states = hub.values(FOLD_STATE.name)
    assert f"party:{BANK}" not in hub.dossiers()
    assert sum(key.startswith("q|") and BANK in key for key in states) == 3


def test_an_enquiry_whose_state_is_taken_back_is_forgotten() -> None:
    """A rebuild hands over nulls for what its generation never had."""
    key, fold = ASKED + encode([f"party:{SME}", f"patent:{P}"]), Fold(0, Context())
    fold.restore(key, b"1")
    fold.restored()
    assert fold.stored.askers(f"party:{SME}") == [f"patent:{P}"]
    fold.restore(key, None)
    fold.restored()
    assert fold.stored.askers(f"party:{SME}") == []


def test_who_asked_before_a_restart_is_answered_after_it() -> None:
    hub = Hub().sight([a_transfer(P)])
    hub.restart()
    (event,) = hub.sight([a_party_status()]).current("transfer").values()
    assert event["statement"]["transferee"][0]["sme_by"] == CARD


def test_a_source_that_repeats_itself_makes_no_revision_of_anything() -> None:
    """37 states of one record that say the same, beside the owner's other demand and an event of the same patent."""
    posting, other = a_demand(), a_demand("求购污水处理药剂", record="hn_ip_service|demand|D2")
    sold, offer = a_transfer(P), a_supply(P)
    hub = Hub().sight([posting, other, sold, offer])
    before = len(hub.history)
    for sequence in range(2, 39):
        again = {"sequence": sequence, "received_at": f"2026-02-01T00:{sequence:02d}:00+08:00"}
        hub.sight([posting | again, sold | again, offer | again])
    assert {output.topic for output in hub.history[before:]} == {FOLD_STATE.name}
    kept = hub.dossiers()[f"patent:{P}"][sold["id"]]
    assert kept["sequence"] == 38
    hub.sight([sold | {"sequence": 39, "statement": sold["statement"] | {"form": "partial"}}])
    (event,) = hub.current("transfer").values()
    assert (event["statement"]["form"], event["sources"][0]["sequence"]) == ("partial", 39)
