"""What a search finds besides listings, and deals as one row of a list."""

from __future__ import annotations

import re

from schemas.kinds.pledge import Pledge
from schemas.records.event import Event
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_listing, a_party, a_transfer
from tests.sinks.portal.examples import an_event

OTHER = "201210464170.6"
NUMBER = "Y2025430000018"


def a_pledge(patent: str, phase: str) -> Event:
    said = {"patents": (patent,), "pledgor": (a_party("湘江大学"),), "pledgee": (a_party("样例银行长沙分行"),)}
    statement = Pledge(**said, registration_number=NUMBER, registered_on="2025-01-07")
    place = {"subject": f"patent:{patent}", "occurred_on": "2025-01-07", "phase": phase}
    return an_event(statement, id=f"pledge:{patent}", **place)


def rows(page: str) -> list[str]:
    """What a reader sees of each row of a list of events."""
    items = page.partition('<ul class="items">')[2].partition("</ul>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items.split("<li>")[1:]]


def test_one_pledge_of_two_patents_is_one_row_with_the_phase_of_each(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_pledge(PATENT, "registered"), a_pledge(OTHER, "released"), a_listing(title="发酵装置"))
    (row,) = rows(portal.get("/events?kind=pledge").text)
    assert {PATENT, OTHER, "已登记", "已解除"} <= set(row.split())
    assert len(rows(portal.get("/events?kind=pledge&limit=1").text)) == 1
    assert len(rows(portal.get("/events?kind=pledge&phase=registered").text)) == 1
    assert len(rows(portal.get("/events?q=" + NUMBER).text)) == 1


def test_a_patent_that_is_offered_nowhere_is_found_with_its_parties_and_events(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_transfer(statement={"title": "一种枯草芽孢杆菌发酵装置"}))
    for q in ("枯草芽孢杆菌", "202110123456.7", "湘江大学", "岳麓精密"):
        page = portal.get(f"/listings?q={q}").text
        assert f'href="/patent/{PATENT}"' in page, q
    assert "打开专利卷宗" in portal.get(f"/listings?q=ZL{PATENT}").text
    assert 'href="/organisation/' in portal.get("/listings?q=岳麓精密").text
    assert "枯草芽孢杆菌" in rows(portal.get("/events?q=岳麓精密").text)[0]


def test_results_mark_the_words_and_keep_the_filters_in_the_form(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_listing(1, title="一种3D打印头"), a_listing(2, title="锅炉", area="430200", industries=("F1",)))
    page = portal.get("/listings?q=三维打印&area=430100").text
    assert "一种<mark>3D打印</mark>头" in page
    assert '<input type="hidden" name="area" value="430100">' in page
    whole = portal.get("/listings").text
    assert 'data-facet="area"' in whole
    assert 'data-facet="right_type"' not in whole  # both listings are inventions: nothing to choose
