"""Following by mail, from the form to its end: confirmed, told as the feed tells it, bounded, stopped by one click, erased."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from schemas.errors import Unreachable
from schemas.fields.date import CHINA
from sinks.mail.addresses import Addresses
from sinks.mail.follows import MOST, MOST_OF_ADDRESS, MOST_UNCONFIRMED, Asked, Follow, Follows
from sinks.mail.letters import Text
from sinks.portal.digests import MOST_ITEMS, Digests
from sinks.store.database import Database
from sinks.store.trail import entries
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_listing, a_point, a_transfer
from tests.sinks.mail.conftest import MailServer, postman

OFFICE = "office@hnu.edu.cn"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
FOLLOW_LINK = re.compile(r'href="([^"]*/follow\?[^"]+)"')
BASE = "http://127.0.0.1:8080"  # the portal's own address, of which the letters are
LINK = re.compile(rf"{BASE}(\S*/follow/manage\?link=\S+)")
SEARCH = "/api/v1/feeds/listings?q=%E5%8F%91%E9%85%B5"


class Clock:
    """China's time, moved by a test."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(CHINA) + self.passed


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def follows(portal: Portal, db: Database, addresses: Addresses, clock: Clock) -> Follows:
    """Those of the portal, with the test's key and clock."""
    portal.views.follows = Follows(db, addresses, clock)
    return portal.views.follows


class Mailing:
    """Digests are written and handed on."""

    def __init__(self, portal: Portal, db: Database, addresses: Addresses, server: MailServer) -> None:
        self.portal, self.server, self.db = portal, server, db
        self.digests = Digests(portal.views, BASE)
        self.postman = postman(db, addresses, server.url)

    def __call__(self, receiver: str = OFFICE) -> list[EmailMessage]:
        self.portal.follower.step()
        self.digests.round()
        while self.postman.round():
            pass
        return self.server.taken(receiver)


@pytest.fixture
def mailing(
    portal: Portal, follows: Follows, db: Database, addresses: Addresses, server: MailServer
) -> Iterator[Mailing]:
    yield Mailing(portal, db, addresses, server)


def send(portal: Portal, address: str, **fields: str) -> Any:
    """The form at an address, filled in as a browser does, its hidden fields with it."""
    hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(portal.get(address).text)}
    return portal.client.post(urlsplit(address).path, data={**hidden, **fields})


def follow(portal: Portal, about: str = SEARCH, prefix: str = "", email: str = OFFICE, every: str = "1") -> Any:
    return send(portal, f"{prefix}/follow?about={quote(about, safe='')}", email=email, every=every)


def confirmed(portal: Portal, mailing: Mailing, about: str = SEARCH, prefix: str = "") -> str:
    """Follow something; gives the page by which it is managed."""
    assert follow(portal, about, prefix).status_code == 303
    (letter,) = mailing()
    (link,) = set(LINK.findall(letter.get_content()))
    answer = send(portal, link, act="confirm")
    assert answer.status_code == 303
    return link


def one_click(letter: EmailMessage) -> str:
    """Where a mail program posts, at the portal of the test."""
    address = letter["List-Unsubscribe"]
    assert address.startswith(f"<{BASE}/") and letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(address)[len(BASE) + 1 : -1]


def rows(db: Database) -> str:
    """All that the database keeps of follows, letters and in the audit trail."""
    with db.snapshot() as opened:
        kept = [str(row) for table in ("follow", "letter") for row in opened.fetch(f"select * from {table}", {})]
    return "\n".join([*kept, *map(str, entries(db))])


