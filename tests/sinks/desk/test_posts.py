"""From a form to the list that is polled: once, bounded, decided by the desk, and to be taken back; over the real database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ops.settings import ROOT
from ops.sources import load_sources
from schemas.errors import NotFound, Refused
from schemas.fields.date import CHINA
from schemas.source.reading import Reader
from sinks.desk.submissions import MOST, Desk, Sent, id_of, link_of
from sinks.store.database import Database
from sinks.store.trail import broken, entries
from tests.sinks.conftest import Portal
from tests.sinks.desk.test_forms import GOOD, READ

CONTACT = "科技部 0731-88880000"
NOW = datetime(2026, 11, 30, 12, tzinfo=CHINA)
TOKEN = re.compile(r'name="token" value="([^"]+)"')
HOSTILE = """"><script>alert(1)</script>'{{7*7}}<img src=x onerror=alert(1)>"""


class Clock:
    """An instant that a test moves."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(db: Database, clock: Clock) -> Desk:
    return Desk(db, clock, "somebody@here")


def sent(token: str = "t", **changed: Any) -> Sent:
    asked = Sent("post", token, READ, contact=CONTACT, organisation=READ["credit_code"], sender="s")  # type: ignore[arg-type]
    return asked._replace(**changed)


def filled(portal: Portal, kind: str = "demand", **changed: list[str]) -> dict[str, Any]:
    """A form as a browser sends it, with the token of a page of its own."""
    (token,) = TOKEN.findall(portal.get(f"/post?kind={kind}").text)
    return {"kind": kind, "token": token, **GOOD, **changed}


def polled(portal: Portal, kind: str) -> list[dict[str, Any]]:
    """What the connectors read."""
    answer = portal.get(f"/api/v1/posts/{kind}?page=1&limit=100").json()
    assert answer["total"] == len(answer["items"])
    return list(answer["items"])


def test_a_form_becomes_a_post_once_and_a_record_when_the_desk_approves_it(portal: Portal, db: Database) -> None:
    form = filled(portal)
    answers = [portal.client.post("/post", data=form) for _ in range(3)]
    (place,) = {each.headers["location"] for each in answers}
    assert {each.status_code for each in answers} == {303}
    desk = Desk(db, lambda: datetime.now(CHINA), "somebody@here")
    (found,) = desk.listed()
    assert (found.state, found.content, found.contact) == ("pending", READ, CONTACT)
    page = portal.get(place)
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert "待审" in page.text and CONTACT not in page.text and polled(portal, "demand") == []

    desk.decide(found.id, "approved")
    (row,) = polled(portal, "demand")
    source = load_sources(ROOT / "connectors" / "sources")["hub_desk"]
    (statement,) = Reader(source.feeds["demand"]).read(row).statements
    said = statement.said
    assert (statement.phase, said.title, said.owner[0].credit_code, said.industries, said.cooperation_forms) == (
        "open", READ["title"], READ["credit_code"], ("F4",), ("transfer", "co_development"),
    )  # fmt: skip
    assert "已发布" in portal.get(f"/en{place}").text or "Published" in portal.get(f"/en{place}").text

    link = place.partition("link=")[2]
    assert portal.client.post("/post/manage", data={"link": link, "act": "withdraw"}).status_code == 303
    assert [row["state"] for row in polled(portal, "demand")] == ["withdrawn"], "said at once, not left to be missed"
    assert portal.client.post("/post/manage", data={"link": link, "act": "renew"}).status_code == 409
    trail = entries(db)
    assert [(each.actor, each.action, each.outcome) for each in trail if each.outcome != "begun"] == [
        ("portal", "desk post", "done"),
        ("somebody@here", "desk approved", "done"),
        ("portal", "desk withdrawn", "done"),
        ("portal", "desk renew", "T5901"),
    ]
    assert broken(trail) is None and CONTACT not in str(trail)


def test_a_step_that_was_killed_and_repeated_loses_and_doubles_nothing(desk: Desk, clock: Clock) -> None:
    """Each step is one transaction: what a dead one left is the state before it or after it, and it is repeated from there."""

    def again(step: Callable[[], object]) -> None:
        step()
        step()

    again(lambda: desk.add(sent()))
    id, link = id_of(sent()), link_of("t")
    again(lambda: desk.decide(id, "changes", "哪一种铸造?"))
    desk.change(link, sent(content={**READ, "text": "低压铸造,热导率不低于 170 W/(m·K)。"}))
    with pytest.raises(Refused):
        desk.change(link, sent())  # it waits for the desk: what was looked at is what is approved
    again(lambda: desk.decide(id, "approved"))
    first = desk.posts("demand", 1, 100)
    again(lambda: desk.renew(link))
    assert (desk.posts("demand", 1, 100), first[1]) == (first, 1)
    clock.at += timedelta(days=181)
    assert [desk.is_open(each) for each in desk.posts("demand", 1, 100)[0]] == [False], "it is over by its day alone"
    again(lambda: desk.renew(link))
    assert [desk.is_open(each) for each in desk.posts("demand", 1, 100)[0]] == [True]
    again(lambda: desk.withdraw(link))
    (post,), total = desk.posts("demand", 1, 100)
    assert (post.id, post.state, total, post.content["text"][:4]) == (id, "withdrawn", 1, "低压铸造")
    assert len(desk.listed()) == 1
    clock.at += timedelta(days=31)
    desk.add(sent("other"))
    assert (desk.one(id).contact, desk.one(id).content["title"]) == (None, READ["title"]), "a contact is forgotten"


def test_a_decision_that_cannot_be_is_refused_and_changes_nothing(desk: Desk) -> None:
    desk.add(sent())
    id = id_of(sent())
    desk.decide(id, "refused", "不属于专利技术")
    for state in ("approved", "changes", "withdrawn", "closed"):
        with pytest.raises(Refused, match="T5901|cannot"):
            desk.decide(id, state)  # type: ignore[arg-type]
    assert desk.one(id).state == "refused" and desk.posts("demand", 1, 100) == ([], 0)
    for unknown in ("post-000000000000", "'; drop table desk_submission; --"):
        with pytest.raises(NotFound):
            desk.decide(unknown, "approved")
    with pytest.raises(NotFound):
        desk.withdraw("0" * 40)


def test_spam_leaves_the_list_bounded_and_the_portal_usable(portal: Portal, desk: Desk, db: Database) -> None:
    ended = [desk.add(sent(f"a{each}", organisation=f"o{each}")) for each in range(MOST["of_sender"] + 5)]
    assert ended == [None] * MOST["of_sender"] + ["of_sender"] * 5
    firm = [desk.add(sent(f"b{each}", sender=f"s{each}")) for each in range(MOST["of_organisation"] + 2)]
    assert firm == [None] * MOST["of_organisation"] + ["of_organisation"] * 2
    with db.transaction() as many:  # a thousand networks, each with a firm of its own
        many.execute(
            "insert into desk_submission (id, kind, token, manage, content, made_at, updated_at) "
            "select 'post-x' || n, 'post', 'x' || n, 'x' || n, '{}', now(), now() from generate_series(1, 1000) n"
        )
    before = len(entries(db))
    assert {desk.add(sent(f"c{each}", sender=f"c{each}", organisation=f"c{each}")) for each in range(50)} == {"waiting"}
    assert (len(entries(db)), len(desk.listed())) == (before, 50), "neither the trail nor the list grows by them"
    answer = portal.client.post("/post", data=filled(portal))
    assert (answer.status_code, "待审事项已满" in answer.text) == (429, True)
    assert READ["title"] in answer.text, "what was filled in is not lost"
    for page in ("/", "/listings", "/post"):
        portal.get(page)


def test_a_form_of_another_site_or_no_form_at_all_is_not_taken(portal: Portal, db: Database) -> None:
    form = filled(portal)
    own = str(portal.client.base_url).rstrip("/")
    foreign: tuple[dict[str, str], ...] = (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    )
    for headers in foreign:
        assert portal.client.post("/post", data=form, headers=headers).status_code == 400, headers
    refused: tuple[dict[str, Any], ...] = (
        {"json": form},
        {"content": b"title=%ff%fe", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"data": {**form, "text": "长" * 30_000}},
        {"data": {f"f{each}": "x" for each in range(100)}},
        {"files": {"title": b"x"}},
    )
    for given in refused:
        assert portal.client.post("/post", **given).status_code == 400, given
    for token in ("", "x" * 80, form["token"][:-1] + ("0" if form["token"][-1] != "0" else "1")):
        answer = portal.client.post("/post", data={**form, "token": token})
        assert (answer.status_code, READ["title"] in answer.text) == (422, True)
    assert Desk(db, lambda: NOW).listed() == []
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": own}):
        assert portal.client.post("/post", data=form, headers=headers).status_code == 303


def test_hostile_texts_are_shown_as_text_wherever_they_stand(portal: Portal, db: Database) -> None:
    form = filled(portal, title=[HOSTILE], text=[HOSTILE * 3], organisation=[HOSTILE])
    wrong = portal.client.post("/post", data={**form, "credit_code": HOSTILE, "area": HOSTILE})
    right = portal.client.post("/post", data=form, follow_redirects=True)
    assert (wrong.status_code, right.status_code) == (422, 200)
    for answer in (wrong, right):
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text and "49" not in answer.text[:200]
        assert "&lt;script&gt;alert(1)" in answer.text
    (found,) = Desk(db, lambda: NOW).listed()
    assert found.content["title"] == HOSTILE


def test_the_list_is_the_sample_of_its_definition(portal: Portal, desk: Desk) -> None:
    """The columns that the definition reads are those that the portal gives."""
    offered = {**READ, "kind": "supply", "patents": ["202110123456.7"]}
    for token, content in (("d", READ), ("s", offered)):
        desk.add(sent(token, content=content))
        desk.decide(id_of(sent(token)), "approved")
    for kind in ("demand", "supply"):
        sample = json.loads((Path(ROOT) / f"connectors/sources/hub_desk/samples/{kind}.json").read_text("utf-8"))
        (row,) = polled(portal, kind)
        assert {name: type(value) for name, value in row.items()} == {
            name: type(value) for name, value in sample["items"][0].items()
        }


def test_a_manage_link_that_is_none_shows_nothing(portal: Portal) -> None:
    portal.get("/post/manage", 400)
    portal.get("/post/manage?link=short", 400)
    portal.get(f"/post/manage?link={'0' * 40}", 404)
    answer: httpx.Response = portal.client.post("/post/manage", data={"link": "0" * 40, "act": "withdraw"})
    assert answer.status_code == 404
