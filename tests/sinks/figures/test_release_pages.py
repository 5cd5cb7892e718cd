"""A release on pages and in the API: its numbers are those that were signed, whatever came later."""

from __future__ import annotations

import csv
import re
from datetime import datetime

from schemas.fields.date import CHINA
from schemas.figures import BY_ID
from sinks.figures.calendar import calendar
from sinks.figures.release import make, reproduce
from sinks.store import keys
from sinks.store.database import Database
from tests.sinks.conftest import Portal
from tests.sinks.figures.test_release import NOW, OFFICE, Province
from tests.sinks.figures.test_release import province as province  # a fixture

AT = datetime(2025, 5, 3, 9, 0, tzinfo=CHINA)


def test_nothing_signed_is_said_and_leads_to_the_live_figures(portal: Portal) -> None:
    assert "尚无发布版" in portal.get("/releases").text
    assert "Nothing has been signed yet" in portal.get("/en/releases").text
    assert portal.get("/api/v1/releases").json()["items"] == []
    assert portal.get("/api/v1/releases/2025-03.1", 404).json()["code"] == "T4001"
    portal.get("/releases/2025-03.1", 404)


def test_the_calendar_names_the_working_days_of_a_year_ahead_and_what_is_late(portal: Portal) -> None:
    today = portal.views.day_at(None)
    expected = calendar(today)
    page = portal.get("/releases").text.partition('id="calendar"')[2]
    told = re.findall(r'<td class="nowrap">([\d-]+)</td><td class="nowrap">([\d-]+)</td><td>(.*?)</td>', page)
    assert [each[:2] for each in told] == [(str(each.counts_on), str(each.amounts_on)) for each in expected]
    assert ("逾期未签发" in told[0][2]) is (expected[0].amounts_on < today)


def test_the_address_of_a_release_gives_the_signed_bytes_after_the_figures_went_on(
    db: Database, province: Province, portal: Portal
) -> None:
    first = make(db, "2025-03", OFFICE, "", NOW)
    with db.snapshot() as snapshot:
        signed = reproduce(snapshot, first)
    address, key = (
        "/api/v1/releases/2025-03.1/cells.csv",
        {"Authorization": f"Bearer {keys.make(db, OFFICE, 'shared')}"},
    )
    answer = portal.get(address, **key)
    assert (answer.content, answer.headers["content-type"]) == (signed, "text/csv; charset=utf-8")
    province.happens(6)
    second = make(db, "2025-03", OFFICE, "迟到的登记记录", AT)
    assert portal.get(address, **key).content == signed
    assert portal.get(address, 304, **key, **{"If-None-Match": answer.headers["etag"]}).content == b""
    assert portal.get("/api/v1/releases/2025-03.2/cells.csv", **key).content != signed
    items = portal.get("/api/v1/releases").json()["items"]
    assert [one["id"] for one in items] == [second.id, first.id]
    assert portal.get("/api/v1/releases/2025-03.2").json() == items[0]


def test_the_page_of_a_release_shows_the_province_as_signed_and_what_replaced_it(
    db: Database, province: Province, portal: Portal
) -> None:
    make(db, "2025-03", OFFICE, "", NOW)
    signed = list(csv.DictReader(portal.get("/api/v1/releases/2025-03.1/cells.csv").text.splitlines()))
    province.happens(6)
    make(db, "2025-03", OFFICE, "迟到的登记记录", AT)
    page = portal.get("/releases/2025-03.1").text
    value = next(
        one["value"]
        for one in signed
        if (one["indicator"], one["area"], one["dimension"], one["accumulation"])
        == ("licences", "430000", "", "period")
    )
    row = re.search(rf'{BY_ID["licences"].label.zh}</a></th><td class="r nowrap"[^>]*>([^<]*)<', page)
    assert row is not None
    assert row[1].split()[0] == value
    assert "已被取代" in page
    assert 'href="/releases/2025-03.2"' in page
    assert "迟到记录" in portal.get("/releases/2025-03.2").text
    assert "late records" in portal.get("/en/releases/2025-03.2").text
    assert "发布版 2025-03.2" in portal.get("/statistics/monthly/2025-03").text


def test_a_release_of_sample_data_says_so_everywhere(db: Database, province: Province, portal: Portal) -> None:
    with db.transaction() as snapshot:
        for table in ("point", "point_revision", "contribution", "contribution_revision"):
            snapshot.execute(f"update {table} set value = jsonb_set(value, '{{synthetic}}', 'true')")
    make(db, "2025-03", OFFICE, "", NOW)
    for address in ("/releases", "/releases/2025-03.1"):
        assert "不得作为依据" in portal.get(address).text
    assert portal.get("/api/v1/releases/2025-03.1").json()["synthetic"] is True


def test_cells_that_are_not_what_was_signed_are_not_shown(db: Database, province: Province, portal: Portal) -> None:
    make(db, "2025-03", OFFICE, "", NOW)
    with db.transaction() as snapshot:
        snapshot.execute("delete from point_revision where id = 'licences:area=430000:2025-03'")
    for address in ("/api/v1/releases/2025-03.1/cells.csv", "/releases/2025-03.1"):
        assert "licences" not in portal.get(address, 500).text.partition("<main")[2]