def test_a_search_is_followed_from_its_page_to_one_letter_a_day_until_one_click_erases_it(
    portal: Portal, feeder: Feeder, follows: Follows, mailing: Mailing, db: Database, clock: Clock
) -> None:
    feeder.feed(a_listing(1), a_listing(2, title="振动筛"))
    (address,) = map(html.unescape, FOLLOW_LINK.findall(portal.get("/listings?q=发酵").text))
    answers = [send(portal, address, email=" Office@HNU.edu.cn".lower(), every="1") for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == ["/follow/sent"] * 2
    (letter,) = mailing()
    (link,) = set(LINK.findall(letter.get_content()))
    assert OFFICE not in portal.get("/follow/sent").text and "3 日内" in letter.get_content()

    feeder.feed(a_listing(3, title="发酵罐"))
    portal.get(link), portal.get(one_click(letter))
    assert mailing() == [], "looking at a link confirms nothing"
    assert [send(portal, link, act="confirm").status_code for _ in range(2)] == [303, 303]
    assert "已生效" in portal.get(link).text and mailing() == []

    feeder.feed(
        a_listing(4, title="发酵塔<b>"),
        a_listing(5, title="破碎机", summary="粉碎设备", keywords=()),
        a_listing(1, revision=2, state="withdrawn"),
    )
    (digest,) = mailing()
    text = digest.get_content()
    assert digest["Subject"] == "【通达】供需信息 · 发酵：2 条变化"
    assert "供给：发酵塔<b>" in text and "已下架" in text and "破碎机" not in text and "发酵罐" not in text
    assert f"{BASE}/supply/{a_listing(4).id.split(':')[1]}" in text
    feeder.feed(a_listing(6, title="发酵池"))
    assert mailing() == [], "one letter a day"
    clock.passed = timedelta(days=1, minutes=1)
    (next_day,) = mailing()
    assert "发酵池" in next_day.get_content() and "发酵塔" not in next_day.get_content()
    assert OFFICE not in rows(db) and "hnu" not in rows(db)

    feeder.feed(a_listing(7, title="发酵舱"))
    clock.passed = timedelta(days=3)
    portal.follower.step()
    mailing.digests.round()  # written, and not handed on yet
    files = {"List-Unsubscribe": (None, "One-Click")}
    answers = [portal.client.post(one_click(digest), files=files) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    with db.snapshot() as opened:
        assert [opened.fetch(f"select * from {table}", {}) for table in ("follow", "letter")] == [[], []]
    assert mailing() == []
    portal.get(link, 404)
    done = [(each.action, each.outcome) for each in entries(db)]
    assert done == [(f"follow {act}", outcome) for act in ("add", "confirm", "stop") for outcome in ("begun", "done")]


def test_whatever_has_a_feed_is_followed_in_both_languages(
    portal: Portal, feeder: Feeder, mailing: Mailing, clock: Clock
) -> None:
    event, listing = a_transfer(), a_listing(1)
    owner = listing.owner.organisation_id
    feeder.feed(listing, event, a_point(dimensions={"area": "430000"}))
    pages = {
        "/listings?area=430100&not.source=univ_a": "供需信息",
        f"/patent/{PATENT}": PATENT,
        f"/organisation/{owner.split(':')[1]}": listing.owner.name,
        "/statistics/transfers": "转让",
        "/events?kind=transfer": "转让",
    }
    links = {}
    for page in pages:
        for prefix in ("", "/en"):
            (address,) = map(html.unescape, FOLLOW_LINK.findall(portal.get(prefix + page).text))
            assert send(portal, address, email=f"a{len(links)}@hnu.edu.cn", every="7").status_code == 303, address
            (letter,) = mailing(f"a{len(links)}@hnu.edu.cn")
            (link,) = set(LINK.findall(letter.get_content()))
            assert urlsplit(link).path == f"{prefix}/follow/manage"
            assert send(portal, link, act="confirm").status_code == 303
            links[page, prefix] = f"a{len(links)}@hnu.edu.cn"
    feeder.feed(
        a_listing(1, revision=2),
        a_transfer(revision=2),
        a_point(dimensions={"area": "430000"}, revision=2, value="5"),
    )
    mailing()
    for (page, prefix), receiver in links.items():
        letters = mailing(receiver)
        assert len(letters) == (0 if "area=" in page and not letters else 1), (page, prefix)
        for letter in letters:
            assert ("/en/" in letter.get_content()) == bool(prefix), page
    for wrong in (
        "//evil.example/api/v1/feeds/listings",
        "/api/v1/feeds/x",
        "/api/v1/feeds/listings/x",
        "/api/v1/changes",
    ):
        portal.get(f"/follow?about={quote(wrong, safe='')}", 400)
    portal.get(f"/follow?about={quote('/api/v1/feeds/listings?colour=red', safe='')}", 400)
    portal.get("/follow?about=/api/v1/feeds/patents/202110999999.9", 404)


def test_a_form_is_bounded_and_does_not_tell_who_follows(
    portal: Portal, feeder: Feeder, follows: Follows, mailing: Mailing, clock: Clock
) -> None:
    feeder.feed(a_listing(1))
    for wrong in ({"email": "office"}, {"email": ""}, {"every": "3"}, {"every": ""}):
        answer = follow(portal, **wrong)
        assert (answer.status_code, mailing("office")) == (422, []), wrong
    searches = [f"/api/v1/feeds/listings?q={n}" for n in range(MOST_UNCONFIRMED + 2)]
    answers = {follow(portal, about).headers["location"] for about in searches}
    assert answers == {"/follow/sent"} and len(mailing()) == MOST_UNCONFIRMED
    clock.passed = timedelta(days=4)
    assert follow(portal).status_code == 303 and len(mailing()) == 1, "those that nobody confirmed are forgotten"
    assert len(follows.listed(100)) == 1

    def asked(n: int, address: str, sender: str = "") -> str | None:
        return follows.add(Asked(f"/{n}", "zh", 1, address, sender), lambda link: Text("s", link))

    for n in range(MOST_OF_ADDRESS + 1):
        assert asked(n, "b@hnu.edu.cn") is None
        with follows._database.transaction() as db:
            db.execute("update follow set state = 'active'")
    assert len(follows.listed(100)) == 1 + MOST_OF_ADDRESS
    assert [asked(n, f"c{n}@hnu.edu.cn", "net") for n in range(MOST["of_sender"] + 1)][-1] == "of_sender"
    answer = send(portal, f"/follow?about={quote(SEARCH, safe='')}", email=OFFICE, every="1", token="x")
    assert answer.status_code == 422 and "表单已过期" in answer.text


def test_more_changes_than_a_letter_has_room_for_are_told_by_the_newest_and_the_page(
    portal: Portal, feeder: Feeder, mailing: Mailing
) -> None:
    feeder.feed(a_listing(1))
    confirmed(portal, mailing, prefix="/en")
    feeder.feed(*(a_listing(n, title=f"发酵罐{n}号") for n in range(100, 100 + MOST_ITEMS + 10)))
    (letter,) = mailing()
    told = re.findall(r"发酵罐(\d+)号", letter.get_content())
    assert sorted(map(int, told)) == list(range(110, 110 + MOST_ITEMS))
    assert letter["Subject"] == f"Tongda: Listings · 发酵, {MOST_ITEMS} or more changed"
    assert "/en/listings?q=" in letter.get_content() and "Earlier changes are on the page" in letter.get_content()


def test_a_server_that_is_away_keeps_letters_and_a_receiver_that_does_not_exist_is_forgotten(
    portal: Portal, feeder: Feeder, follows: Follows, mailing: Mailing, db: Database, addresses: Addresses
) -> None:
    feeder.feed(a_listing(1))

    def listed() -> list[Follow]:
        return follows.listed(10)

    mailing.server.answers = {OFFICE: "451 later"}
    assert follow(portal).status_code == 303 and mailing() == []
    with db.transaction() as opened:
        (row,) = opened.fetch("select attempts, problem from letter", {})
        assert row == {"attempts": 1, "problem": "receiver refused: 451"}
        opened.execute("update letter set next_at = now()")
    with pytest.raises(Unreachable, match="mail server 127.0.0.1:1: ConnectionRefusedError"):
        postman(db, addresses, "smtp://127.0.0.1:1").round()
    assert len(listed()) == 1
    mailing.server.answers = {OFFICE: "550 no such mailbox"}
    assert mailing() == [] and listed() == []
    with db.snapshot() as opened:
        assert opened.fetch("select * from letter", {}) == []


def test_a_store_restored_to_an_earlier_change_tells_what_comes_after_it(
    portal: Portal, feeder: Feeder, mailing: Mailing, db: Database
) -> None:
    feeder.feed(a_listing(1))
    confirmed(portal, mailing)
    with db.transaction() as opened:
        opened.execute("update follow set place = 1000000")
    assert mailing() == []
    with db.transaction() as opened:
        opened.execute("update follow set next_at = now() - interval '1 hour'")
    feeder.feed(a_listing(2, title="发酵罐"))
    assert len(mailing()) == 1


def test_a_fault_of_one_round_is_logged_and_does_not_end_the_digests(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = []
    digests = Digests(None, "")  # type: ignore[arg-type]

    def one(self: Digests) -> int:
        rounds.append(self)
        if len(rounds) == 1:
            raise ValueError("a record in another form")
        self._stopping.set()
        return 0

    monkeypatch.setattr("sinks.portal.digests.LOOK_SECONDS", 0.01)
    monkeypatch.setattr("sinks.portal.digests.LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(Digests, "round", one)
    digests.start()
    digests._thread.join(30)
    assert len(rounds) == 2
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["digests_failed"]
