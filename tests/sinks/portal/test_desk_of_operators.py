"""What the desk and operators decide in a browser: what waits for them, what was refused, which platform rests. No broker here."""

from __future__ import annotations

import pytest

from ops.bus import connection
from schemas.records.dead_letter import DeadLetter
from schemas.records.event import Disagreement, Value
from sinks.access.roles import Role
from sinks.operator.candidates import doubtful, pairs
from sinks.portal.web.doors import TOKEN
from sinks.store.database import Database
from sinks.store.trail import entries
from tests.sinks.conftest import Feeder, Operators, Portal
from tests.sinks.examples import RECEIVED, a_provenance, a_transfer
from tests.sinks.portal.examples import a_status

LETTER = DeadLetter(
    id="abc123",
    stage="normalise",
    reason="money_unreadable",
    message="约三百万 <b>",
    source="hn_ip_service",
    feed="supply",
    record="7",
    topic="tongda.raw",
    key="hn_ip_service|supply|7",
    original='{"price":"约三百万","note":"<script>alert(1)</script>"}',
)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BOOTSTRAP_MS", 200)


def told(db: Database) -> list[tuple[str, str, str]]:
    return [(each.actor, each.action, each.outcome) for each in entries(db)]


def sends(browser: Operators, path: str, page: str, **fields: str):
    return browser.send_form(path, {TOKEN: browser.token(page), **fields})


def test_two_reports_of_one_deal_by_different_platforms_are_proposed_and_others_are_not(
    db: Database, feeder: Feeder
) -> None:
    other = (a_provenance(source="hn_ip_service", record="9"),)
    near = {"id": "transfer:b", "occurred_on": "2025-04-01", "sources": other}
    feeder.feed(
        a_transfer(id="transfer:a", occurred_on="2025-03-09"),
        a_transfer(**near),
        a_transfer(id="transfer:same-platform", occurred_on="2025-03-10"),
        a_transfer(id="transfer:far", occurred_on="2025-09-01", sources=other),
        a_transfer(**{**near, "id": "transfer:elsewhere", "subject": "patent:202110123457.1"}),
        a_transfer(**{**near, "id": "transfer:gone", "state": "withdrawn"}),
        a_transfer(**{**near, "id": "transfer:person", "subject": "patent:张*"}),
    )
    found = [(each.one, each.other, each.earlier, each.later) for each in pairs(db)]
    assert found == [
        ("transfer:a", "transfer:b", "2025-03-09", "2025-04-01"),
        ("transfer:b", "transfer:same-platform", "2025-03-10", "2025-04-01"),
    ]


def test_an_event_whose_sources_contradict_each_other_is_shown_with_its_records(
    portal: Portal, db: Database, feeder: Feeder
) -> None:
    sources = (a_provenance(), a_provenance(source="hn_ip_service", feed="deals", record="9"))
    values = (
        Value(value="2025-03-09", sources=("cnipa_gazette",)),
        Value(value="2025-03-11", sources=("hn_ip_service",)),
    )
    apart = Disagreement(field="effective_on", values=values)
    feeder.feed(
        a_transfer(id="transfer:a", sources=sources, disagreements=(apart,)),
        a_transfer(id="transfer:b", sources=sources),
    )
    (found,) = doubtful(db)
    assert (found.id, found.records) == (
        "transfer:a",
        ("cnipa_gazette|transfers|2025-03-18/12", "hn_ip_service|deals|9"),
    )
    page = portal.signed_in(Role.DESK).get("/reviews").text
    assert "<option>hn_ip_service|deals|9</option>" in page and "2025-03-11" in page
    assert "Set apart" in portal.operators.get("/en/reviews").text


def test_whoever_may_only_look_gets_no_form(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_status(state="held", reason="mass_absence", synthetic=True), LETTER)
    portal.follower.step()
    for role, path, act in (
        (Role.BUREAU, "/reviews", "/reviews/release"),
        (Role.READER, "/platforms", "/platforms/pause"),
        (Role.DESK, "/dead-letters", "/dead-letters/replay"),
    ):
        page = portal.signed_in(role).get(path)
        assert page.status_code == 200 and act not in page.text and "样例数据" in page.text
        assert act in portal.signed_in(Role.OPERATOR).get(path).text


