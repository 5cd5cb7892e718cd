"""Pages that people read: what they say in words, and that nothing of a machine's shows through."""

from __future__ import annotations

import re

from schemas.kinds.evaluation import Evaluation
from schemas.kinds.licence import Licence
from schemas.records.dead_letter import DeadLetter
from sinks.access.roles import Role
from sinks.portal.show import words
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_contribution, a_listing, a_party, a_point, a_provenance
from tests.sinks.portal.examples import a_status, an_event

REASONS = tuple(code for code in words.groups()["source_reason"] if not code.endswith("_N"))


def text(page: str) -> str:
    """What a reader sees, without marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_a_page_that_is_not_there_leads_to_pages_and_not_to_the_interface(portal: Portal) -> None:
    page = portal.get("/nothing/here", 404).text.partition("<main")[2]
    assert re.findall(r'href="([^"]+)"', page.partition("</main>")[0]) == ["/listings", "/statistics", "/"]
    assert "Nothing has that name" not in page


def test_a_refused_question_says_in_chinese_what_is_wrong(portal: Portal) -> None:
    told = {
        "/events?since=2026-02-30": "可用： a day that there is: 2025-03-01",
        "/events?since=2025-03-02&until=2025-03-01": "截止日早于起始日",
        "/listings?limit=none": "应为整数",
        f"/listings?q={'长' * 3000}": "不超过",
        "/listings?cursor=x": "请从第一页开始",
        "/listings?state=opn": "可用： pending, open",
    }
    for address, said in told.items():
        assert said in text(portal.get(address, 400).text), address


def test_a_period_without_a_number_of_a_figure_shows_none(portal: Portal, feeder: Feeder) -> None:
    for period, value in (("2025-05", "7"), ("2025", "7")):
        feeder.feed(a_point(period=period, value=value, dimensions={"area": "430000"}))
    shown, none = (portal.get(f"/statistics/transfers?period={period}").text for period in ("2025-05", "1999-01"))
    assert "没有本指标的数字" not in text(shown) and "没有本指标的数字" in text(none)
    assert ('class="chart tiles' in shown, 'class="chart tiles' in none) == (True, False)


def test_the_title_of_a_window_is_the_heading_of_its_page(portal: Portal, feeder: Feeder) -> None:
    other = "201310197593.0"
    said = {"patents": (other, PATENT), "licensor": (a_party("湘江大学"),)}
    event = an_event(Licence(**said, recorded_on="2025-03-09"), id="licence:1", occurred_on="2025-03-09")
    feeder.feed(a_listing(1, title="一种样例方法"), event)
    page = portal.get("/event/licence/1").text
    heading, title = (re.search(rf"<{mark}>(.*?)</{mark}>", page, re.S) for mark in ("h1", "title"))
    assert heading and title and text("<main" + heading[1]).partition("：")[2] in title[1]


def test_one_source_is_no_plural(portal: Portal, feeder: Feeder) -> None:
    twice = (a_provenance(), a_provenance(source="hn_ip_service", record="T1"))
    feeder.feed(a_listing(1), a_listing(2, sources=twice))
    found = text(portal.get("/en/listings").text)
    assert sorted(re.findall(r"\d+ (?:sources?|results?)\b", found)) == ["1 source", "2 results", "2 sources"]


def test_the_kind_of_a_licence_is_said_in_the_page_s_language(portal: Portal, feeder: Feeder) -> None:
    said = {"patents": (PATENT,), "licensor": (a_party("湘江大学"),), "licence_kind": "sole"}
    feeder.feed(an_event(Licence(**said, recorded_on="2025-03-09"), id="licence:1", occurred_on="2025-03-09"))
    assert "许可种类 排他许可" in text(portal.get(f"/patent/{PATENT}").text)
    assert "Licence kind Sole" in text(portal.get(f"/en/patent/{PATENT}").text)


def test_what_an_enterprise_thinks_of_a_patent_is_on_no_page(portal: Portal, feeder: Feeder) -> None:
    said = {"patents": (PATENT,), "enterprise": (a_party("岳麓精密制造有限公司"),), "prospects": "medium"}
    feeder.feed(
        a_listing(),
        an_event(Evaluation(**said, evaluated_on="2025-03-09"), id="evaluation:1", occurred_on="2025-03-09"),
    )
    assert "岳麓精密制造有限公司" not in portal.get(f"/patent/{PATENT}").text
    portal.get("/event/evaluation/1", 401)


def test_sightings_that_an_event_does_not_rest_on_are_counted(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_listing(1, more_sources=1200))
    short = a_listing(1).id.split(":")[1]
    assert "另有 1,200 条见载未列出。" in text(portal.get(f"/supply/{short}").text)
    assert "and 1,200 further sightings that are not listed." in text(portal.get(f"/en/supply/{short}").text)


def test_a_month_that_is_not_over_is_not_drawn_as_a_fall(portal: Portal, feeder: Feeder) -> None:
    """Today is 2025-07-01: July has just begun."""
    for period, value in (("2025-05", "7"), ("2025-06", "9"), ("2025-07", "1"), ("2025", "17")):
        feeder.feed(a_point(period=period, value=value, dimensions={"area": "430000"}))
    chart = re.search(r'<svg class="chart trend broad".*?</svg>', portal.get("/statistics/transfers").text, re.S)
    assert chart is not None
    assert re.findall(r"<title>(\S+ \d+)\s*</title>", chart[0]) == ["2025-05 7", "2025-06 9"]


def test_a_cut_by_platform_names_the_platform(portal: Portal, feeder: Feeder) -> None:
    feed = a_status()
    cell = {"indicator": "supply_listings", "unit": "条", "period": "current"}
    feeder.feed(
        feed,
        a_point(**cell, dimensions={"area": "430000"}),
        a_point(**cell, dimensions={"area": "430000", "source": "hn_ip_service"}),
        a_contribution(indicator="supply_listings", dimensions={"area": "430100", "source": "hn_ip_service"}),
    )
    page = portal.get("/statistics/supply_listings").text
    assert page.count("湖南省知识产权综合服务平台") >= 2
    assert ">hn_ip_service<" not in page


def test_the_interface_is_explained_in_the_page_s_language(portal: Portal) -> None:
    pages = {
        lang: portal.get(address).text.partition("OpenAPI</a>")[2]
        for lang, address in (("zh", "/api"), ("en", "/en/api"))
    }
    told = {
        lang: re.findall(r'<td data-label="(?:说明|Gives)">([^<]*)</td>', page.partition("</table>")[0])
        for lang, page in pages.items()
    }
    operations = sum(map(len, portal.get("/openapi.json").json()["paths"].values()))
    assert len(told["zh"]) == len(told["en"]) == operations
    assert all(re.search("[\u4e00-\u9fff]", text) for text in told["zh"])
    assert all(text.isascii() and len(text) > 5 for text in told["en"])


SENTENCE = re.compile(r"(?:\b[a-zA-Z]{2,}\b[ ,;:]+){3}[a-zA-Z]{2,}")  # four English words in a row


def test_no_chinese_page_has_an_english_sentence(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(
        a_listing(1, state="withdrawn", state_reason="absent"),
        a_point(dimensions={"area": "430000"}),
        *(
            a_status(feed=f"feed{n}", state="blocked", reason=reason)
            for n, reason in enumerate((*REASONS, "status_418"))
        ),
        *(
            DeadLetter(id=f"n:{n}", stage="normalise", reason=reason, message="an English message", record=str(n))
            for n, reason in enumerate(words.own()["reason"])
        ),
    )
    addresses = {
        **dict.fromkeys(("/", "/listings", "/statistics", "/targets", "/sources", "/api"), 200),
        **dict.fromkeys(("/nothing/here", "/patent/201210464170.6", "/statistics/none", "/organisation/none"), 404),
        **dict.fromkeys(("/listings?stat=open", "/listings?state=nowhere", "/events?from=yesterday"), 400),
        **dict.fromkeys(("/listings?area=999999", "/events?phase=bogus", "/listings?q=%00", "/nothing%00"), 400),
        **dict.fromkeys(("/events?kind=contract", "/event/contract/1"), 401),
    }
    english = {
        address: SENTENCE.findall(text(re.sub(r"<code[^>]*>.*?</code>", "", portal.get(address, status).text)))
        for address, status in addresses.items()
    }
    for address in ("/operations", "/keys", "/accounts", "/audit", "/sign-in", "/nothing"):
        page = portal.signed_in(Role.OPERATOR).get(address)
        assert page.status_code == (404 if address == "/nothing" else 200), address
        english[address] = SENTENCE.findall(text(re.sub(r"<code[^>]*>.*?</code>", "", page.text)))
    assert {address: found for address, found in english.items() if found} == {}
