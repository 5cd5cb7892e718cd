"""What people come for, from the first page to the end: each with something typed wrong on the way."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from connectors.http.client import HttpClient
from schemas.fields.date import CHINA
from schemas.records.dead_letter import DeadLetter
from schemas.topics import DEAD_LETTER
from sinks.access import accounts
from sinks.access.roles import Role
from sinks.figures.release import FigureRelease
from tests.browser.conftest import Portal, sign_in
from tests.connectors.conftest import client
from tests.sinks.desk.test_to_a_listing import Way
from tests.sinks.examples import RECEIVED, a_listing

__all__ = ["client"]
pytestmark = [pytest.mark.browser, pytest.mark.live]
FIRM, CODE = "湖南样例科技有限公司", "91430100MA4L16JQ9D"
OFFER, NEED = "一种淡水鱼鳃寄生虫光谱识别装置", "求淡水鱼鳃寄生虫光谱识别装置"
CONTACT = "科技部 0731-88880000"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Whoever comes to the portal."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def inside(browser: Browser) -> Iterator[Page]:
    """The browser of whoever signs in at the operators' listener."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name).click()


def test_a_firm_finds_an_offer_judges_it_and_expresses_interest_which_the_desk_passes_on(
    portal: Portal, page: Page, inside: Page
) -> None:
    page.goto(portal.base + "/")
    for words in (
        "没有这个词",
        "一种枯草芽孢杆菌发酵装置",
    ):  # the first finds nothing; the page keeps the box and leads on
        page.locator("#q").fill(words)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/listings?q={quote(words)}*")
        expect(page.locator("#q")).to_have_value(words)
    page.locator("#listings .item-title a", has_text="一种枯草芽孢杆菌发酵装置").first.click()
    expect(page.locator(".decision")).to_contain_text("在架")
    expect(page.locator("#encumbrances")).to_contain_text("质押")

    page.get_by_role("link", name="表达对接意向").click()
    page.get_by_label("单位名称").fill(FIRM)
    page.get_by_label("统一社会信用代码").fill(CODE[:-1] + "E")
    page.get_by_label("说明").fill("希望洽谈普通许可,用于明年的试验线。")
    page.get_by_label("联系渠道（不公开）").fill(CONTACT)
    page.get_by_label("同意值班台").check()
    press(page, "提交")
    expect(page.get_by_role("alert")).to_contain_text("校验位不符")
    expect(page.get_by_label("联系渠道（不公开）")).to_have_value(CONTACT)
    page.get_by_label("统一社会信用代码").fill(CODE)
    press(page, "提交")
    expect(page.locator("h1")).to_have_text("已收到")

    number = page.locator("code").first.inner_text()
    sign_in(inside, portal, "desk-1", Role.DESK)
    inside.get_by_role("link", name="值班台").click()
    inside.get_by_role("link", name=number).click()
    for text in (FIRM, CONTACT, "湘江大学", "希望洽谈普通许可"):
        expect(inside.locator("main")).to_contain_text(text)
    press(inside, "办结")
    expect(inside.get_by_role("alert")).to_contain_text("至少 2 个字")
    inside.get_by_label("理由").fill("已转交湘江大学技术转移办公室")
    press(inside, "办结")
    expect(inside.get_by_role("status")).to_contain_text("已办结")

    page.reload()
    expect(page.get_by_role("status")).to_contain_text("已转交湘江大学技术转移办公室")
    assert CONTACT not in page.content()


