"""Matches as readers get them: on the page of a listing with their reasons in words, and by the API."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from schemas.fields.price import Price
from schemas.kinds.legal_status import LegalStatus
from schemas.records.event import Event
from schemas.records.listing import Listing
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_listing, a_party
from tests.sinks.portal.examples import an_event

OTHERS = (
    "竹材防霉",
    "电梯制动",
    "茶叶萎凋",
    "烟花混药",
    "苎麻脱胶",
    "油茶脱壳",
    "水稻播种",
    "锑渣处置",
    "隔膜涂覆",
    "骨钉植入",
)


def a_demand(number: int, title: str, owner: str = "洞庭深海装备有限公司") -> Listing:
    changes = {"kind": "demand", "id": f"demand:{number:020x}", "patent_number": None, "ipc": (), "area": "430102"}
    return a_listing(number, **changes, title=title, summary="", owner=owner, deal_forms=("licence",))


def a_supply(number: int, title: str) -> Listing:
    price = Price(basis="free", text="")
    changes = {"id": f"supply:{number:020x}", "ipc": ("B63C11/52",), "price": price, "deal_forms": ("ordinary",)}
    return a_listing(number, **changes, title=title, summary="", industries=("N4",))


def a_province() -> list[Listing]:
    demands = [a_demand(1, "深海作业车行走机构"), a_demand(2, "深海作业车照明", owner="湘江水下工程有限公司")]
    return [
        *(replace(each, industries=("N4",)) for each in demands),
        a_supply(1, "一种深海作业车行走机构"),
        a_supply(2, "一种深海作业车行走履带"),
        *(a_supply(10 + number, title) for number, title in enumerate(OTHERS)),
    ]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_page_of_a_need_shows_what_fits_and_why_in_both_languages(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*a_province())
    place = f"/demand/{1:020x}"
    chinese = words(portal.get(place).text)
    assert "匹配的 供给" in chinese or "匹配的供给" in chinese
    assert "共同用词：深海作业车行走机构 +" in chinese
    assert "产业：空天海洋 +10" in chinese
    assert "地域相近 同市州：长沙市 +4" in chinese
    assert "交易方式：普通许可 +5" in chinese
    assert "价格 免费 +5" in chinese
    assert "竹材防霉" not in chinese
    english = words(portal.get("/en" + place).text)
    assert "Both name: 深海作业车行走机构 +" in english
    assert "Close by same prefecture: Changsha +4" in english
    other = words(portal.get(f"/supply/{1:020x}").text)
    assert "匹配的 需求" in other or "匹配的需求" in other
    assert "深海作业车行走机构 相符" in other


def test_a_listing_without_a_match_says_so_and_leads_to_its_industry(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*a_province())
    page = portal.get(f"/supply/{10:020x}").text
    assert "暂无在用词或分类上相符的在架信息" in page
    assert 'href="/listings?kind=demand&amp;industry=N4"' in page


def test_the_api_gives_matches_of_a_supply_a_demand_and_an_organisation(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*a_province())
    demand, supply = f"demand:{1:020x}", f"supply:{1:020x}"
    of_demand = portal.get(f"/api/v1/matches?demand={demand}").json()
    assert [each["supply_id"] for each in of_demand["items"]] == [supply, f"supply:{2:020x}"]
    assert of_demand["total"] == 2
    (of_supply,) = (
        each for each in portal.get(f"/api/v1/matches?supply={1:020x}").json()["items"] if each["demand_id"] == demand
    )
    assert of_supply == of_demand["items"][0]
    assert of_supply["score"] == sum(reason["points"] for reason in of_supply["reasons"])
    owner = portal.get(f"/api/v1/listings/{demand}").json()["owner"]["organisation_id"]
    assert portal.get(f"/api/v1/matches?organisation={owner}").json()["items"] == of_demand["items"]


def test_a_withdrawn_supply_is_matched_no_more_and_a_merged_one_is_what_it_became(
    portal: Portal, feeder: Feeder
) -> None:
    feeder.feed(*a_province())
    demand, supply = f"demand:{1:020x}", f"supply:{1:020x}"
    feeder.feed(replace(a_province()[2], state="withdrawn", revision=2))
    assert portal.get(f"/api/v1/matches?supply={supply}").json()["items"] == []
    items = portal.get(f"/api/v1/matches?demand={demand}").json()["items"]
    assert [each["supply_id"] for each in items] == [f"supply:{2:020x}"]
    feeder.feed(replace(a_province()[2], state="merged", merged_into=f"supply:{2:020x}", revision=3))
    became = portal.get(f"/api/v1/matches?supply={supply}").json()["items"]
    assert {each["supply_id"] for each in became} == {f"supply:{2:020x}"}


def test_pages_of_matches_are_linked_and_hold_each_once(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*a_province())
    path = f"/api/v1/matches?demand=demand:{1:020x}&limit=1"
    first = portal.get(path)
    following = re.fullmatch(r'<([^>]+)>; rel="next"', first.headers["link"])
    assert following
    second = portal.get(following[1])
    assert "link" not in second.headers
    ids = [each["supply_id"] for answer in (first, second) for each in answer.json()["items"]]
    assert ids == [f"supply:{1:020x}", f"supply:{2:020x}"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?demand=demand:1&supply=supply:1", 400),
        ("?demand=supply:1", 400),
        ("?demand=demand:1", 404),
        ("?organisation=org:00000000000000000000", 404),
        (f"?demand=demand:{1:020x}&cursor=YQ", 400),
    ],
)
def test_a_wrong_question_is_refused(portal: Portal, feeder: Feeder, query: str, status: int) -> None:
    feeder.feed(*a_province())
    portal.get(f"/api/v1/matches{query}", status)


def a_right_of(firm: str, number: str, title: str, ipc: str, party_type: str = "enterprise") -> Event:
    holder = a_party(firm, party_type=party_type)
    statement = LegalStatus(patents=(number,), holder=(holder,), title=title, ipc=(ipc,), announced_on="2025-01-07")
    place = {"subject": f"patent:{number}", "occurred_on": "2025-01-07", "phase": "granted"}
    return an_event(statement, id=f"legal-status:{number}", **place)


def test_firms_whose_patents_lean_to_an_offer_are_named_with_the_reasons(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(
        *a_province(),
        *(
            a_right_of(f"样例{n}号有限公司", f"20182190500{n}.0", title, f"A01B{n}/00")
            for n, title in enumerate(OTHERS)
        ),
        a_right_of("湘江深潜科技有限公司", "201210464170.6", "一种深海作业车行走底盘", "B63C11/52"),
        a_right_of("湘江深潜科技有限公司", "201821904904.7", "深海作业车的耐压舱", "B63C11/00"),
        a_right_of("张样例", "201821525890.8", "深海作业车行走机构", "B63C11/52", party_type="individual"),
        a_right_of("湘江大学", "201821525902.7", "深海作业车行走机构", "B63C11/52"),  # whose offer it is
        a_right_of("岳麓竹业有限公司", "201821904043.2", "竹筷子包装箱", "B65D25/14"),
    )
    supply = f"supply:{1:020x}"
    (firm,) = portal.get(f"/api/v1/listings/{supply}/firms").json()["items"]
    assert firm["name"] == "湘江深潜科技有限公司"
    assert firm["patents"] == ["201210464170.6", "201821904904.7"]
    assert {each["aspect"] for each in firm["reasons"]} >= {"ipc", "nearness", "further"}
    assert firm["score"] == sum(each["points"] for each in firm["reasons"])
    page = words(portal.get(f"/supply/{1:020x}").text)
    assert "可能需要它的企业" in page
    assert "同类 IPC小组：B63C11/52 船舶" in page
    assert "张样例" not in page
    assert portal.get(f"/api/v1/listings/demand:{1:020x}/firms").json()["items"] == []
