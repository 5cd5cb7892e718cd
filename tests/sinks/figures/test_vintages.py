"""Money for readers without a key: at set times, through every door alike, and never one firm's amount."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta

import pytest

from schemas.fields.date import CHINA
from schemas.fields.money import Money
from schemas.kinds.pledge import Pledge
from schemas.records.event import Event
from sinks.figures import release, vintages
from sinks.store import keys
from sinks.store.database import Database
from sinks.store.figures import KeyAmount
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_contribution, a_party, a_point
from tests.sinks.portal.examples import a_status, an_event

AT = datetime(2026, 1, 5, 9, tzinfo=CHINA)
FIGURE = "pledge_financing"
PLEDGES = (
    ("430100", 4_112),
    ("430100", 3_311),
    ("430100", 1_713),
    ("430200", 9_821),
)  # amounts in 元, each of another firm
SUMS = {"430000": 18_957, "430100": 9_136, "430200": 9_821}
LATE = {"430000": 21_957, "430100": 12_136, "430200": 9_821}  # with one more firm
ALONE = (
    "9821.0",
    "9136.0",
    "9,821",
    "9,136",
    "0.98",
    "0.91",
)
INSTANT = re.compile(
    r"\d\d:\d\d:\d\d\.\d+"
)  # its fractions of a second are no amounts  # the second firm's amount, and what it would follow from
DOORS = (
    f"/api/v1/statistics/{FIGURE}?by=area&period=2025-03",
    f"/api/v1/statistics/{FIGURE}?by=area&period=2025",
    f"/api/v1/statistics/{FIGURE}?by=area,collateral&period=2025",
    f"/api/v1/statistics/{FIGURE}?by=area,collateral,loan_band&period=2025",
    f"/api/v1/statistics/{FIGURE}?by=area&period=2025-03&accumulation=ytd",
    f"/api/v1/statistics/{FIGURE}?by=area&as_of=2030-01-01",
    f"/api/v1/statistics/{FIGURE}/explain?area=430200&period=2025",
    f"/api/v1/statistics/{FIGURE}.csv?by=area",
    f"/api/v1/feeds/statistics/{FIGURE}.json?by=area",
    "/sdmx/3.0/data/dataflow/TONGDA/pledge_financing/1.0.0",
    "/api/v1/releases/2025-03.1/cells.csv",
)
WITH_A_KEY = (  # the topic of money is followed by nobody else
    "/api/v1/changes?topic=tongda.statistic-money.v1",
    "/api/v1/snapshots/tongda.statistic-money.v1",
)
PAGES = (
    "/statistics",
    f"/statistics/{FIGURE}",
    f"/statistics/{FIGURE}?area=430200",
    "/statistics/monthly/2025-03",
    f"/statistics/explanation?indicator={FIGURE}&area=430200&period=2025",
    "/releases/2025-03.1",
    "/revisions?since=2025-01-01",
)


def pledge(number: int, yuan: int) -> Event:
    said = Pledge(
        patents=(PATENT,),
        pledgor=(a_party(f"样例机械{number}号有限公司"),),
        pledgee=(a_party("样例银行股份有限公司", party_type="financial_institution"),),
        registration_number=f"Y{number}",
        registered_on="2025-03-10",
        secured_amount=Money.of(yuan * 100),
    )
    return an_event(said, id=f"pledge:{number}", occurred_on="2025-03-10")


def counted(feeder: Feeder, number: int, area: str, yuan: int) -> None:
    """A pledge of a firm of its own, and what it adds."""
    event = pledge(number, yuan)
    dimensions = {"area": area, "collateral": "patent", "loan_band": "le_10m"}
    amount = Money.of(yuan * 100)
    feeder.feed(
        event, a_contribution(event, indicator=FIGURE, distinct=f"Y{number}", dimensions=dimensions, amount=amount)
    )


def published(feeder: Feeder, sums: dict[str, int], revision: int) -> None:
    """The figures as the stages publish them."""
    for area, yuan in sums.items():
        for period in ("2025-03", "2025"):
            for cut in ({}, {"collateral": "patent"}, {"loan_band": "le_10m"}):
                feeder.feed(
                    a_point(
                        indicator=FIGURE,
                        label="质押融资登记金额",
                        unit="元",
                        value=f"{yuan}.00",
                        dimensions={"area": area, **cut},
                        period=period,
                        revision=revision,
                        contributions=sum(each == area or area == "430000" for each, _ in PLEDGES),
                    )
                )


@pytest.fixture
def pledges(feeder: Feeder) -> None:
    """Three firms of one prefecture and one of another."""
    for number, (area, yuan) in enumerate(PLEDGES):
        counted(feeder, number, area, yuan)
    published(feeder, SUMS, 1)


def vintage(db: Database, at: datetime = AT) -> vintages.Vintage:
    with db.transaction() as opened:
        return vintages.publish(opened, at)


def shown(portal: Portal, path: str = "?by=area&period=2025", **headers: str) -> dict[str, tuple[str | None, str]]:
    cells = portal.get(f"/api/v1/statistics/{FIGURE}{path}", **headers).json()["items"]
    return {cell["area"]: (cell["value"], cell["status"]) for cell in cells}


def test_until_the_first_vintage_no_sum_of_money_is_public_and_its_counts_are(portal: Portal, pledges: None) -> None:
    assert shown(portal) == dict.fromkeys(SUMS, (None, "Q"))
    why = portal.get(f"/api/v1/statistics/{FIGURE}/explain?period=2025").json()
    assert (why["point"]["value"], why["counted"], why["withheld"]) == (None, None, len(PLEDGES))


def test_a_lone_firm_and_what_its_amount_would_follow_from_are_withheld_at_every_door(
    portal: Portal, pledges: None, db: Database
) -> None:
    made = vintage(db)
    assert shown(portal) == {"430000": ("18957.00", "P"), "430100": (None, "Q"), "430200": (None, "Q")}
    assert (made.number, made.shown > 0, made.withheld > 0) == (1, True, True)
    release.make(db, "2025-03", "省局", "", AT)
    key = {"Authorization": f"Bearer {keys.make(db, '样例银行', 'shared')}"}
    for path in (*DOORS, *PAGES, *(f"/en{each}" for each in PAGES)):
        told = INSTANT.sub("", portal.get(path).text)
        assert not any(amount in told for amount in ALONE), path
    for path in WITH_A_KEY:
        assert portal.get(path, status=401).json()["code"] == "T4010"
    assert FIGURE not in portal.get("/api/v1/changes?topic=tongda.statistic.v1").text
    for path in (*DOORS, *WITH_A_KEY):
        assert "9821.0" in portal.get(path, **key).text.replace("9,821", "9821"), path
    assert shown(portal, **key) == {area: (f"{yuan}.00", "P") for area, yuan in SUMS.items()}


def test_pages_say_in_words_what_is_withheld(portal: Portal, pledges: None, db: Database) -> None:
    vintage(db)
    for prefix, word in (("", "保密"), ("/en", "Withheld")):
        assert f">{word}</a>" in portal.get(f"{prefix}/statistics").text
        assert f'<p class="figure">{word}</p>' in portal.get(f"{prefix}/statistics/{FIGURE}?area=430200").text
        assert f">{word}</a>" in portal.get(f"{prefix}/statistics/monthly/2025-03").text
        why = portal.get(f"{prefix}/statistics/explanation?indicator={FIGURE}&area=430200&period=2025").text
        assert word in why and "T5" not in why
    lines = portal.get("/sdmx/3.0/data/dataflow/TONGDA/pledge_financing/1.0.0", Accept="text/csv").text
    assert ",Q,元," in lines and lines.rstrip().endswith(("C", "F"))


def test_one_more_firm_does_not_show_until_three_have_come(
    portal: Portal, pledges: None, feeder: Feeder, db: Database
) -> None:
    vintage(db)
    counted(feeder, 4, "430100", 3_000)
    published(feeder, LATE, 2)
    assert shown(portal)["430000"] == ("18957.00", "P")  # not between two vintages,
    vintage(db, AT + timedelta(days=30))
    assert shown(portal)["430000"] == ("18957.00", "P")  # nor by one that would tell it
    counted(feeder, 5, "430100", 2_000)
    counted(feeder, 6, "430100", 2_000)
    published(feeder, {"430000": 25_957}, 3)
    vintage(db, AT + timedelta(days=60))
    assert shown(portal)["430000"] == ("25957.00", "P")
    then = (AT + timedelta(days=45)).isoformat().replace("+", "%2B")
    assert shown(portal, f"?period=2025&as_of={then}") == {}  # these points were not published then
    with db.snapshot() as opened:
        rows = opened.fetch(
            "select vintage, value from shown_money where cell = %(cell)s order by vintage", {"cell": NAME}
        )
    assert [(row["vintage"], row["value"]) for row in rows] == [(1, "18957.00"), (3, "25957.00")]  # when it changes


NAME = f"{FIGURE}|430000|||period|2025"


def test_a_goal_has_the_value_that_everybody_has(portal: Portal, pledges: None, db: Database) -> None:
    def goal(**headers: str) -> tuple[str | None, str]:
        goals = portal.get("/api/v1/targets", **headers).json()["items"][0]["targets"]
        return next((each["value"], each["reason"]) for each in goals if each["id"] == "K5")

    key = {"Authorization": f"Bearer {keys.make(db, '样例银行', 'shared')}"}
    assert (goal(), goal(**key)) == ((None, "withheld"), ("0.0002", ""))
    vintage(db)
    assert goal() == ("0.0002", "")


def test_the_first_vintage_waits_until_all_is_read_and_each_further_one_for_its_day() -> None:
    now = datetime(2026, 1, 5, 9, tzinfo=CHINA)
    ago = lambda **passed: now - timedelta(**passed)  # noqa: E731
    assert not vintages.is_due(None, None, ago(days=1), now)  # no amount came
    assert not vintages.is_due(None, ago(days=1), None, now)  # a list waits for its first poll
    assert not vintages.is_due(None, ago(seconds=5), ago(seconds=59), now)
    assert vintages.is_due(None, ago(seconds=30), ago(seconds=30), now)  # quiet
    assert vintages.is_due(None, ago(seconds=5), ago(seconds=60), now)  # amounts come all the time
    day = next(vintages.published_on(now.date(), now.date()))
    at = datetime(day.year, day.month, day.day, 9, tzinfo=CHINA)
    assert not vintages.is_due(at - timedelta(days=2), now, None, at - timedelta(days=1))
    assert vintages.is_due(at - timedelta(days=1), now, None, at)
    assert not vintages.is_due(at, now, None, at + timedelta(hours=5))
    assert vintages.is_due(at - timedelta(days=90), now, None, at + timedelta(days=3))  # it was away meanwhile


def test_money_is_published_though_amounts_never_cease_once_every_list_was_read(
    pledges: None, feeder: Feeder, db: Database
) -> None:
    begun = datetime.now(CHINA)  # the newest amount came just now
    found, clock = [], [begun]
    publisher = vintages.Publisher(db, lambda: clock[-1])
    for revision, (ago, state) in enumerate(((70, "waiting"), (65, "ok"), (4, "ok"))):
        feeder.feed(a_status(state=state, revision=revision))
        clock.append(begun - timedelta(seconds=ago))
        found.append(publisher.look())
    assert found[:2] == [None, None] and found[2] is not None and found[2].number == 1
    assert publisher.look() is None  # the next one has its day


def test_an_amount_counts_in_the_cells_that_are_published() -> None:
    (licence,) = (each for each in vintages.MONEY if each.id == "pledge_financing_outstanding")
    stock = KeyAmount("Y1", "pledge:1", {"area": "430100", "collateral": "patent"}, None, 5)
    assert {"|".join(key) for key in vintages.keys_of(licence, stock)} == {
        f"pledge_financing_outstanding|{area}|{cut}|period|current"
        for area in ("430000", "430100")
        for cut in ("|", "collateral|patent")
    }
    assert list(vintages.so_far("2025-11-03")) == ["2025-11", "2025-12"]
    assert list(vintages.so_far("2025")) == ["2025-12"]


def test_a_fault_of_one_look_is_logged_and_does_not_end_the_vintages(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stopping, looks = threading.Event(), []

    def look(publisher: vintages.Publisher) -> None:
        looks.append(publisher)
        if len(looks) == 1:
            raise ValueError("an event in another form")
        stopping.set()

    monkeypatch.setattr(vintages, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(vintages.Publisher, "look", look)
    vintages.Publisher(None, lambda: AT).run(stopping)  # type: ignore[arg-type]
    assert len(looks) == 2
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["vintage_failed"]
