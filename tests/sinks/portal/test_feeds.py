"""Feeds are read back by a reader's library: what stands, what changed, what is gone, page by page, for whom it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser
from lxml import etree

from schemas.kinds.contract import Contract
from sinks.portal.show.feeds import ATOM, TOMBSTONES, Deleted, Entry, Feed, atom, entry_id
from sinks.store.database import Database
from sinks.store.keys import make
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_listing, a_party, a_point, a_transfer
from tests.sinks.portal.examples import an_event

FEEDS = "/api/v1/feeds"
NAMES = {"a": ATOM, "at": TOMBSTONES}


class Read:
    """One page of an Atom feed, as a reader's library has it, held to the rules of RFC 4287 and 6721 that it does not check."""

    def __init__(self, body: bytes) -> None:
        parsed = feedparser.parse(body)
        assert (parsed.bozo, parsed.version) == (False, "atom10"), parsed.get("bozo_exception")
        root = etree.fromstring(body)
        for element in (root, *root.iterfind("a:entry", NAMES)):
            for once in ("id", "title", "updated"):
                assert len(element.findall(f"a:{once}", NAMES)) == 1
            assert datetime.fromisoformat(element.findtext("a:updated", namespaces=NAMES)).tzinfo
            links = [link for link in element.iterfind("a:link", NAMES) if link.get("rel") == "alternate"]
            assert len(links) == 1 and links[0].get("href").startswith("http://127.0.0.1:8080/")
        assert root.find("a:author/a:name", NAMES).text
        self.titles = [entry.title for entry in parsed.entries]
        self.ids = [entry.id for entry in parsed.entries]
        self.updated = {entry.id: entry.updated for entry in parsed.entries}
        self.feed_updated, self.id = parsed.feed.updated, parsed.feed.id
        self.links = {link.rel: link.href for link in parsed.feed.links}
        gone = root.findall("at:deleted-entry", NAMES)
        assert all(datetime.fromisoformat(each.get("when")).tzinfo for each in gone)
        self.gone = {each.get("ref"): each.findtext("at:comment", namespaces=NAMES) for each in gone}
        assert not {*self.ids} & {*self.gone}, "what stands is not gone"


def read(portal: Portal, path: str, **headers: str) -> Read:
    answer = portal.get(f"{FEEDS}{path}", **headers)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return Read(answer.content)


def both(portal: Portal, path: str) -> tuple[Read, dict[str, Any]]:
    """A feed in its two forms, which have the same items and the same tombstones."""
    atom, json = read(portal, path.replace(".*", ".atom")), portal.get(f"{FEEDS}{path.replace('.*', '.json')}")
    assert json.headers["content-type"] == "application/feed+json; charset=utf-8"
    found = json.json()
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in found["items"]] == atom.ids
    assert [item["title"] for item in found["items"]] == atom.titles
    assert {each["id"] for each in found["_tongda"]["deleted"]} == {*atom.gone}
    return atom, found


def take_down(feeder: Feeder, topic: str, id: str) -> None:
    feeder.store.write([feeder.record(topic, id, None)])


