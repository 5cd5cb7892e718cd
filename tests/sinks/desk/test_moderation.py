"""The desk's pages for who has signed in: whole, decided once, with a reason that its sender may read, in the trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from schemas.fields.date import CHINA
from sinks.access.roles import Role
from sinks.desk.submissions import Desk, Sent, id_of
from sinks.portal.web.doors import TOKEN
from sinks.store.database import Database
from sinks.store.trail import entries
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.desk.test_forms import READ
from tests.sinks.desk.test_posts import CONTACT, HOSTILE
from tests.sinks.examples import a_listing

POST = Sent("post", "t", READ, contact=CONTACT, organisation=READ["credit_code"], sender="s")
REPORT = Sent("report", "r", {"title": "transfer:1", "record": "transfer:1", "revision": 3, "text": "日期与公报不一致"})


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db, lambda: datetime.now(CHINA))


def decided(portal: Portal, id: str, **fields: str) -> Any:
    """A button of the page of a submission."""
    return portal.operators.send_form(f"/desk/{id}/decide", {TOKEN: portal.operators.token(f"/desk/{id}"), **fields})


def test_what_waits_is_listed_by_kind_and_each_shown_whole_with_its_contact(portal: Portal, desk: Desk) -> None:
    hostile = POST._replace(token="h", content={**READ, "title": HOSTILE, "text": HOSTILE}, contact=HOSTILE)
    for each in (POST, hostile, REPORT):
        assert desk.add(each) is None
    browser = portal.signed_in(Role.DESK)
    listed = browser.get("/desk").text
    assert all(id_of(each) in listed for each in (POST, hostile, REPORT)) and CONTACT not in listed
    reports = browser.get("/en/desk?kind=report").text
    assert id_of(REPORT) in reports and id_of(POST) not in reports and "Waiting: Post 2, Error 1" in reports
    page = browser.get(f"/desk/{id_of(POST)}")
    assert CONTACT in page.text and READ["text"].splitlines()[0] in page.text and "准予发布" in page.text
    assert page.headers["cache-control"] == "no-store"
    shown = browser.get(f"/en/desk/{id_of(hostile)}").text
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown
    assert "Close" in browser.get(f"/en/desk/{id_of(REPORT)}").text
    assert browser.get("/desk/post-0").status_code == 404 and browser.get("/desk?kind=gift").status_code == 400


def test_a_decision_needs_a_reason_without_personal_data_and_is_taken_once(
    portal: Portal, desk: Desk, db: Database
) -> None:
    desk.add(POST)
    portal.signed_in(Role.DESK)
    for fields, told in (
        ({"decision": "refused"}, "至少 2 个字"),
        ({"decision": "changes", "reason": "请致电 13912345678"}, "含有电话"),
        ({"decision": "refused", "reason": "长" * 301}, "不超过 300 个字"),
        ({"decision": "gift", "reason": "理由"}, "请选择一种办理方式"),
        ({}, "请选择一种办理方式"),
    ):
        answer = decided(portal, id_of(POST), **fields)
        assert (answer.status_code, told in answer.text) == (422, True), fields
    assert desk.one(id_of(POST)).state == "pending"
    asked = [decided(portal, id_of(POST), decision="changes", reason="请补充指标") for _ in range(2)]
    assert [each.status_code for each in asked] == [303, 303] and asked[0].headers["location"].endswith(id_of(POST))
    assert (desk.one(id_of(POST)).state, desk.one(id_of(POST)).reason) == ("changes", "请补充指标")
    late = decided(portal, id_of(POST), decision="approved")
    assert (late.status_code, "已由他人办理" in late.text) == (409, True)
    done = [(each.actor, each.action, each.outcome) for each in entries(db) if each.outcome != "begun"]
    assert ("a desk", "desk changes", "done") in done and ("a desk", "desk approved", "T5901") in done
    assert id_of(POST) in portal.operators.get("/desk").text, "it waits for its poster"
    decided(portal, id_of(POST), decision="refused", reason="单位无法核实")
    assert id_of(POST) not in portal.operators.get("/desk").text
    assert id_of(POST) in portal.operators.get("/desk?decided=1").text


def test_the_page_of_an_interest_says_to_whom_it_is_passed_on_also_when_the_offer_is_gone(
    portal: Portal, feeder: Feeder, desk: Desk
) -> None:
    listing = a_listing()
    postings = [f"{each.source}|{each.feed}|{each.record}" for each in listing.sources]
    content = {
        "title": listing.title,
        "record": listing.id,
        "owner": "湘江大学",
        "postings": postings,
        "from": "样例公司",
    }
    interest = Sent("interest", "i", content | {"text": "希望洽谈许可", "credit_code": ""}, contact=CONTACT)
    desk.add(interest)
    portal.signed_in(Role.DESK)
    gone = portal.operators.get(f"/desk/{id_of(interest)}").text
    assert "该信息已不在架" in gone and postings[0] in gone
    feeder.feed(listing)
    page = portal.operators.get(f"/desk/{id_of(interest)}").text
    assert "该信息已不在架" not in page and listing.sources[0].url in page and "样例公司" in page and CONTACT in page
