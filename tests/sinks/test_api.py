"""The API answers what the store holds, in one form, and says what is wrong with a question."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from schemas.fields.money import Money
from schemas.fields.party import Party
from schemas.fields.price import Price
from schemas.records.evidence import Evidence
from schemas.records.listing import organisation_id
from sinks.operator.explain import explain
from sinks.store.database import Database
from sinks.store.keys import make
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_contribution, a_listing, a_point, a_provenance, a_transfer, months_of
from tests.sinks.portal.examples import a_status


def test_the_openapi_document_has_exactly_the_routes(portal: Portal) -> None:
    document = portal.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/asyncapi.yaml",
        "/dcat.jsonld",
        "/schemas/{topic}/{version}.json",
        "/sdmx/3.0/data/dataflow/{agency}/{id}/{version}",
        "/sdmx/3.0/data/dataflow/{agency}/{id}/{version}/{key}",
        "/sdmx/3.0/structure/{artefact}/{agency}/{id}/{version}",
    } | {
        "/api/v1" + path
        for path in (
            "/supply",
            "/demand",
            "/listings",
            "/listings/{id}",
            "/listings/{id}/revisions",
            "/listings/{id}/firms",
            "/events/{kind}",
            "/events/{kind}/{id}",
            "/events/{kind}/{id}/revisions",
            "/patents/{number}",
            "/organisations/{id}",
            "/pledges/{number}",
            "/licences/{number}",
            "/contracts/{number}",
            "/statistics",
            "/statistics/{indicator}",
            "/statistics/{indicator}/explain",
            "/derived",
            "/targets",
            "/revisions",
            "/releases",
            "/releases/{id}",
            "/releases/{id}/cells.csv",
            "/sources",
            "/changes",
            "/snapshots/{topic}",
            "/snapshots/{topic}.parquet",
            "/supply.{form}",
            "/demand.{form}",
            "/listings.{form}",
            "/events/{kind}.{form}",
            "/statistics/{indicator}.{form}",
            "/feeds/listings.{form}",
            "/feeds/events/{kind}.{form}",
            "/feeds/patents/{number}.{form}",
            "/feeds/organisations/{id}.{form}",
            "/feeds/statistics/{indicator}.{form}",
            "/matches",
            "/posts/{kind}",
            "/webhooks",
            "/webhooks/{id}",
            "/webhooks/{id}/secret",
            "/webhooks/{id}/enable",
            "/webhooks/{id}/disable",
            "/webhooks/{id}/deliveries",
            "/webhooks/{id}/deliveries/{message}/redeliver",
            "/stream",
            "/topics",
            "/codes",
            "/codes/{name}",
            "/definitions",
            "/definitions/{indicator}",
        )
    }


def test_a_search_gives_items_total_facets_and_a_cursor_that_goes_on(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(
        *[a_listing(n, title=f"传感器{n}", posted_on=f"2025-03-{n:02d}") for n in range(1, 8)],
        a_listing(9, state="withdrawn"),
    )
    first = portal.get("/api/v1/supply?q=传感器&limit=3").json()
    assert (first["total"], len(first["items"])) == (7, 3)
    assert first["items"][0]["title"] == "传感器7"
    assert {facet["name"]: facet for facet in first["facets"]}["area"]["values"][0] == {
        "value": "430100",
        "count": 7,
        "included": False,
        "excluded": False,
    }
    seen = [item["id"] for item in first["items"]]
    page = first
    while page["next"]:
        page = portal.get(f"/api/v1/supply?q=传感器&limit=3&cursor={page['next']}").json()
        seen += [item["id"] for item in page["items"]]
    assert len(seen) == len(set(seen)) == 7
    wrong = portal.get(f"/api/v1/supply?q=别的&cursor={first['next']}", 400).json()
    assert wrong["errors"][0]["name"] == "cursor"


@pytest.mark.parametrize(
    ("path", "name", "nearest"),
    [
        ("/api/v1/supply?areaa=430100", "areaa", "area"),
        ("/api/v1/supply?limit=0", "limit", None),
        ("/api/v1/supply?limit=201", "limit", None),
        ("/api/v1/supply?limit=viele", "limit", None),
        ("/api/v1/supply?since=yesterday", "since", None),
        ("/api/v1/supply?sort=best", "sort", None),
        ("/api/v1/events/transfer?subjekt=x", "subjekt", "subject"),
        ("/api/v1/events/transfer?subject=foo", "subject", None),
        ("/api/v1/events/transfer?subject=202110123456.0", "subject", None),
        ("/api/v1/events/transfer?since=2025-03-02&until=2025-03-01", "until", None),
        ("/api/v1/targets?x=1", "x", None),
        ("/api/v1/supply?list=5", "list", None),
        ("/api/v1/supply?lmiit=5", "lmiit", "limit"),
        ("/api/v1/changes?topic=tongda.raw", "topic", None),
        ("/api/v1/listings/supply:1?fields=all", "fields", None),
    ],
)
def test_what_a_question_gets_wrong_is_named(portal: Portal, path: str, name: str, nearest: str | None) -> None:
    answer = portal.get(path, 400)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["errors"][0]["name"] == name
    assert problem["errors"][0].get("nearest") == nearest
    assert {"type", "title", "title_zh", "status", "code", "detail", "instance", "next", "trace_id"} <= set(problem)


def test_a_subject_is_one_or_a_patent_number_and_days_begin_before_they_end(portal: Portal, feeder: Feeder) -> None:
    event = a_transfer()
    feeder.feed(event)
    number = event.subject.removeprefix("patent:")
    for written in (event.subject, number, number.replace(".", ""), f"ZL{number}"):
        found = portal.get(f"/api/v1/events/transfer?subject={written}").json()
        assert [each["id"] for each in found["items"]] == [event.id], written
    for asked, told in (
        ("subject=foo", "or patent:…, contract:…, party:…"),
        ("since=2025-03-02&until=2025-03-01", "2025-03-01 is before since, 2025-03-02"),
    ):
        assert told in portal.get(f"/api/v1/events/transfer?{asked}", 400).json()["errors"][0]["message"]


def test_every_answer_has_the_security_headers_and_an_etag(portal: Portal) -> None:
    for path, status in (("/api/v1/supply", 200), ("/nowhere", 404), ("/api/v1/listings/none", 404), ("/healthz", 200)):
        answer = portal.get(path, status)
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff"
    tag = portal.get("/api/v1/sources").headers["etag"]
    assert portal.get("/api/v1/sources", 304, **{"If-None-Match": tag}).content == b""


def test_amounts_leave_as_decimal_strings_with_their_unit(portal: Portal, feeder: Feeder) -> None:
    listing = a_listing(1, price=Price(basis="lump_sum", low=Money.of(120_500_000), text=""))
    feeder.feed(listing)
    assert portal.get(f"/api/v1/listings/{listing.id}").json()["price"]["low"] == {"value": "1205000.00", "unit": "元"}


def test_a_merged_listing_leads_to_the_listing_it_became(portal: Portal, feeder: Feeder) -> None:
    old = a_listing(1, state="merged", merged_into=a_listing(2).id)
    feeder.feed(old, a_listing(2))
    assert portal.get(f"/api/v1/listings/{old.id}", 308).headers["location"] == f"/api/v1/listings/{a_listing(2).id}"


def test_every_revision_of_an_event_can_be_read(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_transfer(revision=1, phase="noticed"), a_transfer(revision=2))
    page = portal.get(f"/api/v1/events/transfer/{a_transfer().id}/revisions").json()
    assert [(each["revision"], each["value"]["phase"]) for each in page["items"]] == [(1, "noticed"), (2, "recorded")]
    assert portal.get(f"/api/v1/events/transfer/{a_transfer().id}").json()["revision"] == 2
    assert portal.get("/api/v1/events/transfer").json()["total"] == 1
    assert portal.get("/api/v1/events/transfer?area=430100").json()["total"] == 1
    assert portal.get("/api/v1/events/transfer?area=430200").json()["total"] == 0
    portal.get("/api/v1/events/nonsense", 404)


def test_events_page_through_equal_days_without_gap_or_repeat(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(
        *[a_transfer(id=f"transfer:{n:03d}", occurred_on=(None, "2025-03-09", "2025-03")[n % 3]) for n in range(30)]
    )
    seen, cursor = [], ""
    while True:
        page = portal.get(f"/api/v1/events/transfer?limit=7{cursor}").json()
        seen += [item["id"] for item in page["items"]]
        if not page["next"]:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == page["total"] == 30


@pytest.mark.parametrize("form", ["ZL202110123456.7", "2021101234567", "CN202110123456"])
def test_any_form_of_a_number_leads_to_the_patent(portal: Portal, feeder: Feeder, form: str) -> None:
    feeder.feed(a_transfer(), a_listing())
    assert portal.get(f"/api/v1/patents/{form}", 308).headers["location"] == f"/api/v1/patents/{PATENT}"
    dossier = portal.get(f"/api/v1/patents/{PATENT}").json()
    assert (len(dossier["events"]), len(dossier["listings"])) == (1, 1)
    assert dossier["holders"][0]["name"] == "岳麓精密制造有限公司"


def test_a_wrong_check_digit_is_said(portal: Portal) -> None:
    assert "should be 7" in portal.get("/api/v1/patents/202110123456.5", 404).json()["detail"]


def test_an_organisation_has_its_listings_and_deals_and_a_person_has_no_page(portal: Portal, feeder: Feeder) -> None:
    person = Party(name="张*", key="5e1f", party_type="individual")
    feeder.feed(a_transfer(statement={"transferee": (person,)}), a_listing())
    dossier = portal.get(f"/api/v1/organisations/{organisation_id('湘江大学')}").json()
    assert (dossier["organisation"]["name"], len(dossier["events"]), len(dossier["listings"])) == ("湘江大学", 1, 1)
    portal.get(f"/api/v1/organisations/{organisation_id('5e1f')}", 404)
    assert portal.get(f"/api/v1/patents/{PATENT}").json()["holders"] == [{"name": "张*", "party_type": "individual"}]


def figures(feeder: Feeder) -> None:
    """Three transfers in March and April; one patent of two kinds of industry; one no longer counts."""
    rows = [
        ("a", "2025-03-09", "430100", "invention"),
        ("b", "2025-03-10", "430200", "design"),
        ("c", "2025-04-01", "430100", "invention"),
    ]
    for name, day, area, right in rows:
        feeder.feed(
            a_contribution(
                event=None,
                distinct=name,
                occurred_on=day,
                dimensions={"area": area, "right_type": right, "industry": "F1;F2"},
            )
        )
    feeder.feed(a_contribution(distinct="gone", live=False, occurred_on="2025-03-11"))
    feeder.feed(
        a_point(dimensions={"area": "430000"}, value="2"),
        a_point(dimensions={"area": "430100"}),
        a_point(dimensions={"area": "430200"}),
        a_point(dimensions={"area": "430000"}, period="2025", value="3"),
        a_point(dimensions={"area": "430000"}, period="2025-04"),
        a_point(dimensions={"area": "430000", "right_type": "invention"}),
        a_point(dimensions={"area": "430000", "industry": "F1"}),
    )


def cells(answer: dict) -> dict:
    return {
        (each["area"], *sorted(each["dimensions"].values()), each["period"]): each["value"] for each in answer["items"]
    }


def test_figures_are_points_or_are_recounted_for_other_cuts(portal: Portal, feeder: Feeder) -> None:
    figures(feeder)
    base = "/api/v1/statistics/transfers?"
    assert cells(portal.get(base + "by=area&period=2025-03").json()) == {
        ("430000", "2025-03"): "2",
        ("430100", "2025-03"): "1",
        ("430200", "2025-03"): "1",
    }
    assert cells(portal.get(base + "right_type=invention&period=2025-03").json()) == {
        ("430000", "invention", "2025-03"): "1"
    }
    assert cells(portal.get(base + "by=area&period=2025-04&accumulation=ytd").json()) == {
        ("430000", "2025-04"): "3",
        ("430100", "2025-04"): "2",
        ("430200", "2025-04"): "1",
    }
    assert cells(portal.get(base + "by=right_type,industry&period=2025-03").json()) == {
        ("430000", *sorted((right, industry)), "2025-03"): "1"
        for right in ("design", "invention")
        for industry in ("F1", "F2")
    }
    assert cells(portal.get(base + "start_period=2025-03&end_period=2025-04").json()) == {
        ("430000", "2025-03"): "2",
        ("430000", "2025-04"): "1",
    }
    assert portal.get("/api/v1/statistics").json()["items"][0]["dimensions"] == ["industry", "right_type"]
    assert portal.get(base + "right_typ=invention", 400).json()["errors"][0]["nearest"] == "right_type"
    portal.get("/api/v1/statistics/nonsense", 404)


def test_as_of_answers_what_was_published_then(portal: Portal, feeder: Feeder, db: Database) -> None:
    feeder.feed(a_point(dimensions={"area": "430000"}, value="1"))
    with db.snapshot() as snapshot:
        then = (
            snapshot.fetch("select max(recorded_at) as at from point_revision")[0]["at"].isoformat().replace("+", "%2B")
        )
    feeder.feed(a_point(dimensions={"area": "430000"}, value="2", revision=2))
    base = "/api/v1/statistics/transfers?period=2025-03"
    assert cells(portal.get(base).json()) == {("430000", "2025-03"): "2"}
    assert cells(portal.get(f"{base}&as_of={then}").json()) == {("430000", "2025-03"): "1"}
    assert cells(portal.get(f"{base}&as_of=2020-01-01").json()) == {}


def test_money_counts_once_a_key_by_the_highest_authority(portal: Portal, feeder: Feeder, db: Database) -> None:
    common = {
        "indicator": "pledge_financing",
        "distinct": "Y2025430000012",
        "occurred_on": "2025-03-10",
        "dimensions": {"area": "430100"},
    }
    feeder.feed(
        replace(a_contribution(**common, amount=Money.of(500_000_000), authority="bank"), event="pledge:1"),
        replace(a_contribution(**common, amount=Money.of(600_000_000), authority="provincial"), event="pledge:2"),
        a_point(indicator="pledge_financing", unit="元", value="6000000.00", dimensions={"area": "430100"}),
    )
    path, key = "/api/v1/statistics/pledge_financing/explain?area=430100&period=2025-03", make(db, "样例银行", "shared")
    why = portal.get(path, Authorization=f"Bearer {key}").json()
    assert (why["counted"], why["agrees"], why["total"]) == ("6000000.00", True, 2)


def test_an_explanation_leads_from_the_figure_to_bytes_that_are_kept(
    portal: Portal, feeder: Feeder, db: Database
) -> None:
    sha = portal.evidence.put("让与人:湘江大学".encode())
    event = a_transfer(sources=(a_provenance(evidence=Evidence(sha256=sha, pointer="/doc/3")),))
    feeder.feed(event, a_contribution(event), a_point(dimensions={"area": "430100"}))
    why = portal.get("/api/v1/statistics/transfers/explain?area=430100&period=2025-03").json()
    assert (why["counted"], why["point"]["value"], why["agrees"]) == ("1", "1", True)
    assert [each["id"] for each in why["events"]] == [event.id]
    assert [(each["sha256"], each["pointer"], each["kept"]) for each in why["records"]] == [(sha, "/doc/3", True)]
    with db.snapshot() as snapshot:
        told = "\n".join(explain(snapshot, portal.evidence, "transfers:area=430100:2025-03"))
        record = "\n".join(explain(snapshot, portal.evidence, "cnipa_gazette|transfers|2025-03-18/12"))
    assert "recounted 1 次: agrees" in told
    assert "让与人:湘江大学" in told
    assert "counts in transfers" in record


def goals_by_key(portal: Portal, db: Database) -> dict[str, dict]:
    """Amounts of single firms are read with a key."""
    answer = portal.get("/api/v1/targets", Authorization=f"Bearer {make(db, '样例银行', 'shared')}").json()
    return {goal["id"]: goal for goal in answer["items"][0]["targets"]}


def test_targets_say_value_progress_and_why_there_is_none(portal: Portal, feeder: Feeder, db: Database) -> None:
    feeder.feed(
        a_contribution(
            indicator="pledge_financing",
            distinct="Y1",
            occurred_on="2024-05-01",
            dimensions={"area": "430100"},
            amount=Money.of(712_000_000_000),
        ),
        a_point(
            indicator="pledge_financing", unit="元", value="7120000000.00", dimensions={"area": "430000"}, period="2024"
        ),
        *months_of("pledges"),
    )
    goals = goals_by_key(portal, db)
    assert set(goals) == {"K1", "K2", "K3", "K4", "K5", "K6", "M1", "M2", "M3", "M4"}
    assert (goals["K5"]["value"], goals["K5"]["progress"], goals["K5"]["status"]) == ("71.2000", "0.7120", "behind")
    assert (goals["K5"]["elapsed"], goals["K5"]["gap"]) == ("0.7497", "-0.0377")
    assert (goals["K3"]["value"], goals["K3"]["status"], goals["K3"]["reason"]) == (None, "no_data", "source_missing")
    assert goals["K3"]["detail"]
    assert (goals["K6"]["value"], goals["K6"]["reason"]) == (None, "indicator_missing")
    assert {name: goals[name]["reason"] for name in ("M1", "M2", "M3", "M4")} == {
        "M1": "not_counted",
        "M2": "not_stated",
        "M3": "not_counted",
        "M4": "not_stated",
    }


def test_another_reading_of_a_goal_stands_beside_it(portal: Portal, feeder: Feeder, db: Database) -> None:
    loans = [("Y1", "patent", 300), ("Y2", "mixed", 200)]
    for number, collateral, hundred_million in loans:
        feeder.feed(
            a_contribution(
                indicator="pledge_financing",
                distinct=number,
                occurred_on="2024-05-01",
                dimensions={"area": "430100", "collateral": collateral},
                amount=Money.of(hundred_million * 10_000_000_000),
            )
        )
    for indicator, firms in (("inclusive_loan_enterprises", 1), ("inclusive_loan_enterprises_20m", 2)):
        for firm in range(firms):
            feeder.feed(
                a_contribution(
                    indicator=indicator,
                    distinct=f"91430100{firm}",
                    occurred_on="2025-03-01",
                    dimensions={"area": "430100"},
                )
            )
        feeder.feed(a_point(indicator=indicator, unit="家", dimensions={"area": "430000"}, period="2025"))
    feeder.feed(a_point(indicator="pledge_financing", unit="元", dimensions={"area": "430000"}, period="2024"))
    goals = goals_by_key(portal, db)
    read = {name: (goal["value"], *(other["value"] for other in goal["readings"])) for name, goal in goals.items()}
    assert (read["K5"], read["K6"]) == (("500.0000", "300.0000"), ("1", "2"))


def test_a_growth_without_its_base_year_says_from_when_there_are_records(portal: Portal, feeder: Feeder) -> None:
    deals = {"indicator": "university_to_sme_deals", "dimensions": {"area": "430000"}}
    feeder.feed(a_contribution(**deals, occurred_on="2025-03-01"))
    feeder.feed(a_point(**deals, period="2025-03"), a_point(**deals, period="2025"))
    (goal, *_) = portal.get("/api/v1/targets").json()["items"][0]["targets"]
    assert (goal["id"], goal["value"], goal["reason"]) == ("K1", None, "base_missing")
    assert goal["detail"] == "本期1次；基准年2023年，平台数据自2025-03起"


def test_sources_are_told_as_they_report_themselves(portal: Portal, feeder: Feeder) -> None:
    status = a_status()
    feeder.feed(status, replace(status, state="short"))
    assert [each["state"] for each in portal.get("/api/v1/sources").json()["items"]] == ["short"]


def test_a_definition_that_cannot_be_used_has_a_row_on_the_page_of_sources(portal: Portal, feeder: Feeder) -> None:
    broken = {"source": "hn_broken", "name": "hn_broken", "feed": "", "feed_name": "", "kind": ""}
    feeder.feed(a_status(**broken, state="unusable", reason="T3011"), a_status())
    page = portal.get("/sources").text
    assert "hn_broken" in page and "定义有误" in page and "平台定义中有不可用的内容；未轮询" in page
    assert "the definition has keys or values that cannot be used" in portal.get("/en/sources").text


def test_the_last_report_on_the_topic_holds_also_after_a_clock_ran_a_day_ahead(portal: Portal, feeder: Feeder) -> None:
    ahead, back = 1_700_086_400_000, 1_700_000_000_000
    feeder.feed(a_status(state="short"), a_status(revision=ahead, state="drifted"))
    feeder.feed(a_status(revision=back, state="held"))
    (shown,) = portal.get("/api/v1/sources").json()["items"]
    assert (shown["state"], shown["revision"]) == ("held", back)
    changes = portal.get("/api/v1/changes?topic=tongda.source-status.v1").json()["items"]
    assert [change["value"]["state"] for change in changes] == ["short", "drifted", "held"]


def test_changes_of_a_topic_are_all_its_revisions_in_order(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_transfer(revision=1), a_transfer(revision=2), a_listing())
    first = portal.get("/api/v1/changes?topic=tongda.transfer.v1&limit=1").json()
    second = portal.get(f"/api/v1/changes?topic=tongda.transfer.v1&limit=1&after={first['next']}").json()
    assert [first["items"][0]["revision"], second["items"][0]["revision"], first["total"]] == [1, 2, 2]


def test_a_portal_without_its_database_says_so_and_recovers(db: Database, portal: Portal) -> None:
    portal.get("/readyz")
    good, db.url = db.url, "postgresql://tongda@127.0.0.1:1/nowhere"
    db.close()
    answer = portal.client.get("/api/v1/sources")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "T8001", "5")
    assert "127.0.0.1" not in answer.text
    db.url = good
    portal.get("/api/v1/sources")