def test_a_search_is_followed_and_what_leaves_it_is_told(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*[a_listing(n, title=f"传感器{n}") for n in range(1, 6)], a_listing(9, title="别的", summary=""))
    first, json = both(portal, "/listings.*?q=传感器")
    assert first.titles == [f"供给：传感器{n}" for n in (5, 4, 3, 2, 1)] and first.gone == {}
    assert json["items"][0]["_tongda"]["record"] == a_listing(5).id
    assert urlsplit(json["items"][0]["url"]).path == "/supply/" + a_listing(5).id.split(":")[1]
    feeder.feed(
        a_listing(1, title="传感器1，降价", revision=2),
        a_listing(2, title="传感器2", revision=2, state="concluded"),
        a_listing(3, title="传感器3", revision=2, state="merged", merged_into=a_listing(1).id),
        a_listing(9, title="别的", summary="", revision=2, state="withdrawn"),
    )
    take_down(feeder, "tongda.supply.v1", a_listing(4).id)
    then, json = both(portal, "/listings.*?q=传感器")
    assert then.titles == ["供给：传感器1，降价", "供给：传感器5"]
    one, five = then.ids
    assert then.updated[one] > first.updated[one] and then.updated[five] == first.updated[five]
    assert then.feed_updated == max(then.updated[one], *[each["gone_at"] for each in json["_tongda"]["deleted"]])
    assert {each["record"]: (each["state"], each["merged_into"]) for each in json["_tongda"]["deleted"]} == {
        a_listing(2).id: ("concluded", None),
        a_listing(3).id: ("merged", one),
        a_listing(4).id: ("taken_down", None),
    }
    chosen, _ = both(portal, "/listings.*?q=传感器&state=concluded")
    assert chosen.titles == ["供给：传感器2"]


def test_pages_lead_from_the_newest_change_to_the_oldest(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*[a_transfer(id=f"transfer:{n:03d}") for n in range(600)])
    feeder.feed(*[a_transfer(id=f"transfer:{n:03d}", revision=2) for n in range(300)])
    seen: list[str] = []
    page = read(portal, "/events/transfer.atom?limit=200")
    first = page.links["self"]
    for _ in range(10):
        seen += page.ids
        assert page.links["first"] == first and page.id == entry_id(f"{FEEDS}/events/transfer?limit=200")
        if "next" not in page.links:
            break
        page = read(portal, page.links["next"].removeprefix(f"http://127.0.0.1:8080{FEEDS}"))
    newest = [*range(299, -1, -1), *range(599, 299, -1)]
    assert seen == [entry_id(f"transfer:{n:03d}") for n in newest]
    cursor = page.links["self"].partition("cursor=")[2]
    assert portal.get(f"{FEEDS}/events/licence.atom?cursor={cursor}", 400).json()["errors"][0]["name"] == "cursor"


def test_a_patent_an_organisation_and_a_figure_are_followed(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_transfer(), a_listing(), a_listing(2, patent_number=None, subject="listing:2", owner="别家大学"))
    feeder.feed(a_point(dimensions={"area": "430000"}, value="12"), a_point(value="7"))
    patent, json = both(portal, f"/patents/{PATENT}.*")
    assert patent.titles == ["供给：一种枯草芽孢杆菌发酵装置", f"转让：{PATENT}"]
    assert "湘江大学 → 岳麓精密制造有限公司" in json["items"][1]["content_text"]
    organisation = a_party("湘江大学").key
    named = portal.client.get(f"{FEEDS}/organisations/湘江大学.atom", follow_redirects=True)
    assert Read(named.content).ids == patent.ids and organisation in named.text
    figure, _ = both(portal, "/statistics/transfers.*?lang=en&by=area")
    assert figure.titles == [
        "Patent transfers · Changsha · 2025-03: 7 times",
        "Patent transfers · Province · 2025-03: 12 times",
    ]
    take_down(feeder, "tongda.transfer.v1", a_transfer().id)
    assert both(portal, f"/patents/{PATENT}.*")[0].gone == {
        entry_id(a_transfer().id): f"已移除，请删除副本: {a_transfer().id}"
    }
    assert len(both(portal, "/statistics/transfers.*")[0].ids) == 1
    portal.get(f"{FEEDS}/patents/202110999999.X.atom", 404)
    for asked in ("accumulation=ytd", "as_of=2025-03-01", "by=right_type,deal_form"):
        portal.get(f"{FEEDS}/statistics/transfers.atom?{asked}", 400)