def test_a_firm_posts_a_demand_the_desk_publishes_it_it_is_matched_and_withdrawn(
    portal: Portal, page: Page, inside: Page, client: HttpClient, tmp_path: Path
) -> None:
    offer = a_listing(7001, patent_number=None, title=OFFER, summary="用于池塘养殖", industries=("A3",), synthetic=True)
    portal.feeder.feed(offer)
    way = Way(portal.base, portal.feeder, client, tmp_path / "evidence")
    page.goto(portal.base + "/post?kind=demand")
    page.get_by_label("标题").fill(f"{NEED} 13912345678")
    page.get_by_label("说明").fill("用于池塘养殖的早期预警,每日巡检一万尾。")
    page.get_by_label("单位名称").fill(FIRM)
    page.get_by_label("统一社会信用代码").fill(CODE)
    page.get_by_label("地区").select_option("430100")
    page.get_by_label("产业").select_option("A3")
    page.get_by_label("面议").check()
    page.get_by_label("联系渠道（不公开）").fill(CONTACT)
    page.get_by_label("以上信息真实").check()
    press(page, "提交审核")
    expect(page.get_by_role("alert")).to_contain_text("含有电话")
    page.get_by_label("标题").fill(NEED)
    press(page, "提交审核")
    expect(page.get_by_role("status")).to_contain_text("待审")
    assert way.go() is None, "nothing is published before the desk has looked"

    sign_in(inside, portal, "desk-2", Role.DESK)
    inside.get_by_role("link", name="值班台").click()
    inside.locator("tr", has_text=NEED).get_by_role("link").click()
    press(inside, "退回修改")
    expect(inside.get_by_role("alert")).to_contain_text("至少 2 个字")
    press(inside, "准予发布")
    expect(inside.get_by_role("status")).to_contain_text("已发布")

    listing = way.go()
    assert listing is not None
    manage = page.url
    address = f"{portal.base}/demand/{listing.id.partition(':')[2]}"
    seen_within(page, address, OFFER)
    expect(page.locator("#matches")).to_contain_text("匹配")
    assert CONTACT not in page.content()

    page.goto(manage)
    press(page, "撤下")
    expect(page.get_by_role("status")).to_contain_text("已下架")
    gone = way.go()
    assert gone is not None and gone.state == "withdrawn"
    seen_within(page, address, "不在交易中")


def seen_within(page: Page, address: str, text: str, tries: int = 40) -> None:
    """The portal follows the store: the page says it after some of its turns."""
    for _ in range(tries):
        page.goto(address)
        if text in page.inner_text("main"):
            return
        page.wait_for_timeout(250)
    expect(page.locator("main")).to_contain_text(text)


def test_a_statistician_reads_a_signed_release_and_takes_it_along(
    portal: Portal, release: FigureRelease, page: Page
) -> None:
    page.goto(portal.base + "/releases/2025-99.1")  # as typed from a paper, wrongly
    expect(page.locator("h1")).to_be_visible()
    page.goto(portal.base + "/statistics")
    page.goto(portal.base + "/releases")
    page.get_by_role("link", name=release.id).first.click()
    expect(page.locator("h1")).to_contain_text("统计数据")
    shown = page.locator("tr", has=page.locator("a[href='/statistics/transfers']")).locator("td").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 CSV").click()
    table = Path(download.value.path()).read_text("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(table)) if row["indicator"] == "transfers"]
    whole = [row["value"] for row in rows if row["area"] == "430000" and row["period"] == "2025-03"]
    assert shown.split()[0] in whole
    refused = page.request.get(portal.base + "/api/v1/releases/2025-99.1/cells.csv")
    assert refused.status == 404 and refused.json()["code"] == "T4001"


def test_an_operator_gets_from_the_count_of_dead_letters_to_the_record_and_its_bytes(
    portal: Portal, inside: Page
) -> None:
    letter = DeadLetter(
        id="letter-of-a-journey",
        stage="normalise",
        reason="patent_number_check_digit",
        message="202110123456.1: the check digit should be 7 · 校验位应为 7",
        source="hn_ip_service",
        feed="supply",
        record="8812",
        topic="tongda.raw",
        partition=1,
        offset=77,
        key="hn_ip_service|supply|8812",
        original='{"patent":"202110123456.1","title":"<b>发酵装置</b>"}',
        received_at=RECEIVED,
    )
    portal.feeder.feed(letter)
    made = accounts.add(portal.database, "li", Role.OPERATOR, datetime.now(CHINA))
    for code in ("000000", ""):  # the first is no code of theirs
        inside.goto(portal.operators + "/sign-in")
        inside.get_by_label("账户").fill("li")
        inside.get_by_label("密码").fill(made.password)
        inside.get_by_label("动态验证码").fill(code or pyotp.TOTP(made.totp).now())
        inside.get_by_role("button", name="登录").click()
    inside.wait_for_url("**/operations")
    inside.locator("main").get_by_role("link", name="专利号校验位不符").click()
    inside.locator("tr", has_text="8812").get_by_role("link").click()
    for text in ("校验位应为 7", "hn_ip_service", "tongda.raw", letter.original):
        expect(inside.locator("main")).to_contain_text(text)
    assert inside.locator("pre b").count() == 0, "what a platform sent is text, not marks"
    inside.goto(portal.operators + "/dead-letters/letter?id=no-such-letter")
    expect(inside.locator("h1")).to_be_visible()
    portal.feeder.store.write([portal.feeder.record(DEAD_LETTER.name, letter.topic_key, None)])
    inside.goto(portal.operators + "/dead-letters")
    expect(inside.locator("main")).to_contain_text("没有未处理的死信")
