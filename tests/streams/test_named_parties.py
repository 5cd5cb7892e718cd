"""What a partition knows of a party it asked for once, and every subject that names the party is told, some at a time."""

from __future__ import annotations

from typing import Any

import pytest

from ops.bus import Outgoing
from schemas import topics
from schemas.fields.patent_number import read_patent_number
from schemas.wire import decode, encode
from streams.dossier.stored import NAMED, StoredDossiers
from streams.processor import Context
from streams.stages import STAGES
from tests.examples import SME, a_licence, a_party_status, a_transfer, seen, wire
from tests.hub import Hub

PATENTS = [read_patent_number(f"2012{100_00000 + number}").number for number in range(7)]
TRANSFERS = [a_transfer(patent, record=f"hn_ip_service|transfers|{patent}") for patent in PATENTS]
CARD = "湖南省专精特新中小企业"


def sent(hub: Hub, kind: str) -> list[dict[str, Any]]:
    """What the hub sent to itself of one kind."""
    values = [decode(one.value or b"") for one in hub.history if one.topic == topics.SIGHTING.name]
    return [value for value in values if value["kind"] == kind]


def sizes(hub: Hub) -> list[str | None]:
    """By which list the taker of each transfer is small."""
    return [event["statement"]["transferee"][0].get("sme_by") for event in hub.current("transfer").values()]


def test_a_partition_asks_about_a_party_once_and_all_its_subjects_show_the_answer() -> None:
    hub = Hub(Context(1)).sight(TRANSFERS, 1).sight([a_party_status()])
    assert [one["statement"]["subject"] for one in sent(hub, "enquiry") if one["statement"]["key"] == SME] == [
        f"patent:{PATENTS[0]}"
    ]
    assert len([one for one in sent(hub, "profile") if one["statement"]["key"] == SME]) == 1
    assert sizes(hub) == [CARD] * 7


def test_a_subject_that_names_a_party_already_known_is_resolved_once() -> None:
    hub = Hub(Context(1)).sight([a_party_status(), TRANSFERS[0]])
    before = len(hub.history)
    hub.sight([TRANSFERS[1]])
    published = [one for one in hub.history[before:] if one.topic == topics.EVENTS["transfer"].name]
    assert len(published) == 1 and sizes(hub) == [CARD] * 2


def test_once_a_subject_has_asked_all_its_events_show_the_answer() -> None:
    """The transfer leaves nothing to ask but the code; the licence of the same patent does."""
    status, transfer = a_party_status(), a_transfer(PATENTS[0])
    code = {"credit_code": "91430100712159116H"}
    status["statement"]["party"] = [{**status["statement"]["party"][0], **code}]
    known = {"region": "430100", "party_type": "enterprise", "sme": "yes"}
    transfer["statement"]["transferee"] = [{**transfer["statement"]["transferee"][0], **known}]
    hub = Hub(Context(1)).sight([TRANSFERS[1], status])
    hub.sight([transfer])

    def told() -> tuple[int, str | None]:
        (event,) = (one for one in hub.current("transfer").values() if one["subject"] == f"patent:{PATENTS[0]}")
        return event["revision"], event["statement"]["transferee"][0].get("credit_code")

    before = told()
    hub.sight([a_licence(PATENTS[0], taker=SME)])
    after = told()
    assert (before[1], after[1]) == (None, code["credit_code"]) and after[0] > before[0]


@pytest.mark.parametrize("restarts", [False, True])
def test_subjects_of_a_changed_profile_are_resolved_again_some_at_a_time(
    monkeypatch: pytest.MonkeyPatch, restarts: bool
) -> None:
    monkeypatch.setattr("streams.fold.MOST_RENEWED", 2)
    hub = Hub(Context(1)).sight(TRANSFERS)
    before = len(hub.history)
    hub.write([Outgoing(topics.SIGHTING.name, *wire(a_party_status()), 0)])
    while hub.step(STAGES[1], 0):
        if restarts:
            hub.restart()
    published = [one for one in hub.history[before:] if one.topic == topics.EVENTS["transfer"].name]
    assert sizes(hub) == [CARD] * 7 and len(published) == 7
    ordered = sorted(f"patent:{patent}" for patent in PATENTS)
    assert [one["statement"]["after"] for one in sent(hub, "renewal")] == ordered[1:6:2]


def test_a_renewal_for_an_earlier_profile_changes_nothing() -> None:
    hub = Hub(Context(1)).sight([*TRANSFERS, a_party_status()])
    rank = hub.processors["fold", 0].stored.named.rank(SME)  # type: ignore[attr-defined]
    before = len(hub.history)
    hub.sight([
        seen("renewal", "", f"patent:{PATENTS[0]}", f"hub|renewal|{SME}", sequence=rank - 1, key=SME, after=""),
        seen("renewal", "", f"patent:{PATENTS[0]}", f"hub|renewal|{SME}", sequence=rank, key=SME, after=""),
    ])  # fmt: skip
    assert hub.history[before:] == []
    assert hub.processors["fold", 0].unchanged == 1


def test_a_name_whose_state_is_taken_back_is_forgotten() -> None:
    """A rebuild hands over nulls for what its generation never had."""
    stored, key = StoredDossiers(0), NAMED + encode([SME, f"patent:{PATENTS[0]}"])
    stored.restore(key, None)
    stored.restore(key, b"1")
    stored.restored()
    assert (stored.named.naming(SME), stored.named.clock) == ([f"patent:{PATENTS[0]}"], 1)
    stored.restore(key, None)
    stored.restored()
    assert (stored.named.naming(SME), stored.named.clock) == ([], 0)