def test_a_feed_stays_the_same_until_something_of_it_changes(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_listing())
    tag = portal.get(f"{FEEDS}/listings.atom").headers["etag"]
    feeder.feed(a_transfer(), a_point())
    portal.get(f"{FEEDS}/listings.atom", 304, **{"If-None-Match": tag})
    feeder.feed(a_listing(2))
    assert portal.get(f"{FEEDS}/listings.atom", **{"If-None-Match": tag}).headers["etag"] != tag
    assert read(portal, "/events/licence.atom").feed_updated == "1970-01-01T00:00:00Z"


def test_what_is_read_with_a_key_is_in_nobody_elses_feed(portal: Portal, feeder: Feeder, db: Database) -> None:
    contract = an_event(
        Contract(contract_number="2025430001000001", patents=(PATENT,)), id="contract:1", occurred_on="2025-03-09"
    )
    feeder.feed(a_transfer(), contract)
    key = {"Authorization": f"Bearer {make(db, 'tests', 'shared')}"}
    assert portal.get(f"{FEEDS}/events/contract.atom", 401).json()["code"] == "T4010"
    assert read(portal, "/events/contract.atom", **key).ids == [entry_id("contract:1")]
    assert read(portal, f"/patents/{PATENT}.atom").ids == [entry_id(a_transfer().id)]
    assert len(read(portal, f"/patents/{PATENT}.atom", **key).ids) == 2
    take_down(feeder, "tongda.contract.v1", "contract:1")
    assert read(portal, f"/patents/{PATENT}.atom").gone == {}
    assert [*read(portal, f"/patents/{PATENT}.atom", **key).gone] == [entry_id("contract:1")]


def test_pages_name_their_feeds_and_each_is_one(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_transfer(), a_listing(), a_point(), a_point(dimensions={"area": "430000"}))
    for page, feed in (
        (
            "/listings?q=传感器&area=430100&limit=20&sort=newest",
            "/listings.atom?q=%E4%BC%A0%E6%84%9F%E5%99%A8&area=430100",
        ),
        ("/en/events?kind=transfer&phase=recorded", "/events/transfer.atom?phase=recorded&lang=en"),
        (f"/patent/{PATENT}", f"/patents/{PATENT}.atom"),
        ("/statistics/transfers?area=430100", "/statistics/transfers.atom?area=430100"),
    ):
        found = etree.HTML(portal.get(page).text)
        links = {link.get("type"): link.get("href") for link in found.iterfind(".//link[@rel='alternate'][@type]")}
        shown = [link.get("href") for link in found.iterfind(".//main/p/a[@type]")]
        assert links["application/atom+xml"] == FEEDS + feed and shown == [*links.values()]
        assert read(portal, feed).links["alternate"]
        assert portal.get(links["application/feed+json"]).json()["items"]


def a_feed(**changes: Any) -> Feed:
    own = {"title": "t", "lang": "zh", "base": "http://h", "home": "/", "own": "/f.atom", "first": "/f.atom"}
    return Feed(**{**own, "next": None, "entries": (), "deleted": (), **changes})


def test_whatever_a_source_wrote_a_feed_is_a_document_and_has_no_markup_of_it() -> None:
    text = "<script>\x00\x0b\ud800]]>&amp;\ufffe"
    entry = Entry("supply:1", 1, "2025-03-18T10:42:07+08:00", text, text, '/supply/"<', "/api", (("a", text),), True)
    gone = Deleted("supply:2", 1, "2025-03-19T10:42:07+08:00", "merged", text, "supply:1")
    root = etree.fromstring(atom(a_feed(title=text, entries=(entry,), deleted=(gone,))))
    assert root.findtext("a:entry/a:title", namespaces=NAMES) == "<script>\ufffd\ufffd\ufffd]]>&amp;\ufffd"
    assert root.findtext("a:updated", namespaces=NAMES) == "2025-03-19T10:42:07+08:00"
    assert [each.get("term") for each in root.iterfind("a:entry/a:category", NAMES)] == ["a", "synthetic"]
    assert root.find("at:deleted-entry/a:link", NAMES).get("href") == entry_id("supply:1")
