"""The portal as a person meets it: every page, narrow and wide, with and without script, by keyboard, live."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.wire import short_hash
from sinks.access.roles import Role
from tests.browser.conftest import Portal, sign_in
from tests.sinks.examples import PATENT, a_listing, a_point, a_transfer

pytestmark = [pytest.mark.browser, pytest.mark.live]
CARD = "/supply/" + a_listing(1).id.split(":")[1]
PLAIN = (
    "/",
    "/listings",
    "/listings?q=发酵&area=430100",
    "/listings?q=没有这个词",
    CARD,
    "/demand/" + short_hash("d"),
    f"/patent/{PATENT}",
    "/events",
    "/event/transfer/" + a_transfer().id.split(":")[1],
    "/statistics",
    "/statistics/monthly/2025-03",
    "/statistics/transfers",
    "/targets",
    "/sources",
    "/api",
    "/statistics/explanation?indicator=transfers&area=430100&period=2025-03",
    "/about/privacy",
)
ADDRESSES = (*PLAIN, *("/en" + path.removesuffix("/") for path in PLAIN[:5]))


def short(id: str) -> str:
    return id.split(":")[1]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_page_answers_with_one_heading_no_error_and_no_foreign_request(portal: Portal, page: Page, path: str) -> None:
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    answer = page.goto(portal.base + path)
    assert answer is not None and answer.status == 200
    assert page.locator("h1").count() == 1 and page.title()
    assert errors == [] and hosts == {urlsplit(portal.base).netloc}
    assert len(answer.body()) < 150_000


@pytest.mark.parametrize("path", ADDRESSES)
def test_nothing_scrolls_sideways_and_everything_has_a_name(portal: Portal, page: Page, path: str) -> None:
    answer = page.goto(portal.base + path)
    assert answer is not None and answer.status == 200
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert page.evaluate(FAULTS) == []


FAULTS = """() => {
  const faults = [], all = (selector) => [...document.querySelectorAll(selector)];
  const check = (selector, good, fault) =>
    all(selector).forEach((e) => good(e) || faults.push(fault + ": " + e.outerHTML.slice(0, 90)));
  check("a, button", (e) => (e.textContent || e.getAttribute("aria-label")).trim(), "no name");
  check("input:not([type=hidden]), select", (e) => e.labels.length, "no label");
  check("table", (e) => e.caption, "no caption");
  check("th", (e) => e.scope, "no scope");
  check("[id]", (e) => all("#" + CSS.escape(e.id)).length === 1, "id twice");
  check("[style]", () => false, "style attribute");
  let level = 0;
  document.querySelectorAll("h1, h2, h3, h4").forEach((e) => {
    if (+e.tagName[1] > level + 1) faults.push("heading skipped: " + e.innerText);
    level = +e.tagName[1];
  });
  for (const mark of ["header", "main", "footer", "nav"]) document.querySelector(mark) || faults.push("no " + mark);
  return faults;
}"""


def test_the_number_beside_a_facet_value_is_the_number_of_results_after_choosing_it(portal: Portal, page: Page) -> None:
    page.goto(portal.base + "/listings?q=发酵")
    choices = page.eval_on_selector_all(
        ".facet .pick:not([aria-current])",
        "links => links.map(a => [a.href, Number(a.querySelector('.n').innerText.replace(/,/g, ''))])",
    )
    assert len(choices) > 8
    for address, number in choices:
        page.goto(address)
        assert int(page.inner_text("#total").replace(",", "")) == number, address


def test_facets_work_the_same_with_and_without_script(portal: Portal, browser: Browser) -> None:
    titles = []
    for script in (True, False):
        context = browser.new_context(java_script_enabled=script)
        page = context.new_page()
        page.goto(portal.base + "/listings")
        page.locator("[data-facet=area] .pick").first.click()
        page.wait_for_url("**/listings?area=*")
        expect(page.locator(".chosen a").first).to_be_visible()
        titles.append(page.locator("#listings .item-title").all_inner_texts())
        context.close()
    assert titles[0] == titles[1] != []


def test_the_keyboard_leads_from_the_search_box_to_the_first_result(portal: Portal, page: Page) -> None:
    page.goto(portal.base + "/")
    page.focus("#q")
    page.keyboard.type("发酵")
    page.keyboard.press("Enter")
    page.wait_for_url("**/listings?q=*")
    first = page.locator("#listings .item-title a").first
    for _ in range(250):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    assert first.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/supply/*")


def test_an_encumbrance_stands_before_the_price(portal: Portal, page: Page) -> None:
    page.goto(portal.base + CARD)
    warning, price = page.locator("#encumbrances").bounding_box(), page.locator(".price").bounding_box()
    assert warning and price and warning["y"] < price["y"]


def test_another_form_of_a_patent_number_leads_to_the_canonical_page(portal: Portal, page: Page) -> None:
    page.goto(portal.base + "/patent/ZL" + PATENT)
    assert page.url.endswith(f"/patent/{PATENT}")


def test_what_is_not_there_is_told_in_words(portal: Portal, page: Page) -> None:
    long_ago = a_listing(901, state="withdrawn", patent_number=None, received_at="2025-01-02T10:00:00+08:00")
    lately = a_listing(902, state="withdrawn", patent_number=None, received_at="2025-03-20T10:00:00+08:00")
    taken_down = a_listing(903, patent_number=None)
    portal.feeder.feed(long_ago, lately, taken_down)
    portal.feeder.store.write([portal.feeder.record("tongda.supply.v1", taken_down.id, None)])
    assert (answer := page.goto(portal.base + "/supply/" + short(lately.id))) is not None and answer.status == 200
    for path, status in (
        ("/supply/nothing", 404),
        ("/nowhere", 404),
        ("/listings?colour=red", 400),
        ("/supply/" + short(long_ago.id), 410),
        ("/supply/" + short(taken_down.id), 410),
    ):
        answer = page.goto(portal.base + path)
        assert answer is not None and answer.status == status
        assert page.locator("h1").count() == 1 and page.locator("main a").count() >= 3


def test_a_figure_is_explained_down_to_the_evidence_by_clicking(portal: Portal, page: Page) -> None:
    page.goto(portal.base + "/statistics")
    page.locator("tr", has_text="长沙市").locator("a.cell", has_text="1").first.click()
    page.wait_for_url("**/statistics/explanation?*")
    expect(page.locator(".note.good")).to_contain_text("与公布的数字一致")
    assert page.locator("td.hash code").first.inner_text() != "—"
    page.locator("tbody td a", has_text="转让").first.click()
    page.wait_for_url("**/event/transfer/*")
    expect(page.locator("main")).to_contain_text("原始证据")


def test_every_link_of_the_first_page_leads_somewhere(portal: Portal, page: Page) -> None:
    page.goto(portal.base + "/")
    links = set(
        page.eval_on_selector_all("a[href]", "links => links.map(a => new URL(a.getAttribute('href'), location).href)")
    )
    answers = {link: page.request.get(link).status for link in sorted(links)}
    assert len(answers) > 20 and set(answers.values()) == {200}, answers


def test_the_wall_screen_says_when_it_has_heard_nothing_for_a_minute(portal: Portal, page: Page) -> None:
    page.clock.install()
    page.goto(portal.base + "/screen")
    expect(page.locator(".stamp")).not_to_have_class("stamp silent")
    page.clock.fast_forward(70_000)
    expect(page.locator(".stamp.silent")).to_contain_text("超过60秒未收到更新")


def test_an_operator_signs_in_and_sees_what_must_be_zero(portal: Portal, page: Page) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    sign_in(page, portal, "wang", Role.OPERATOR)
    expect(page.locator("main")).to_contain_text("读取 − 新增 − 变更 − 未变 − 拒收")
    expect(page.locator("main")).to_contain_text("死信：未能解读的记录")
    assert len(page.locator("td code.hash").first.inner_text()) == 16
    for place in ("密钥", "账户", "操作审计", "运行"):
        page.get_by_role("link", name=place, exact=True).click()
        expect(page.locator("h1")).to_have_text(place)
        for width in (360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (place, width)
        assert page.evaluate(FAULTS) == [] and page.context.cookies()[0]["secure"]
    page.get_by_role("button", name="退出").click()
    expect(page.locator("h1")).to_have_text("登录")
    assert errors == [] and page.context.cookies()[0]["name"] == "__Host-tongda-before"


@pytest.mark.parametrize("path", PLAIN[:9])
def test_text_at_twice_its_size_does_not_scroll_the_page_sideways(portal: Portal, page: Page, path: str) -> None:
    page.goto(portal.base + path)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_the_wall_screen_fits_without_scrolling(portal: Portal, page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(portal.base + "/screen")
    extent = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert extent == [width, height]
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('body *')].filter(e => !e.closest('svg') && e.innerText)"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 28


FIRST_COUNTER = re.compile(r'class="n">([\d,]+)<')


def one_more(number: int) -> tuple[Listing, Point]:
    """A listing more, and the figure that counts it."""
    point = a_point(indicator="supply_listings", unit="条", revision=number, period="current", value=str(number))
    return a_listing(number, patent_number=None), point


def test_a_counter_follows_the_hub_without_a_reload(portal: Portal, page: Page) -> None:
    page.goto(portal.base + "/")
    counter = page.locator(".counter .n").first
    before = int(counter.inner_text().replace(",", ""))
    portal.feeder.feed(*one_more(900))
    expect(counter).to_have_text(f"{before + 1:,}", timeout=8000)


def test_what_came_between_a_page_and_its_stream_shows_too(portal: Portal, page: Page) -> None:
    """The stream begins where the page was made, not where the browser reached it."""

    def later(route: Route) -> None:
        portal.feeder.feed(*one_more(910))
        route.continue_()

    page.route("**/api/v1/stream**", later, times=1)
    made = page.goto(portal.base + "/")
    assert made is not None
    counter = page.locator(".counter .n").first
    before = int(FIRST_COUNTER.search(made.text())[1].replace(",", ""))  # type: ignore[index]
    expect(counter).to_have_text(f"{before + 1:,}", timeout=8000)
