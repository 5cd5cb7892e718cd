"""A mirror with a filter that follows changes or the stream holds what a snapshot with that filter has, whatever happens."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from psycopg import sql

from schemas.fields.party import name_key
from schemas.kinds.pledge import Pledge
from schemas.records.listing import Owner, organisation_id
from sinks.portal.errors import TooManyStreams
from sinks.portal.read import changes
from sinks.portal.read.changes import BLOCK, MOST_BLOCKS
from sinks.portal.read.filters import EVERY_RECORD, RecordFilter
from sinks.portal.read.matching import READ
from sinks.portal.web import stream
from sinks.portal.web.shared_pages import MOST_FILTERS
from sinks.portal.web.stream import MOST_FILTERS_OF_ONE_ADDRESS, Followed
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_listing, a_party, a_point, a_transfer
from tests.sinks.portal.examples import a_status, an_event

TRANSFERS, SUPPLY, FIGURES, STATUS = (
    "tongda.transfer.v1",
    "tongda.supply.v1",
    "tongda.statistic.v1",
    "tongda.source-status.v1",
)
NAMES = ("湘江大学", "岳麓精密制造有限公司", "洞庭生物有限公司")
REGIONS = ("430104", "430102", "430200", "430000", "440300", "110000", None)
ORGANISATIONS = [organisation_id(name_key(name)) for name in NAMES]
QUESTIONS: tuple[tuple[tuple[str, ...], dict[str, list[str]]], ...] = (
    ((TRANSFERS,), {"area": ["430100"]}),
    ((TRANSFERS, SUPPLY), {"area": ["430104", "440000"]}),
    ((TRANSFERS, SUPPLY), {"organisation": [ORGANISATIONS[0]], "area": ["430000"]}),
    ((SUPPLY, TRANSFERS), {"kind": ["supply"], "organisation": ORGANISATIONS[1:]}),
    ((FIGURES,), {"indicator": ["transfers"], "area": ["430100", "OTHER"]}),
    ((STATUS, TRANSFERS), {"kind": ["transfer"]}),
    ((TRANSFERS, SUPPLY), {}),
)


class World:
    """Records that change at random: where they are, whose they are, whether they are there."""

    def __init__(self, feeder: Feeder, seed: int) -> None:
        self.feeder, self.chance, self.revision = feeder, random.Random(seed), 0

    def step(self, most: int = 6) -> None:
        """Some records change together; now and then one is taken down."""
        self.feeder.feed(*(self.a_record() for _ in range(self.chance.randrange(1, most))))
        if self.chance.random() < 0.3:
            key = f"transfer:{self.chance.randrange(6)}"
            self.feeder.store.write([self.feeder.record(TRANSFERS, key, None)])

    def a_record(self) -> Any:
        self.revision += 1
        number, pick = self.chance.randrange(6), self.chance.choice
        match self.chance.randrange(4):
            case 0:
                parties = [a_party(pick(NAMES), region=pick(REGIONS)) for _ in range(self.chance.randrange(4))]
                said = {"transferor": tuple(parties[:2]), "transferee": tuple(parties[2:])}
                state = pick(("current", "withdrawn"))
                return a_transfer(id=f"transfer:{number}", revision=self.revision, statement=said, state=state)
            case 1:
                name = pick(NAMES)
                owner = Owner(name=name, party_type="enterprise", organisation_id=organisation_id(name_key(name)))
                return a_listing(number, revision=self.revision, area=pick(REGIONS)).__replace__(owner=owner)
            case 2:
                area = pick(({}, {"area": "430100"}, {"area": "OTHER"}))
                indicator = pick(("transfers", "pledges"))
                return a_point(indicator=indicator, dimensions=area, revision=self.revision, value=str(self.revision))
        return a_status(feed=str(number), kind=pick(("transfer", "supply")), revision=self.revision)


def address(door: str, topics: tuple[str, ...], asked: dict[str, list[str]], **more: Any) -> str:
    parts = [("topic", topic) for topic in topics] + [(name, each) for name, some in asked.items() for each in some]
    return f"/api/v1/{door}?{urlencode([*parts, *more.items()])}"


def snapshot(portal: Portal, topics: tuple[str, ...], asked: dict[str, list[str]]) -> dict[str, Any]:
    """What holds under the filter. A topic that has no records of the kinds asked for is not asked."""
    found: dict[str, Any] = {}
    for topic in topics:
        if topic != STATUS and asked.get("kind") and topic.split(".")[1] not in asked["kind"]:
            continue
        query = urlencode([(name, each) for name, some in asked.items() for each in some])
        head, *records, end = portal.get(f"/api/v1/snapshots/{topic}?{query}").text.splitlines()
        assert json.loads(end) == {"end": {"records": len(records)}}
        assert {*query.split("&")} - {""} <= {*json.loads(head)["head"]["changes"].partition("?")[2].split("&")}
        found |= {each["key"]: each["value"] for each in map(json.loads, records)}
    return found


class Mirror:
    """A copy that knows nothing but the changes it is told."""

    def __init__(self, portal: Portal, topics: tuple[str, ...], asked: dict[str, list[str]]) -> None:
        self.portal, self.topics, self.asked = portal, topics, asked
        self.after, self.held, self.told = 0, dict[str, Any](), 0

    def take(self, change: dict[str, Any]) -> None:
        assert change["sequence"] > self.after
        self.told += 1
        if change["value"] is None:
            self.held.pop(change["key"], None)
        else:
            assert not change["left"]
            self.held[change["key"]] = change["value"]

    def poll(self, limit: int) -> None:
        """Pages up to the end."""
        while True:
            page = self.portal.get(address("changes", self.topics, self.asked, after=self.after, limit=limit)).json()
            for change in page["items"]:
                self.take(change)
                self.after = change["sequence"]
            assert page["next"] in (None, str(page["last"])) and page["last"] >= self.after
            self.after = page["last"]
            if page["next"] is None:
                return

    def follow(self, last: str, until: int) -> str:
        """The stream after an event, up to a change; gives the id to go on from."""
        self.portal.follower.step()
        headers = {"Last-Event-ID": last}
        target = address("stream", self.topics, self.asked)
        with self.portal.client.stream("GET", target, headers=headers, timeout=5) as answer:
            for id, name, data in events(answer.iter_lines()):
                place = int(id.split("-")[1])
                assert name != "reset"
                if name != "progress":
                    self.take(data)
                    assert data["sequence"] == place
                self.after, last = place, id
                if place >= until:
                    return last
        raise AssertionError("the stream ended")


def events(lines: Iterator[str]) -> Iterator[tuple[str, str, Any]]:
    parts: list[str] = []
    for line in lines:
        if line.startswith(("id: ", "event: ", "data: ")):
            parts.append(line.split(": ", 1)[1])
        if len(parts) == 3:
            yield parts[0], parts[1], json.loads(parts[2])
            parts = []


@pytest.mark.parametrize("seed", range(3))
def test_a_mirror_with_a_filter_equals_the_snapshot_with_that_filter(portal: Portal, feeder: Feeder, seed: int) -> None:
    world, chance = World(feeder, seed), random.Random(seed)
    mirrors = [Mirror(portal, topics, asked) for topics, asked in QUESTIONS]
    left = Counter[str]()
    for _ in range(25):
        world.step()
        for mirror in mirrors:
            if chance.random() < 0.3:  # each looks now and then
                mirror.poll(chance.choice((1, 3, 200)))
                assert mirror.held == snapshot(portal, mirror.topics, mirror.asked)
    for mirror in mirrors:
        mirror.poll(2)
        assert mirror.held == snapshot(portal, mirror.topics, mirror.asked)
        page = portal.get(address("changes", mirror.topics, mirror.asked)).json()
        left += Counter(change["key"].split(":")[0] for change in page["items"] if change["left"])
        assert mirror.after == page["last"]
    assert left["transfer"] and left["supply"] and left["hn_ip_service|0"] >= 0, left
    assert mirrors[0].told < mirrors[-1].told, "a filter leaves something out"


@pytest.mark.parametrize("seed", range(2))
def test_a_stream_with_a_filter_goes_on_over_what_it_leaves_out(
    portal: Portal, feeder: Feeder, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PROGRESS_SECONDS", 0.05)
    world = World(feeder, 100 + seed)
    topics, asked = QUESTIONS[seed]
    epoch = portal.get(address("changes", topics, asked)).json()["epoch"]
    mirror, last = Mirror(portal, topics, asked), f"{epoch}-0"
    for _ in range(6):
        world.step(12)
        newest = portal.get(address("changes", topics, {})).json()["last"]
        if newest > mirror.after:
            last = mirror.follow(last, newest)
        assert mirror.held == snapshot(portal, topics, asked)


def test_a_record_that_leaves_the_filter_is_told_as_gone_and_comes_back_whole(portal: Portal, feeder: Feeder) -> None:
    for revision, region in enumerate(("430104", "430200", "430200", "430102"), 1):
        giver = (a_party("湘江大学", region=region),)
        feeder.feed(a_transfer(id="transfer:1", revision=revision, statement={"transferor": giver}))
    page = portal.get(address("changes", (TRANSFERS,), {"area": ["430100"]})).json()
    assert [(each["revision"], each["value"] is None, each["left"], each["changed"]) for each in page["items"]] == [
        (1, False, False, None),
        (2, True, True, ["statement"]),
        (4, False, False, ["statement"]),
    ]


def test_a_page_that_a_filter_leaves_empty_leads_on(portal: Portal, feeder: Feeder) -> None:
    elsewhere = {"transferor": (a_party("湘江大学", region="430200"),)}
    number = BLOCK * MOST_BLOCKS + 7
    feeder.feed(*(a_transfer(id=f"transfer:{n}", statement=elsewhere) for n in range(number)), a_transfer())
    first = portal.get(address("changes", (TRANSFERS,), {"area": ["430100"]}))
    page = first.json()
    assert (page["items"], page["next"]) == ([], str(page["last"]))
    assert f"after={page['last']}" in first.headers["link"] and "area=430100" in first.headers["link"]
    rest = portal.get(address("changes", (TRANSFERS,), {"area": ["430100"]}, after=page["last"])).json()
    assert len(rest["items"]) == 1 and rest["next"] is None
    assert rest["last"] == portal.get(address("changes", (TRANSFERS,), {}, after=rest["last"])).json()["last"]


def test_changed_names_the_fields_that_are_not_as_they_were(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_listing(revision=1), a_listing(revision=2, title="另一种装置", state="reserved"))
    feeder.feed(a_listing(revision=3, title="另一种装置", state="reserved", summary=""))
    feeder.store.write([feeder.record(SUPPLY, a_listing().id, None)])
    feeder.feed(a_listing(revision=4))
    found = portal.get(f"/api/v1/changes?topic={SUPPLY}").json()["items"]
    assert [each["changed"] for each in found] == [None, ["state", "title"], ["summary"], None, None]


def test_changed_tells_nobody_of_a_field_that_is_not_shown(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(an_event(Pledge(patents=(PATENT,), inclusive_loan=False), id="pledge:1"))
    feeder.feed(an_event(Pledge(patents=(PATENT,), inclusive_loan=True), id="pledge:1", revision=2))
    pledges = portal.get("/api/v1/changes?topic=tongda.pledge.v1").json()["items"]
    assert [each["changed"] for each in pledges] == [None, []]


def test_since_begins_with_the_first_change_of_its_time(portal: Portal, feeder: Feeder, db: Database) -> None:
    for number in range(5):
        feeder.feed(a_transfer(id=f"transfer:{number}"), a_listing(number))
    items = portal.get(address("changes", (TRANSFERS, SUPPLY), {})).json()["items"]
    for each in (items[0], items[4], items[7]):
        page = portal.get(address("changes", (TRANSFERS, SUPPLY), {}, since=each["recorded_at"])).json()
        begun = next(n for n, other in enumerate(items) if other["recorded_at"] == each["recorded_at"])
        assert page["items"] == items[begun:]
        [(id, name, _)] = first_events(portal, address("stream", (TRANSFERS,), {}, since=each["recorded_at"]), 1)
        assert (name, int(id.split("-")[1])) == ("progress", min(_of(items[begun:], TRANSFERS)) - 1)
    after = address("changes", (TRANSFERS,), {}, since="2020-01-01", after=items[-2]["sequence"])
    assert portal.get(after).json()["items"] == [], "a sequence says where to go on"
    later = portal.get(address("changes", (TRANSFERS,), {}, since="2999-01-01")).json()
    assert (later["items"], later["last"]) == ([], max(_of(items, TRANSFERS)))


def _of(items: list[dict[str, Any]], topic: str) -> list[int]:
    return [each["sequence"] for each in items if each["topic"] == topic]


def first_events(portal: Portal, target: str, number: int) -> list[tuple[str, str, Any]]:
    portal.follower.step()
    with portal.client.stream("GET", target, timeout=5) as answer:
        found = events(answer.iter_lines())
        return [next(found) for _ in range(number)]


def test_a_change_that_waited_for_its_turn_is_not_before_an_instant(
    portal: Portal, feeder: Feeder, db: Database
) -> None:
    """A transaction has the time of its beginning and its numbers later: times do not rise with the numbers."""
    feeder.feed(*(a_transfer(id=f"transfer:{number}") for number in range(3)))
    for number, at in enumerate(("10:00:02", "10:00:00", "10:00:01")):
        with db.transaction() as opened:
            opened.execute(
                f"update event_revision set recorded_at = '2025-01-01T{at}+08:00' where id = 'transfer:{number}'"
            )
    page = portal.get(address("changes", (TRANSFERS,), {}, since="2025-01-01T10:00:01+08:00")).json()
    assert [each["key"] for each in page["items"]] == ["transfer:0", "transfer:1", "transfer:2"]


def test_a_filter_reads_areas_and_parties_as_the_tables_do(portal: Portal, feeder: Feeder, db: Database) -> None:
    world = World(feeder, 7)
    for _ in range(60):
        world.step()
    with db.snapshot() as opened:
        rows = opened.fetch(sql.SQL("select value, located, organisations from event").format(), {})
    assert len(rows) > 3
    for value, located, organisations in (tuple(row.values()) if isinstance(row, dict) else row for row in rows):
        assert {f"transferor|{each}" for each in READ["area"](value)} == {
            each for each in located if each.startswith("transferor|")
        }
        assert READ["organisation"](value) == {*organisations}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("topic=tongda.statistic.v1&kind=transfer", "kind"),
        ("topic=tongda.transfer.v1&indicator=transfers", "indicator"),
        ("topic=tongda.statistic.v1&organisation=org:3f2a9c1b7d5e4f60a1b2", "organisation"),
        ("topic=tongda.source-status.v1&area=430100", "area"),
        ("topic=tongda.transfer.v1&kind=pledge", "kind"),
        ("topic=tongda.transfer.v1&kind=nonsense", "kind"),
        ("topic=tongda.statistic.v1&indicator=nonsense", "indicator"),
        ("topic=tongda.transfer.v1&area=999999", "area"),
        ("topic=tongda.transfer.v1&organisation=湘江大学", "organisation"),
        ("topic=tongda.transfer.v1&since=yesterday", "since"),
    ],
)
@pytest.mark.parametrize("door", ["changes", "stream"])
def test_a_filter_that_can_find_nothing_is_refused(portal: Portal, door: str, query: str, name: str) -> None:
    (error, *_) = portal.get(f"/api/v1/{door}?{query}", 400).json()["errors"]
    assert error["name"] == name and len(error["message"]) > 10
    portal.get("/api/v1/snapshots/tongda.statistic.v1?kind=transfer", 400)


def test_different_filters_have_a_bound_in_all_and_for_one_address() -> None:
    def of(area: int, host: str = "a") -> Followed:
        return Followed(host, "public", (TRANSFERS,), RecordFilter(area=(str(area),)))

    one = Counter(of(number) for number in range(MOST_FILTERS_OF_ONE_ADDRESS))
    with pytest.raises(TooManyStreams, match="8 different filters of this address"):
        stream.must_have_room_for_a_filter(one, of(99))
    stream.must_have_room_for_a_filter(one, of(0))
    stream.must_have_room_for_a_filter(one, of(99, "b"))
    stream.must_have_room_for_a_filter(one, of(99)._replace(records=EVERY_RECORD))
    full = Counter(of(number, f"h{number // 8}") for number in range(MOST_FILTERS))
    with pytest.raises(TooManyStreams, match="50 different filters"):
        stream.must_have_room_for_a_filter(full, of(99))
    stream.must_have_room_for_a_filter(full, of(7))


def test_a_filter_is_counted_for_as_long_as_a_stream_follows_it() -> None:
    async def sent() -> Any:
        yield b"one"
        yield b"two"

    async def opened_and_left() -> tuple[int, int, int]:
        followed = Counter[Followed]()
        some = Followed("a", "public", (TRANSFERS,), RecordFilter(area=("430100",)))
        first, second = (stream._counted_filter(followed, some, sent()) for _ in range(2))
        for each in (first, second):
            await anext(each)
        both = len(followed)
        await first.aclose()  # type: ignore[attr-defined]
        one = len(followed)
        await second.aclose()  # type: ignore[attr-defined]
        return both, one, len(followed)

    assert asyncio.run(opened_and_left()) == (1, 1, 0)


def test_every_row_that_stays_out_of_a_filter_makes_no_change() -> None:
    row = {"sequence": 1, "topic": FIGURES, "id": "x", "revision": 1, "value": None, "former": None}
    assert changes.change(row, "public", RecordFilter(area=("430100",))) is None
