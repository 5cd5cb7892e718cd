"""A record is published only where everybody who reads may know its feed; the figures count it all the same."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from schemas import topics
from schemas.kinds import KINDS
from schemas.kinds.occurrence import Secrecy
from schemas.wire import encode
from tests.examples import (
    SME,
    P,
    a_contract,
    a_party_status,
    a_pledge,
    a_transfer,
)
from tests.examples_of_kinds import REALISTIC, of_kind, texts
from tests.hub import Hub

CANARY = "金丝雀"
CLASSES = get_args(Secrecy)
TOPICS = {kind.name: topics.named(f"tongda.{kind.name}.v1") for kind in KINDS}
OPEN = frozenset(topic.name for topic in topics.TOPICS if topic.is_public)


def secret(sighting: dict[str, Any], secrecy: str) -> dict[str, Any]:
    """The same, from a feed of that class."""
    return {**sighting, "secrecy": secrecy, "url": f"https://{CANARY}.invalid/"}


def leaks(hub: Hub, beyond: str) -> list[str]:
    """Open topics wider than a class on which the canary ever stood."""
    return [
        output.topic
        for output in hub.history
        if output.topic in OPEN
        and CLASSES.index(topics.named(output.topic).secrecy) < CLASSES.index(beyond)
        and CANARY.encode() in b" ".join((output.key, output.value or b"", *(value for _, value in output.headers)))
    ]


def test_the_canary_stands_in_the_texts_of_each_kind() -> None:
    free = {name: texts(name, CANARY).keys() for name in TOPICS}
    assert free["transfer"] == {"title", "contract_number"} and "details" in free["legal-status"]
    assert free["supply"] >= {"summary", "keywords", "applications"} and free["demand"] >= {"problem", "keywords"}
    assert [name for name in REALISTIC if not free[name]] == []


@pytest.mark.parametrize("secrecy", CLASSES[1:])
@pytest.mark.parametrize("kind", TOPICS)
@pytest.mark.parametrize("order", [1, -1])
def test_a_canary_of_a_narrower_feed_reaches_no_wider_topic(kind: str, secrecy: str, order: int) -> None:
    """Whether another source says the same or not, and after its own is withdrawn."""
    canary = secret(of_kind(kind, f"canary|{CANARY}|1", **texts(kind, CANARY)), secrecy)
    plain = of_kind(kind, "plain|feed|1")
    gone = {name: value for name, value in canary.items() if name != "statement"} | {"absent": True, "sequence": 2}
    alone = Hub().sight([canary, gone], 1)
    both = Hub().sight([plain, canary][::order], 1).sight([{**plain, "sequence": 2}, gone], 1)
    assert leaks(alone, secrecy) == leaks(both, secrecy) == []


@pytest.mark.parametrize("secrecy", CLASSES)
@pytest.mark.parametrize("kind", TOPICS)
def test_an_event_known_only_from_narrower_feeds_is_not_published_and_any_other_is(kind: str, secrecy: str) -> None:
    hub = Hub().sight([secret(of_kind(kind, "a|b|1"), secrecy)])
    topic = TOPICS[kind]
    assert bool(hub.values(topic.name)) == (CLASSES.index(secrecy) <= CLASSES.index(topic.secrecy))


def test_a_secret_statement_fills_no_field_of_a_public_event_and_its_money_is_counted() -> None:
    public = a_pledge(P, "Y1")
    ledger = secret(a_pledge(P, "Y1", secured=5_000_000, ledger=True), "sensitive")
    hub = Hub().sight([public, ledger])
    (event,) = hub.current("pledge").values()
    assert "secured_amount" not in event["statement"] and len(event["sources"]) == 1
    assert hub.figure("pledge_financing:area=430000:2025-03") == "5000000.00"


def test_an_id_comes_from_the_whole_cluster() -> None:
    """A notice keeps the id of the secret record that it joins: readers of either find the same event."""
    notice = a_transfer(P, phase="noticed", signed_on="2025-03-20")
    record = secret(a_transfer(P), "sensitive")
    (name,) = Hub().sight([notice, record]).current("transfer")
    assert [name] == [*Hub().sight([notice, a_transfer(P)]).current("transfer")]


def test_a_secret_list_tells_nobody_of_its_firms_and_the_figure_counts_them() -> None:
    listed = secret(a_party_status(SME, list_name=CANARY), "sensitive")
    for order in ([a_transfer(P), listed], [listed, a_transfer(P)]):
        hub = Hub().sight(order, 1)
        (event,) = hub.current("transfer").values()
        assert "sme" not in event["statement"]["transferee"][0]
        assert CANARY not in encode([one for topic in OPEN for one in hub.values(topic).values()]).decode()
        assert hub.figure("university_to_sme_transfers:area=430000:2025-04") == "1"


def test_a_feed_that_becomes_secret_takes_its_events_back() -> None:
    open_, now_secret = a_transfer(P), secret(a_transfer(P, definition=2), "sensitive")
    hub = Hub().sight([open_]).sight([now_secret])
    assert hub.current("transfer") == {}
    assert hub.figure("transfers:area=430000:2025-04") == "1"


def test_what_readers_of_each_circle_know_of_a_party_follows_its_lists_as_they_come_and_go() -> None:
    """A shared list, then a sensitive one, beside a contract (shared) and a transfer (public) of the firm."""
    deal, contract = a_transfer(P), a_contract()
    shared = secret(a_party_status(SME, list_name="共享名单", record="a|list|1"), "shared")
    narrow = secret(a_party_status(SME, list_name=CANARY, since="2023-01-01", record="b|list|1"), "sensitive")

    def gone(one: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in one.items() if name != "statement"} | {"absent": True, "sequence": 2}

    def told(hub: Hub) -> tuple[str | None, str | None, str]:
        (transfer,), (agreed,) = hub.current("transfer").values(), hub.current("contract").values()
        figure = hub.figure("university_to_sme_transfers:area=430000:2025-04")
        return (
            transfer["statement"]["transferee"][0].get("sme_by"),
            agreed["statement"]["buyer"][0].get("sme_by"),
            figure,
        )

    hub = Hub().sight([deal, contract])
    steps = [told(hub)]
    for sighting in (shared, narrow, gone(shared), gone(narrow), {**shared, "sequence": 3}):
        hub.sight([sighting])
        hub.restart()
        steps.append(told(hub))
    assert steps == [
        (None, None, "0"),
        (None, "共享名单", "1"),
        (None, "共享名单", "1"),
        (None, None, "1"),
        (None, None, "0"),
        (None, "共享名单", "1"),
    ]
    assert leaks(hub, "sensitive") == []