def test_a_letter_is_shown_with_its_reason_in_words_and_who_looked_is_in_the_trail(
    portal: Portal, db: Database, feeder: Feeder
) -> None:
    feeder.feed(LETTER)
    browser = portal.signed_in(Role.DESK)
    assert "金额无法识别" in browser.get("/dead-letters").text
    assert "money_unreadable" not in browser.get("/dead-letters?source=other").text
    page = browser.get("/en/dead-letters/letter?id=abc123").text
    assert (
        "unreadable amount" in page
        and "约三百万 &lt;b&gt;" in page
        and "&lt;script&gt;" in page
        and "<script>" not in page
    )
    assert browser.get("/dead-letters/letter?id=none").status_code == 404
    assert told(db) == [("a desk", "dead-letters show", "done")]


def test_what_cannot_be_decided_is_told_on_the_page_with_a_next_step_and_is_in_the_trail(
    portal: Portal, db: Database, feeder: Feeder
) -> None:
    feeder.feed(a_transfer(id="transfer:a"), LETTER)
    browser = portal.signed_in(Role.OPERATOR)
    for path, page, fields, status, words in (
        (
            "/reviews/merge",
            "/reviews",
            {"one": "transfer:a", "other": "transfer:a", "reason": "x"},
            409,
            "已是一个事件",
        ),
        (
            "/reviews/merge",
            "/reviews",
            {"one": "transfer:a", "other": "transfer:z", "reason": "x"},
            404,
            "没有 transfer:z",
        ),
        ("/platforms/pause", "/platforms", {"source": "nope", "reason": "x"}, 404, "没有平台 nope"),
        ("/platforms/pause", "/platforms", {"source": "hn_ip_service", "reason": "x"}, 503, "T8001"),
        ("/dead-letters/replay", "/dead-letters", {"id": "abc123"}, 503, "tongda doctor kafka"),
    ):
        answer = sends(browser, path, page, **fields)
        assert (answer.status_code, words in answer.text, "<form" in answer.text) == (status, True, True), (
            path,
            fields,
        )
    assert browser.get("/reviews/rulings").status_code == 503
    outcomes = [outcome for _, _, outcome in told(db)]
    assert outcomes[1::2] == ["T5401", "T4001", "T4001", "T8001", "T8001"] and set(outcomes[::2]) == {"begun"}
    assert {actor for actor, _, _ in told(db)} == {"a operator"}


def test_a_form_without_what_it_needs_changes_nothing(portal: Portal, db: Database) -> None:
    browser = portal.signed_in(Role.OPERATOR)
    for path, page, fields in (
        ("/reviews/merge", "/reviews", {"one": "a", "other": "b"}),
        ("/platforms/pause", "/platforms", {"source": "x" * 300, "reason": "x"}),
        ("/platforms/pause", "/platforms", {"source": "a", "reason": "x\u0000y"}),
    ):
        assert sends(browser, path, page, **fields).status_code == 400, fields
    assert told(db) == []


def test_dead_letters_are_listed_by_platform_and_reason_and_one_has_its_original_as_text(
    portal: Portal, feeder: Feeder
) -> None:
    letter = DeadLetter(
        id="one",
        stage="normalise",
        reason="ipc_shape",
        message="no IPC",
        source="hn_ip_service",
        feed="supply",
        record="8812",
        original="<script>alert(1)</script>" + "原" * 30_000,
        received_at=RECEIVED,
    )
    bare = DeadLetter(id="two", stage="store", reason="schema", message="shapeless")
    feeder.feed(letter, bare)
    browser = portal.signed_in(Role.OPERATOR)
    everything = browser.get("/dead-letters").text
    assert "id=one" in everything and "id=two" in everything
    some = browser.get("/dead-letters?source=hn_ip_service&reason=ipc_shape").text
    assert "id=one" in some and "id=two" not in some
    assert "没有未处理的死信" in browser.get("/dead-letters?source=nobody").text
    page = browser.get("/dead-letters/letter?id=one").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page and page.count("原") < 21_000
    assert "tongda dead-letters show one" in page
    assert browser.get("/en/dead-letters/letter?id=two").status_code == 200
    assert browser.get("/dead-letters/letter?id=x").status_code == 404
    assert "/dead-letters?source=hn_ip_service" in browser.get("/operations").text
    assert "/dead-letters?" not in portal.signed_in(Role.READER).get("/operations").text
