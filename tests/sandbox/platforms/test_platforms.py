"""The stand-ins over real sockets: each platform's protocol, its faults, and the same addresses after a restart."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import pytest

from ops import run
from ops.sandbox.platforms import keys
from ops.sandbox.platforms.inboxes import FORMS
from ops.sandbox.platforms.platforms import Platforms
from ops.sandbox.platforms.signed import md5_signature
from ops.sandbox.stories.simulation import Origin
from ops.sandbox.world import ledger
from ops.settings import read_settings
from ops.supervisor.status import lines, state

ORIGIN = Origin(2, 150, date(2026, 6, 1))
WIDE_BRACKETS = str.maketrans("（）", "()")


class Running:
    """The stand-ins and their addresses."""

    def __init__(self, home: Path) -> None:
        self.platforms = Platforms(home, ORIGIN, 0)
        self.platforms.open()
        found = self.platforms.listen()
        self.sources, self.control = found["sources"], found["control"]
        self.keys = self.platforms.keys

    def get(self, address: str, method: str = "GET") -> tuple[int, str, bytes]:
        try:
            request = urllib.request.Request(address, method=method, headers={"X-Api-Key": self.keys[keys.POOL]})
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read()

    def json(self, source: str, path: str) -> Any:
        return json.loads(self.get(self.sources[source] + path)[2])

    def post(self, action: str) -> Any:
        return json.loads(self.get(f"{self.control}/{action}", "POST")[2])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found = Running(tmp_path_factory.mktemp("home"))
    yield found
    found.platforms.close()


def test_pages_are_newest_first_and_declare_their_total(running: Running) -> None:
    first = running.json("hn_ip_service", "/api/supply?pageNo=1&pageSize=50")
    assert first["code"] == 200
    total, pages = first["data"]["total"], first["data"]["pages"]
    rows = [
        row
        for page in range(1, pages + 1)
        for row in running.json("hn_ip_service", f"/api/supply?pageNo={page}&pageSize=50")["data"]["list"]
    ]
    assert len(rows) == len({row["id"] for row in rows}) == total
    assert [row["发布日期"] for row in rows] == sorted((row["发布日期"] for row in rows), reverse=True)
    assert running.json("hn_ip_service", "/api/supply?pageNo=201")["code"] == 400


def test_a_window_of_posting_days_includes_both_ends(running: Running) -> None:
    everything = running.json("hn_ip_service", "/api/contracts?pageSize=100")["data"]["list"]
    day = everything[0]["发布日期"]
    shown = running.json("hn_ip_service", f"/api/contracts?startDate={day}&endDate={day}")["data"]["list"]
    assert shown == [row for row in everything if row["发布日期"] == day]


def test_a_cursor_leads_to_every_row_once_and_ends(running: Running) -> None:
    ids, cursor, more = [], "", True
    while more:
        page = running.json("hn_sme_service", f"/v1/specialised?limit=20&cursor={cursor}")
        ids += [row["id"] for row in page["items"]]
        cursor, more = page["next_cursor"], page["has_more"]
    assert cursor == ""
    assert sorted(ids) == sorted(running.platforms.shelves["hn_sme_service", "specialised_smes"].rows)


def test_an_old_cursor_has_expired(running: Running) -> None:
    status, _, body = running.get(running.sources["hn_sme_service"] + "/v1/demands?cursor=MTAwIFFZ")
    assert (status, json.loads(body)["code"]) == (410, "CURSOR_EXPIRED")


def test_a_notice_leads_to_its_workbook(running: Running) -> None:
    base = running.sources["protection_centre_1"]
    _, media, listing = running.get(base + "/babq/index.html")
    assert media.startswith("text/html") and b'<ul class="list">' in listing
    notice = listing.decode().split('data-docid="')[1].split('"')[0]
    assert f'href="/babq/{notice}.xlsx"' in running.get(f"{base}/babq/{notice}.html")[2].decode()
    assert running.get(f"{base}/babq/{notice}.xlsx")[2][:2] == b"PK"
    assert running.get(base + "/babq/index_99.html")[0] == 404


def test_an_offset_leads_to_every_patent_of_the_pool_in_the_order_of_tiers(running: Running) -> None:
    first = running.json("convertible_pool", "/open/pool?limit=7")
    total, rows = first["count"], first["items"]
    while len(rows) < total:
        rows += running.json("convertible_pool", f"/open/pool?limit=7&offset={len(rows)}")["items"]
    assert [(row["tier"], row["id"]) for row in rows] == sorted((row["tier"], row["id"]) for row in rows)
    assert {row["id"] for row in rows} == running.platforms.shelves["convertible_pool", "pool"].rows.keys()


def test_each_vendor_has_an_envelope_of_its_own(running: Running) -> None:
    deals = running.json("hn_ip_exchange", "/prod-api/deals/list?pageSize=3")
    query = {"page": "1", "page_row": "50", "timestamp": str(int(time.time() * 1000))}
    query["sign"] = md5_signature(query, running.keys[keys.REGISTRY])
    firms = running.json("company_registry", f"/v2/enterprises?{urlencode(query)}")
    assert (deals["code"], len(deals["rows"])) == (200, 3) and deals["total"] > 3
    assert (firms["errorCode"], len(firms["records"])) == ("000000", 10)  # never more than ten a page
    assert running.json("hn_ip_exchange", "/prod-api/nothing/list")["code"] == 404
    projects = running.json("xiaoxiang_market", "/market/project?limit=50")
    assert projects["code"] == "0" and projects["result"]["count"] >= len(projects["result"]["data"]) > 3
    assert max(len(row["zlh"].split(",")) for row in projects["result"]["data"]) > 1  # a package


def test_the_headings_of_the_alliance_change_every_other_week(running: Running) -> None:
    form, shelf = (
        FORMS["university_alliance", "catalogue"],
        running.platforms.shelves["university_alliance", "catalogue"],
    )
    headings = [
        form.render("catalogue", "", shelf, date(2026, 6, day))[1].decode("gb18030").splitlines()[0] for day in (1, 8)
    ]
    assert sum("成果名称" in heading for heading in headings) == 1
    assert sum("意向价（万元）" in heading for heading in headings) == 1


def test_a_bank_sends_one_table_a_month(running: Running) -> None:
    folder = Path(unquote(urlsplit(running.sources["bank_pledges"]).path)) / "loans"
    for file in folder.glob("*.csv"):
        rows = list(csv.DictReader(file.read_bytes().decode("gb18030").splitlines()))
        assert {row["放款日期"][:7].replace("-", "") for row in rows} == {file.stem[-6:]}
        assert len({row["贷款银行"].translate(WIDE_BRACKETS) for row in rows}) == 1


def test_every_file_in_an_inbox_matches_its_checksum(running: Running) -> None:
    for source in {source for source, _ in FORMS}:
        files = [
            path
            for path in Path(unquote(urlsplit(running.sources[source]).path)).rglob("*")
            if path.suffix in (".zip", ".xlsx", ".csv")
        ]
        assert files
        for path in files:
            assert (
                path.with_name(path.name + ".sha256").read_text().split()[0]
                == hashlib.sha256(path.read_bytes()).hexdigest()
            )


@pytest.mark.parametrize(
    "fault", ["code_500", "html_challenge", "total_off", "last_page_repeated", "empty_middle_page", "columns_renamed"]
)
def test_a_fault_happens_as_often_as_it_was_switched_on_and_is_counted(running: Running, fault: str) -> None:
    def look() -> list[tuple[str, bytes]]:
        return [
            running.get(f"{running.sources['hn_ip_service']}/api/supply?pageNo={page}&pageSize=20")[1:]
            for page in (1, 2, 99)
        ]

    sound = look()
    running.post(f"faults?name={fault}&feed=hn_ip_service/supply&times=1")
    faulty = look()
    assert sum(one != other for one, other in zip(sound, faulty, strict=True)) == 1
    assert look() == sound
    assert running.post("pause")["faults"]["reached"][fault] == 1


def test_a_row_appears_between_two_pages(running: Running) -> None:
    before = running.json("hn_ip_service", "/api/contracts?pageSize=20")["data"]["total"]
    running.post("faults?name=row_inserted_between_pages&feed=hn_ip_service/contracts")
    assert running.json("hn_ip_service", "/api/contracts?pageSize=20")["data"]["total"] == before
    assert running.json("hn_ip_service", "/api/contracts?pageSize=20&pageNo=2")["data"]["total"] == before + 1


def test_control_pauses_and_releases_one_change_after_the_other(running: Running) -> None:
    assert running.post("pause")["paused"]
    seq = running.post("resume")["seq"]
    state = running.post("release-next?n=2")
    assert not state["paused"]
    assert state["seq"] == seq + len(state["released"]) > seq + 1
    assert running.get(running.control + "/unknown", "POST")[0] == 404


def test_a_world_whose_pauser_was_killed_goes_on_by_itself(running: Running) -> None:
    with subprocess.Popen(["sleep", "600"]) as verifying:
        running.post(f"pause?pid={verifying.pid}")
        running.platforms.resume_if_left()
        assert running.platforms.paused
        verifying.kill()
    running.platforms.resume_if_left()
    assert not running.platforms.paused
    running.post("pause")  # by hand, for as long as one likes
    running.platforms.resume_if_left()
    assert running.platforms.paused
    running.post("resume")


def test_status_says_that_the_stand_ins_are_paused_and_how_they_go_on(running: Running, tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path), "TONGDA_PORTAL": "127.0.0.1:1"})
    run.write(settings.run, "platforms", os.getpid(), control=running.control)
    assert state(settings)["paused"] is None
    running.post("pause")
    told = lines(state(settings), "en")
    assert told[-2:] == [
        "  the stand-in platforms are paused: nothing changes",
        f"  next  curl -X POST {running.control}/resume",
    ]
    running.post("resume")
    assert "paused" not in "".join(lines(state(settings), "en"))


def test_a_restart_gives_the_same_answers_at_the_same_addresses(tmp_path: Path) -> None:
    first = Running(tmp_path)
    first.post("release-next?n=30")
    feeds = ("/api/supply?pageSize=100", "/api/transfers?pageSize=100", "/api/demand?pageSize=100")
    shown = [first.json("hn_ip_service", path) for path in feeds]
    files = {path: path.read_bytes() for path in (tmp_path / "platforms").rglob("*.zip")}
    first.platforms.close()
    again = Running(tmp_path)
    assert (again.sources, again.control) == (first.sources, first.control)
    assert [again.json("hn_ip_service", path) for path in feeds] == shown
    assert {path: path.read_bytes() for path in (tmp_path / "platforms").rglob("*.zip")} == files
    again.platforms.close()
    assert (
        len({change.seq for change in ledger.read(tmp_path / "truth" / "truth.jsonl")})
        == again.platforms.simulation.seq
    )
