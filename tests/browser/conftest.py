"""A running portal over a real PostgreSQL that the store filled, and a headless Chromium to look at it."""

from __future__ import annotations

import itertools
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, sync_playwright

from ops.bus import Incoming
from ops.evidence import EvidenceStore
from ops.settings import ROOT
from schemas.fields.date import CHINA
from schemas.fields.money import Money
from schemas.fields.price import Price
from schemas.records.contribution import Contribution
from schemas.records.event import Disagreement, Value
from schemas.records.listing import Encumbrance
from schemas.records.point import Point
from schemas.records.raw import RowCounts
from schemas.topics import CONTRIBUTION, STATISTIC
from schemas.wire import encode, load, short_hash
from sinks.access import accounts
from sinks.access.roles import Role
from sinks.figures.release import FigureRelease, make
from sinks.portal.read.targets import load_plans
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.serve import PLANS
from sinks.portal.show.look import Look
from sinks.portal.show.words import ROWS
from sinks.portal.web.doors import Gate
from sinks.portal.web.operator_app import create_operator_app
from sinks.portal.web.pages import Pages
from sinks.portal.web.server import create_app
from sinks.store.database import Database
from sinks.store.migrate import migrate
from streams.processor import Context
from streams.tally import Tally
from tests.databases import create_database
from tests.sinks.conftest import Feeder, Served
from tests.sinks.examples import RECEIVED, a_contribution, a_listing, a_party, a_point, a_provenance, a_transfer
from tests.sinks.portal.examples import a_status

numbers = itertools.count()  # a worker may come back to these files after others
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Portal:
    """Where it listens, and how to give it news."""

    base: str
    feeder: Feeder
    operators: str
    database: Database


@pytest.fixture(scope="package")
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    given = os.environ.get("POSTGRES_FOR_TESTS") or str(request.getfixturevalue("database").url)
    database = Database(create_database(given, f"browser_{os.getpid()}_{next(numbers)}"), role="tests", size=6)
    migrate(database)
    feeder = Feeder(database)
    feeder.feed(*examples())
    follower = Follower(database)
    evidence = EvidenceStore(tmp_path_factory.mktemp("evidence"))
    views = Views(database, follower, evidence, load_plans(ROOT / PLANS), lambda: date(2025, 3, 31))
    readers = Served(lambda _: create_app(views, follower, Pages(views, Look())))
    gate = lambda url: Gate(database, url, lambda: datetime.now(CHINA))  # noqa: E731
    operators = Served(lambda url: create_operator_app(views, follower, Look(), gate(url)))
    follower.start()
    deadline = time.monotonic() + 30
    while not follower.ready and time.monotonic() < deadline:
        time.sleep(0.05)
    assert follower.ready, "the portal did not become ready in 30 seconds"
    yield Portal(readers.url, feeder, operators.url, database)
    for served in (readers, operators):
        served.stop()
    follower.stop()
    database.close()


@pytest.fixture(scope="package")
def release(portal: Portal) -> FigureRelease:
    """The signed figures of a month."""
    return make(portal.database, "2025-03", "样例省知识产权局", "", datetime(2025, 4, 8, 9, tzinfo=CHINA))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not (CHROMIUM.exists() or shutil.which("chromium")):
        pytest.skip("no Chromium on this machine: the browser tests need Debian's package chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS, headless=True)
        yield opened
        opened.close()


def sign_in(page: Page, portal: Portal, name: str, role: Role) -> None:
    """A new account of this name, and its session in this browser."""
    made = accounts.add(portal.database, name, role, datetime.now(CHINA))
    page.goto(portal.operators + "/sign-in")
    page.get_by_label("账户").fill(name)
    page.get_by_label("密码").fill(made.password)
    page.get_by_label("动态验证码").fill(pyotp.TOTP(made.totp).now())
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/operations")


def examples() -> list[Any]:
    """A small province: listings in several places and states, a pledged patent, a transfer on which two sources differ."""
    where = ("430104", "430200", "430600")
    industries = (("F2",), ("N1",), ("N2",), ())
    listings = [
        a_listing(
            n,
            title=f"枯草芽孢杆菌发酵装置（{n}型）",
            area=where[n % 3],
            industries=industries[n % 4],
            synthetic=True,
            state="reserved" if n % 5 == 0 else "open",
            missing=() if n % 4 != 3 else ("application", "classification"),
            price=Price(basis="negotiable", text="")
            if n % 2
            else Price(basis="lump_sum", low=Money.of(n * 10_000_000), text=""),
            patent_number=None,
        )
        for n in range(2, 70)
    ]
    pledged = a_listing(
        1,
        synthetic=True,
        price=Price(basis="lump_sum", low=Money.of(120_500_000), high=Money.of(200_000_000), text=""),
        encumbrances=(Encumbrance(type="pledge", since="2025-02-03", event_id="pledge:" + short_hash("p")),),
        sources=(a_provenance(feed="supply", source="hn_ip_service"), a_provenance()),
    )
    demand = a_listing(
        1,
        kind="demand",
        id="demand:" + short_hash("d"),
        title="寻求高温合金叶片精密铸造工艺",
        patent_number=None,
        right_type=None,
        owner="岳麓精密制造有限公司",
        synthetic=True,
    )
    told = (("2025-03-09", "cnipa_gazette"), ("2025-03-10", "hn_ip_service"))
    both = tuple(Value(value=day, sources=(source,)) for day, source in told)
    transfer = a_transfer(
        synthetic=True,
        disagreements=(Disagreement(field="effective_on", values=both),),
        statement={"title": "一种枯草芽孢杆菌发酵装置", "consideration": Money.of(120_500_000)},
    )
    several = a_transfer(
        id="transfer:" + short_hash("several"),
        synthetic=True,
        statement={"transferor": tuple(a_party(f"湖南{'样例' * n}科技有限公司") for n in range(1, 9))},
    )
    points = [
        a_point(
            indicator=name,
            label=name,
            unit=unit,
            dimensions={"area": area},
            period=period,
            synthetic=True,
            value=(value := "1" if area in ("430100", "430000") else "0"),
            contributions=int(value),
        )
        for name, unit in (("transfers", "次"), ("supply_listings", "条"))
        for area in ROWS
        for period in (("current",) if name == "supply_listings" else ("2025-03", "2025"))
    ]
    feed = a_status(
        source="cnipa_gazette",
        feed="transfers",
        name="国家知识产权局专利公报",
        feed_name="转让",
        kind="announcement",
        polled_at=RECEIVED,
        last_complete_at=RECEIVED,
        watermark="2025-03-17",
        total_rows=RowCounts(read=12, new=9, changed=1, unchanged=1, rejected=1),
        synthetic=True,
    )
    cuts = {"party_type": "university", "counter_type": "sme", "industry": "F2", "form": "whole"}
    where_and_what = {"area": "430100", "right_type": "invention", **cuts}
    contribution = a_contribution(transfer, synthetic=True, dimensions=where_and_what)
    return [*listings, pledged, demand, transfer, several, contribution, *points, *counted(contribution), feed]


def counted(*made: Contribution) -> list[Point]:
    """What the tally publishes of these, and so what a recount finds too."""
    records = [Incoming(CONTRIBUTION.name, 0, n, b"", encode(one), (), 0) for n, one in enumerate(made)]
    outputs = Tally(0, Context(1)).apply(records)
    points = [load(Point, one.value or b"") for one in outputs if one.topic == STATISTIC.name]
    return [replace(each, revision=2) for each in points]  # above those by hand
