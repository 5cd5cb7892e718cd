"""A key opens what is shared, from when it is made until it is revoked; the database cannot tell it to anybody."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.errors import NotFound
from schemas.fields.money import Money
from schemas.kinds.contract import Contract
from schemas.kinds.pledge import Pledge
from schemas.records.event import Disagreement, Event, Value
from sinks.portal.web import stream
from sinks.store import keys
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_contribution, a_party, a_point
from tests.sinks.portal.examples import an_event

CONTRACTS = "/api/v1/events/contract"
AMOUNTS = ("6543210.00", "3210987.00", "654.321", "321.0987")  # as JSON and as the pages write them


def a_pledge() -> Event:
    said = Pledge(
        patents=(PATENT,),
        pledgor=(a_party("岳麓精密制造有限公司"),),
        pledgee=(a_party("样例银行股份有限公司", party_type="financial_institution"),),
        registration_number="Y2025430000012",
        registered_on="2025-03-10",
        secured_amount=Money.of(654_321_000),
        loan_amount=Money.of(321_098_700),
        inclusive_loan=True,
    )
    values = (
        Value({"value": "6543210.00", "unit": "元"}, ("hn_ip_service",)),
        Value({"value": "1.00", "unit": "元"}, ("x",)),
    )
    return an_event(
        said, id="pledge:1", occurred_on="2025-03-10", disagreements=(Disagreement("secured_amount", values),)
    )


def a_contract() -> Event:
    said = Contract(contract_number="2025430101000123", seller=(a_party("湘江大学"),), registered_on="2025-04-10")
    return an_event(said, id="contract:1", subject="contract:2025430101000123", occurred_on="2025-04-10")


@pytest.fixture
def key(db: Database) -> str:
    return keys.make(db, "样例银行", "shared")


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def refused(portal: Portal, path: str, **headers: str) -> tuple[str, str]:
    """The code of a 401 and how it asks for a key."""
    answer = portal.get(path, 401, **headers)
    return answer.json()["code"], answer.headers["www-authenticate"]


def test_what_is_shared_is_read_with_a_key_until_it_is_revoked(
    portal: Portal, feeder: Feeder, db: Database, key: str
) -> None:
    feeder.feed(a_contract())
    wants, does_not_hold = 'Bearer realm="tongda"', 'Bearer realm="tongda", error="invalid_token"'
    for path in (
        CONTRACTS,
        f"{CONTRACTS}/contract:1",
        f"{CONTRACTS}/contract:2",
        f"{CONTRACTS}/contract:1/revisions",
        "/api/v1/changes?topic=tongda.contract.v1",
        "/api/v1/stream?topic=tongda.contract.v1",
    ):
        assert refused(portal, path) == ("T4010", wants), path
    assert [each["id"] for each in portal.get(CONTRACTS, **bearing(key)).json()["items"]] == ["contract:1"]
    portal.get(f"{CONTRACTS}/contract:2", 404, **bearing(key))
    for wrong in ("nonsense", key[:-1] + ("A" if key[-1] != "A" else "B"), key.replace("tongda", "Tongda")):
        assert refused(portal, CONTRACTS, **bearing(wrong)) == ("T4010", does_not_hold)
    assert refused(portal, "/api/v1/sources", Authorization="Basic eDp5") == ("T4010", does_not_hold)
    keys.revoke(db, key.split("_")[1])
    assert refused(portal, CONTRACTS, **bearing(key)) == ("T4010", does_not_hold)


def test_the_amounts_of_a_pledge_leave_with_a_key_alone_and_so_does_a_sum_that_is_one_of_them(
    portal: Portal, feeder: Feeder, key: str
) -> None:
    pledge = a_pledge()
    counted = {"dimensions": {"area": "430100", "loan_band": "le_10m"}, "distinct": "Y2025430000012"}
    feeder.feed(
        pledge,
        a_contribution(pledge, indicator="pledges", **counted),
        a_contribution(pledge, indicator="pledge_financing", amount=Money.of(654_321_000), **counted),
        a_point(indicator="pledges", dimensions={"area": "430000"}),
        a_point(indicator="pledge_financing", unit="元", value="6543210.00", dimensions={"area": "430000"}),
    )
    doors = (
        "/api/v1/events/pledge",
        "/api/v1/events/pledge/pledge:1",
        "/api/v1/events/pledge/pledge:1/revisions",
        "/api/v1/changes?topic=tongda.pledge.v1",
        f"/api/v1/patents/{PATENT}",
        "/api/v1/statistics/pledges/explain?period=2025-03",
    )
    for path in doors:
        public, with_key = portal.get(path).text, portal.get(path, **bearing(key)).text
        assert "Y2025430000012" in public and not any(amount in public for amount in AMOUNTS), path
        assert '"inclusive_loan":true' not in public and "le_10m" not in public, path
        assert AMOUNTS[0] in with_key and AMOUNTS[1] in with_key and '"inclusive_loan":true' in with_key, path
    why = "/api/v1/statistics/pledge_financing/explain?period=2025-03"
    assert told(portal.get(why).json()) == (None, 0, 1, [], [])
    assert told(portal.get(why, **bearing(key)).json()) == ("6543210.00", 1, 0, ["pledge:1"], ["pledge:1"])


def told(why: dict[str, Any]) -> tuple[str | None, int, int, list[str], list[str]]:
    """The figure of an explanation, how much is behind it, and which events it names."""
    named = [each["event"] for each in why["contributions"]], [each["id"] for each in why["events"]]
    return why["point"]["value"], why["total"], why["withheld"], *named


@pytest.mark.parametrize(("prefix", "says"), [("", "凭密钥经接口读取"), ("/en", "read with a key, through the API")])
def test_pages_say_what_they_do_not_show_whatever_key_is_sent(
    portal: Portal, feeder: Feeder, key: str, prefix: str, says: str
) -> None:
    pledge = a_pledge()
    feeder.feed(
        pledge,
        a_contract(),
        a_contribution(pledge, indicator="pledge_financing", distinct="Y1", amount=Money.of(654_321_000)),
        a_point(indicator="pledge_financing", unit="元", value="6543210.00", dimensions={"area": "430000"}),
    )
    for path, tells in (("/event/pledge/1", True), ("/events", True), (f"/patent/{PATENT}", False)):
        text = portal.get(prefix + path, **bearing(key)).text
        assert not any(amount in text for amount in AMOUNTS), path
        assert (says in text) is tells, path
    listed = portal.get(f"{prefix}/api").text
    assert all(
        term in listed for term in (("Technology contract", "Loan amount") if prefix else ("技术合同", "贷款金额"))
    )
    why = portal.get(f"{prefix}/statistics/explanation?indicator=pledge_financing&period=2025-03", **bearing(key)).text
    assert says in why and "/event/pledge/1" not in why
    assert "T4010" in portal.get(f"{prefix}/events?kind=contract", 401, **bearing(key)).text
    assert "T4010" in portal.get(f"{prefix}/event/contract/1", 401, **bearing(key)).text


def test_answers_that_differ_by_key_are_kept_apart_and_have_tags_of_their_own(
    portal: Portal, feeder: Feeder, key: str
) -> None:
    feeder.feed(a_pledge())
    path = "/api/v1/events/pledge/pledge:1"
    public = portal.get(path)
    assert "Authorization" in public.headers["vary"].split(", ")
    assert portal.get(path, **bearing(key), **{"If-None-Match": public.headers["etag"]}).status_code == 200


def test_openapi_says_that_a_key_may_be_sent_and_need_not(portal: Portal) -> None:
    document = portal.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["key"] == {
        "type": "http",
        "description": "密钥 · a key made by `tongda keys make`",
        "scheme": "bearer",
    }
    calls = [(path, call) for path, methods in document["paths"].items() for call in methods.values()]
    for path, call in calls:
        needs_one = path.startswith(("/api/v1/webhooks", "/api/v1/contracts/"))
        assert call["security"] == ([{"key": []}] if needs_one else [{"key": []}, {}]), path
        answers = {each for each in call["responses"] if not each.startswith("2")}
        assert answers <= {"400", "401", "404", "503", "default"}, path


def test_a_stream_ends_when_its_key_is_revoked(
    portal: Portal, feeder: Feeder, db: Database, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PROGRESS_SECONDS", 0.2)
    portal.follower.step()
    address = "/api/v1/stream?topic=tongda.contract.v1"
    with portal.client.stream("GET", address, headers=bearing(key), timeout=5) as answer:
        lines = (line for line in answer.iter_lines() if line.startswith("event: "))
        assert [next(lines), next(lines)] == ["event: progress"] * 2
        keys.revoke(db, key.split("_")[1])
        assert {*lines} <= {"event: progress"}


def test_a_database_holds_the_digest_of_a_key_and_never_its_text(db: Database, key: str) -> None:
    with db.snapshot() as snapshot:
        (row,) = snapshot.fetch("select * from api_key")
        assert keys.scope_of(snapshot, key) == "shared"
    assert key not in str(row) and key.split("_", 2)[2] not in str(row)
    assert row["digest"] == keys.digest_of(key)
    with pytest.raises(NotFound, match="tongda keys list|no key"):
        keys.revoke(db, "000000000000")
