"""Accessibility by axe-core: every type of page, both listeners, both languages, narrow and wide, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from schemas.fields.date import CHINA
from schemas.fields.party import name_key
from schemas.records.dead_letter import DeadLetter
from schemas.records.listing import organisation_id
from schemas.topics import DEAD_LETTER
from schemas.wire import short_hash
from sinks.access.roles import Role
from sinks.desk.submissions import Desk, id_of
from sinks.figures.release import FigureRelease
from tests.browser.conftest import Portal, sign_in
from tests.sinks.desk.test_moderation import POST
from tests.sinks.examples import PATENT, a_listing, a_transfer

pytestmark = [pytest.mark.browser, pytest.mark.live]
# Success criteria of WCAG 2.0, 2.1 and 2.2, levels A and AA, as axe-core tags its rules.
CRITERIA = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
WIDTHS = (360, 1280)
SUPPLY, TRANSFER = a_listing(1).id, a_transfer().id
PAGES = (
    "/",
    "/listings",
    "/listings?q=发酵&area=430100",
    "/listings?q=没有这个词",
    "/supply/" + SUPPLY.split(":")[1],
    "/demand/" + short_hash("d"),
    f"/patent/{PATENT}",
    "/organisation/" + organisation_id(name_key("湘江大学")).split(":")[1],
    "/events",
    "/event/transfer/" + TRANSFER.split(":")[1],
    "/statistics",
    "/statistics/transfers",
    "/statistics/explanation?indicator=transfers&area=430100&period=2025-03",
    "/statistics/monthly/2025-03",
    "/targets",
    "/releases",
    "/releases/2025-03.1",
    "/revisions",
    "/sources",
    "/api",
    "/screen",
    "/about/privacy",
    "/follow?about=/listings",
    "/follow/sent",
    "/post",
    "/post?kind=supply",
    "/interest?record=" + SUPPLY,
    "/report?about=/sources&record=sources",
    "/event/transfer/" + short_hash("several"),
    "/nowhere",
)
LETTER = DeadLetter(id="axe", stage="normalise", reason="ipc_shape", message="no IPC", original="{" + "原文" * 900)
OPERATORS = (
    "/operations",
    "/keys",
    "/accounts",
    "/audit",
    "/dead-letters",
    "/dead-letters/letter?id=axe",
    "/reviews",
    "/platforms",
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """``bypass_csp``: the pages let no script in but their own, and axe-core is another's."""
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_meets_wcag_in_both_languages_narrow_and_wide_light_and_dark(
    portal: Portal, release: FigureRelease, page: Page, path: str
) -> None:
    for tongue in ("", "/en"):
        assert faults(page, portal.base + tongue + path.removesuffix("/" if tongue else "")) == []


def test_the_pages_of_the_operators_meet_wcag_too(portal: Portal, page: Page) -> None:
    portal.feeder.feed(LETTER)
    sign_in(page, portal, "axe", Role.OPERATOR)
    for path in OPERATORS:
        for tongue in ("", "/en"):
            assert faults(page, portal.operators + tongue + path) == [], path
    portal.feeder.store.write([portal.feeder.record(DEAD_LETTER.name, LETTER.topic_key, None)])


def test_the_pages_of_the_desk_meet_wcag_too(portal: Portal, page: Page) -> None:
    Desk(portal.database, lambda: datetime.now(CHINA)).add(POST)
    sign_in(page, portal, "axe-desk", Role.DESK)
    for path in ("/desk", f"/desk/{id_of(POST)}"):
        for tongue in ("", "/en"):
            assert faults(page, portal.operators + tongue + path) == [], path
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page, "a decision without its reason", CRITERIA) == []


@pytest.mark.parametrize("tongue", ["", "/en"])
def test_the_sign_in_meets_wcag(portal: Portal, page: Page, tongue: str) -> None:
    assert faults(page, portal.operators + tongue + "/sign-in") == []


def faults(page: Page, address: str) -> list[str]:
    """What axe-core finds at an address: where, which rule, and on which element."""
    page.emulate_media(color_scheme="light")
    page.goto(address)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += violations(page, f"{width}", CRITERIA)
    page.emulate_media(color_scheme="dark")
    return found + violations(page, "dark", CONTRAST)


def violations(page: Page, how: str, options: dict[str, object]) -> list[str]:
    response = Axe().run(page, options={"resultTypes": ["violations"], **options}).response
    return [
        f"{how} {broken['id']}: {node['html'][:200]} · {'; '.join(each['message'] for each in node['any'][:1])}"
        for broken in response["violations"]
        for node in broken["nodes"]
    ]
