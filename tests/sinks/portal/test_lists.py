"""Lists that others mirror: what changed and what went away is told; areas and organisations are those of figures and deals."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from schemas.fields.names import name_key
from schemas.figures.dimensions import AREA
from schemas.kinds.contract import Contract
from schemas.kinds.legal_status import LegalStatus
from schemas.records.event import Event
from schemas.records.listing import organisation_id
from sinks.store.database import Database
from sinks.store.keys import make
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_contribution, a_listing, a_party, a_point, a_transfer
from tests.sinks.portal.examples import an_event

EVENTS, LONG_AGO = "/api/v1/events/transfer", "2000-01-01"


def ids(answer: dict[str, Any]) -> list[str]:
    return sorted(item["id"].split(":")[1] for item in answer["items"])


def take_down(feeder: Feeder, topic: str, *names: str) -> None:
    feeder.store.write([feeder.record(topic, name, None) for name in names])


@pytest.fixture
def changed(feeder: Feeder) -> None:
    """One of each state, one that was taken down, and one that came back afterwards."""
    feeder.feed(*[a_transfer(id=f"transfer:{name}") for name in ("now", "back", "down")])
    take_down(feeder, "tongda.transfer.v1", "transfer:back", "transfer:down")
    feeder.feed(
        a_transfer(id="transfer:withdrawn", state="withdrawn"),
        a_transfer(id="transfer:merged", state="merged", merged_into="transfer:now"),
        a_transfer(id="transfer:back", revision=2),
    )


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["back", "now"]),
        ("?state=current", ["back", "now"]),
        ("?state=any", ["back", "merged", "now", "withdrawn"]),
        ("?state=withdrawn&state=merged", ["merged", "withdrawn"]),
        (f"?updated_since={LONG_AGO}", ["back", "merged", "now", "withdrawn"]),
        (f"?updated_since={LONG_AGO}&state=current", ["back", "now"]),
        ("?updated_since=2099-01-01", []),
    ],
)
def test_a_list_of_events_has_the_states_that_are_asked_for_and_all_of_them_for_a_mirror(
    portal: Portal, asked: str, found: list[str]
) -> None:
    answer = portal.get(EVENTS + asked).json()
    assert (ids(answer), answer["total"], answer["deleted"]) == (found, len(found), [])


@pytest.mark.usefixtures("changed")
def test_what_went_away_is_told_with_how_and_when_page_by_page(portal: Portal) -> None:
    answer = portal.get(f"{EVENTS}?deleted_since={LONG_AGO}").json()
    told = [(each["id"], each["revision"], each["state"], each["merged_into"]) for each in answer["deleted"]]
    assert told == [
        ("transfer:down", 1, "taken_down", None),
        ("transfer:withdrawn", 1, "withdrawn", None),
        ("transfer:merged", 1, "merged", "transfer:now"),
    ]
    assert (answer["items"], answer["total"], answer["next"]) == ([], 3, None)
    assert all(each["gone_at"] <= answer["as_of"] for each in answer["deleted"])
    first = portal.get(f"{EVENTS}?deleted_since={LONG_AGO}&limit=2").json()
    second = portal.get(f"{EVENTS}?deleted_since={LONG_AGO}&limit=2&cursor={first['next']}").json()
    assert (first["deleted"] + second["deleted"], second["next"]) == (answer["deleted"], None)
    later = portal.get(f"{EVENTS}?deleted_since={answer['deleted'][1]['gone_at'].replace('+', '%2B')}").json()
    assert later["deleted"] == answer["deleted"][1:]
    assert portal.get(f"/api/v1/events/licence?deleted_since={LONG_AGO}").json()["total"] == 0
    portal.get(f"/api/v1/events/contract?deleted_since={LONG_AGO}", 401)


def test_listings_that_went_away_are_told_with_their_reason(portal: Portal, feeder: Feeder) -> None:
    merged = a_listing(2, state="merged", state_reason="same_patent", merged_into=a_listing(1).id)
    feeder.feed(a_listing(1), merged, a_listing(3, state="withdrawn", state_reason="absent"), a_listing(4))
    take_down(feeder, "tongda.supply.v1", a_listing(4).id)
    for path in ("/api/v1/supply", "/api/v1/listings"):
        answer = portal.get(f"{path}?deleted_since={LONG_AGO}").json()
        assert [(each["id"], each["state"], each["reason"], each["merged_into"]) for each in answer["deleted"]] == [
            (merged.id, "merged", "same_patent", a_listing(1).id),
            (a_listing(3).id, "withdrawn", "absent", None),
            (a_listing(4).id, "taken_down", None, None),
        ]
        assert len(portal.get(f"{path}?state=any").json()["items"]) == 3
    assert portal.get(f"/api/v1/demand?deleted_since={LONG_AGO}").json()["total"] == 0


@pytest.mark.parametrize("path", [f"{EVENTS}?area=430100", "/api/v1/supply?q=x", f"{EVENTS}?state=any"])
def test_what_went_away_is_asked_for_alone(portal: Portal, path: str) -> None:
    (error,) = portal.get(f"{path}&deleted_since={LONG_AGO}", 400).json()["errors"]
    assert error["name"] == "deleted_since" and "accepted beside it: limit, cursor" in error["message"]


def test_a_mirror_that_polls_holds_what_the_hub_holds(portal: Portal, feeder: Feeder) -> None:
    """After each step it reads ``updated_since`` and ``deleted_since`` from where it was."""
    mirror: dict[str, int] = {}
    since = LONG_AGO
    steps = (
        lambda: feeder.feed(*[a_transfer(id=f"transfer:{n}") for n in range(4)]),
        lambda: feeder.feed(a_transfer(id="transfer:0", revision=2, state="merged", merged_into="transfer:1")),
        lambda: feeder.feed(a_transfer(id="transfer:1", revision=2, state="withdrawn")),
        lambda: take_down(feeder, "tongda.transfer.v1", "transfer:2"),
        lambda: feeder.feed(a_transfer(id="transfer:1", revision=3), a_transfer(id="transfer:3", revision=2)),
    )
    for step in steps:
        step()
        gone = portal.get(f"{EVENTS}?deleted_since={since}").json()
        updated = portal.get(f"{EVENTS}?updated_since={since}").json()
        for each in gone["deleted"]:
            mirror.pop(each["id"], None)
        mirror |= {each["id"]: each["revision"] for each in updated["items"] if each["state"] == "current"}
        since = updated["as_of"].replace("+", "%2B")
        assert mirror == {each["id"]: each["revision"] for each in portal.get(EVENTS).json()["items"]}


def deal(name: str, givers: tuple[str | None, ...], takers: tuple[str | None, ...] = ("430100",)) -> Event:
    sides = {
        "transferor": tuple(a_party(f"甲{n}公司", region=region) for n, region in enumerate(givers)),
        "transferee": tuple(a_party(f"乙{n}公司", region=region) for n, region in enumerate(takers)),
    }
    return a_transfer(id=f"transfer:{name}", statement=sides)


DEALS = (
    deal("changsha", ("430104",)),
    deal("zhuzhou", ("430211",), ("430104",)),
    deal("prefecture", ("430200",), ("440300",)),
    deal("province", ("430000",), ("430211",)),
    deal("outside", ("440300",), ("430211", "430104")),
    deal("first-in-hunan", ("110100", "430211", "430104"), ("440300", "430211")),
    deal("nowhere", (None,), (None,)),
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("area=430000", ["changsha", "first-in-hunan", "prefecture", "province", "zhuzhou"]),
        ("area=430100", ["changsha"]),
        ("area=430200", ["first-in-hunan", "prefecture", "zhuzhou"]),
        ("area=430104", ["changsha"]),
        ("area=430211", ["first-in-hunan", "zhuzhou"]),
        ("area=OTHER", ["province"]),
        ("area=440000", ["outside"]),
        ("area=440300", ["outside"]),
        ("area=430300", []),
        ("taker_area=430104", ["zhuzhou"]),
        ("taker_area=430200", ["first-in-hunan", "outside", "province"]),
        ("taker_area=440300", ["prefecture"]),
        ("area=430200&taker_area=430100", ["zhuzhou"]),
    ],
)
def test_an_area_is_where_the_giver_is_and_the_taker_has_a_parameter_of_its_own(
    portal: Portal, feeder: Feeder, asked: str, found: list[str]
) -> None:
    feeder.feed(*DEALS)
    answer = portal.get(f"{EVENTS}?{asked}").json()
    assert (ids(answer), answer["total"]) == (found, len(found))


def test_the_area_of_an_event_is_the_one_in_which_figures_count_it(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*DEALS)
    counted = {event.id.split(":")[1]: AREA.cut(event) for event in DEALS}
    for area in AREA.values:
        expected = sorted(name for name, cut in counted.items() if cut == (area,) or (cut and area == "430000"))
        assert ids(portal.get(f"{EVENTS}?area={area}").json()) == expected, area


def test_a_statement_in_another_form_is_in_no_area_and_stops_no_store(feeder: Feeder, db: Database) -> None:
    """As another release may have written it."""
    feeder.feed(a_transfer(id="transfer:odd"))
    with db.transaction() as store:
        store.execute("update event set value = value || '{\"statement\": [1, null]}' where id = 'transfer:odd'")
        assert store.fetch("select located from event where id = 'transfer:odd'") == [{"located": []}]


CODE = "91430100MA4L16P51K"
NEW, OLD = "岳麓精密制造有限公司", "岳麓机械厂"


def test_an_organisation_is_found_by_id_credit_code_name_and_former_name(portal: Portal, feeder: Feeder) -> None:
    person = a_party("张*", party_type="individual", key="", credit_code=None)
    firm = a_party(NEW, credit_code=CODE)
    renamed = LegalStatus(patents=(PATENT,), renamed_from=(OLD,), renamed_to=(NEW,), announced_on="2024-05-01")
    feeder.feed(
        a_transfer(statement={"transferor": (person,), "transferee": (firm,)}),
        an_event(renamed, id="legal-status:1", phase="holder_renamed", occurred_on="2024-05-01"),
    )
    id = organisation_id(name_key(NEW))
    for asked in (CODE, CODE.lower(), NEW, f" {NEW} ", OLD):
        moved = portal.get(f"/api/v1/organisations/{quote(asked)}", 308)
        assert moved.headers["location"] == f"/api/v1/organisations/{id}", asked
    dossier = portal.get(f"/api/v1/organisations/{id}").json()
    assert (dossier["organisation"]["credit_code"], dossier["former_names"]) == (CODE, [OLD])
    assert dossier == portal.get(f"/api/v1/organisations/{id.removeprefix('org:')}").json()
    assert "曾用名 岳麓机械厂" in " ".join(re.sub("<[^>]+>", " ", portal.get(f"/organisation/{id[4:]}").text).split())
    for unknown in ("张*", "不存在的公司", "91430100MA4L16P51X", "org:1"):
        portal.get(f"/api/v1/organisations/{quote(unknown)}", 404)


def test_an_organisation_that_only_shared_events_name_is_found_with_a_key_alone(
    portal: Portal, feeder: Feeder, db: Database
) -> None:
    seller = a_party("仅在合同中的公司", credit_code=CODE)
    said = Contract(contract_number="2025430101000123", seller=(seller,), registered_on="2025-04-10")
    feeder.feed(an_event(said, id="contract:1", subject="contract:2025430101000123", occurred_on="2025-04-10"))
    key = {"Authorization": f"Bearer {make(db, '省科技厅', 'shared')}"}
    for asked in (CODE, seller.name):
        portal.get(f"/api/v1/organisations/{quote(asked)}", 404)
        portal.get(f"/api/v1/organisations/{quote(asked)}", 308, **key)
    portal.get(f"/api/v1/organisations/{organisation_id(seller.key)}", 404)
    assert portal.get(f"/api/v1/organisations/{organisation_id(seller.key)}", **key).json()["events"]


def test_a_party_carries_the_id_of_its_organisation_at_every_door_and_a_person_has_none(
    portal: Portal, feeder: Feeder
) -> None:
    person = a_party("张*", party_type="individual", key="")
    event = a_transfer(statement={"transferee": (person, a_party(NEW))})
    feeder.feed(event)
    path = f"{EVENTS}/{event.id}"
    said = [
        portal.get(path).json()["statement"],
        portal.get(EVENTS).json()["items"][0]["statement"],
        portal.get(f"{path}/revisions").json()["items"][0]["value"]["statement"],
        portal.get("/api/v1/changes?topic=tongda.transfer.v1").json()["items"][0]["value"]["statement"],
        portal.get(f"/api/v1/patents/{PATENT}").json()["events"][0]["statement"],
    ]
    for each in said:
        takers = [party.get("organisation_id") for party in each["transferee"]]
        assert (takers, each["patents"]) == ([None, organisation_id(name_key(NEW))], [PATENT])


def test_a_published_figure_carries_the_revision_of_its_point(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_point(dimensions={"area": "430000"}, revision=7), a_contribution())
    published = portal.get("/api/v1/statistics/transfers?period=2025-03").json()["items"]
    counted = portal.get("/api/v1/statistics/transfers?period=2025-03&accumulation=ytd").json()["items"]
    assert [each["revision"] for each in (*published, *counted)] == [7, None]
