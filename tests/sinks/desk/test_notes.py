"""Reports of errors and interest in a listing: with the record attached, to the desk alone, once and bounded."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from schemas.errors import Refused
from schemas.fields.date import CHINA
from sinks.desk.submissions import MOST, Desk, Sent, id_of
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_contribution, a_listing, a_point, a_provenance, a_transfer

TOKEN = re.compile(r'name="token" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
REPORT_LINK = re.compile(r'href="([^"]*/report\?[^"]+)"')
FIGURE = "/statistics/explanation?indicator=transfers&period=2025-03"
PRIVATE = "王某 13912345678 w@example.com"
INTEREST = {
    "organisation": "湖南样例科技有限公司",
    "credit_code": "91430100MA4L16JQ9D",
    "text": "希望洽谈普通许可,用于明年的试验线。",
    "contact": PRIVATE,
    "agree": "yes",
}


def now() -> datetime:
    return datetime.now(CHINA)


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db, now, "somebody@here")


def send(portal: Portal, address: str, **fields: str) -> Any:
    """The form at an address, filled in as a browser does, its hidden fields with it."""
    hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(portal.get(address).text)}
    return portal.client.post(urlsplit(address).path, data={**hidden, **fields})


def test_every_record_has_a_link_by_which_an_error_is_reported_with_its_id_and_revision(
    portal: Portal, feeder: Feeder, desk: Desk
) -> None:
    listing, event = a_listing(), a_transfer()
    feeder.feed(listing, event, a_contribution(event), a_point(dimensions={"area": "430000"}))
    pages = {
        f"/supply/{listing.id.split(':')[1]}": (listing.id, listing.revision),
        f"/en/event/{event.id.replace(':', '/')}": (event.id, event.revision),
        "/statistics/transfers?period=2025-03": ("transfers:2025-03", 1),
        FIGURE: ("transfers:area=430000:2025-03", a_point().revision),
    }
    for page, (record, revision) in pages.items():
        (link,) = map(html.unescape, REPORT_LINK.findall(portal.get(page).text))
        answers = [send(portal, link, text=f"转让日期与公报不一致:{PRIVATE}", contact=PRIVATE) for _ in range(1)]
        assert [each.status_code for each in answers] == [303], page
        (found,) = desk.listed(states=["pending"])
        assert (found.kind, found.content["record"], found.content["revision"]) == ("report", record, revision)
        assert urlsplit(found.about).path == urlsplit(page).path and found.contact == PRIVATE
        portal.get(found.about)
        receipt = answers[0].headers["location"]
        assert PRIVATE not in portal.get(receipt).text
        desk.decide(found.id, "closed", "已转平台更正")
        assert "已转平台更正" in portal.get(receipt).text
        with pytest.raises(Refused):
            desk.decide(found.id, "approved")
    assert portal.get("/api/v1/posts/demand").json() == portal.get("/api/v1/posts/supply").json()


def test_an_interest_goes_to_the_desk_with_where_the_owner_is_found_and_is_shown_nowhere(
    portal: Portal, feeder: Feeder, desk: Desk
) -> None:
    listing = a_listing(sources=(a_provenance(source="hub_desk", feed="supply", record="post-1"),))
    gone = a_listing(id="supply:" + "b" * 20, state="withdrawn", state_reason="platform_withdrew")
    feeder.feed(listing, gone)
    page = f"/supply/{listing.id.split(':')[1]}"
    address = f"/interest?record={listing.id}"
    assert address.replace(":", "%3A") in portal.get(page).text
    form = {name: html.unescape(value) for name, value in HIDDEN.findall(portal.get(address).text)}
    answers = [portal.client.post("/interest", data={**form, **INTEREST}) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    (found,) = desk.listed()
    assert (found.contact, found.organisation, found.about) == (PRIVATE, INTEREST["credit_code"], page)
    assert found.content == {
        "title": listing.title,
        "record": listing.id,
        "revision": listing.revision,
        "owner": listing.owner.name,
        "postings": ["hub_desk|supply|post-1"],
        "text": INTEREST["text"],
        "from": INTEREST["organisation"],
        "credit_code": INTEREST["credit_code"],
    }
    for each in (
        answers[0].headers["location"],
        page,
        "/api/v1/changes?topic=tongda.supply.v1",
        "/api/v1/posts/supply",
    ):
        text = portal.get(each).text
        assert PRIVATE not in text and INTEREST["organisation"] not in text, each
    portal.get(f"/interest?record={gone.id}", 410)
    portal.get("/interest?record=supply:" + "c" * 20, 404)
    portal.get("/interest?record=transfer:1", 400)
    for name, value in (("text", "短"), ("text", f"{INTEREST['text']} {PRIVATE}"), ("contact", ""), ("agree", "")):
        answer = send(portal, address, **{**INTEREST, name: value})
        assert (answer.status_code, INTEREST["organisation"] in answer.text) == (422, True), name


def test_a_report_leads_to_no_other_site_and_its_hidden_fields_are_checked_again(portal: Portal, desk: Desk) -> None:
    for about in ("//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/" + "x" * 700):
        portal.client.params = {}
        assert portal.client.get("/report", params={"about": about}).status_code == 400, about
        answer = send(portal, "/report?about=/listings", about=about, text="这一页的总数不对,应为 12。")
        assert answer.status_code == 400, about
    answer = send(portal, "/report?about=/listings&revision=1", revision="x", text="这一页的总数不对,应为 12。")
    assert answer.status_code == 400 and desk.listed() == []
    answer = send(portal, "/report?about=/listings", text='<script>alert(1)</script>"><b>不对</b>')
    assert answer.status_code == 303 and "<script>alert" not in portal.get(answer.headers["location"]).text


def test_what_a_note_says_is_forgotten_when_it_is_closed_for_a_month(desk: Desk, db: Database) -> None:
    note = Sent("report", "r", {"title": "x", "record": "transfer:1", "text": PRIVATE}, contact=PRIVATE, sender="s")
    assert [desk.add(note._replace(token=f"r{each}")) for each in range(MOST["of_sender"] + 1)][-1] == "of_sender"
    id = id_of(note._replace(token="r0"))
    desk.decide(id, "closed", "已更正")
    later = Desk(db, lambda: now() + timedelta(days=31))
    later.add(note._replace(token="later", contact="", content={"title": "y", "text": "y"}))
    assert (later.one(id).content, later.one(id).contact) == ({"title": "x", "record": "transfer:1"}, None)
    waiting = id_of(note._replace(token="r1"))
    assert later.one(waiting).contact == PRIVATE, "what waits for the desk is kept"
