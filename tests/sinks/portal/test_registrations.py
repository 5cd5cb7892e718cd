"""A pledge over several patents is one thing: its amounts stand once, whatever number of events it has."""

from __future__ import annotations

from msgspec.structs import replace

from schemas.fields.money import Money
from schemas.kinds.contract import Contract
from schemas.kinds.licence import Licence
from schemas.kinds.pledge import Pledge
from schemas.records.event import Event
from sinks.store.database import Database
from sinks.store.keys import make
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import PATENT, a_party
from tests.sinks.portal.examples import an_event

OTHER = "202210000001.6"
NUMBER = "Y2025430000012"
ADDRESS = f"/api/v1/pledges/{NUMBER}"


def a_pledge() -> tuple[Event, Event]:
    said = Pledge(
        patents=(PATENT, OTHER),
        pledgor=(a_party("岳麓精密制造有限公司"),),
        registration_number=NUMBER,
        registered_on="2025-03-10",
        secured_amount=Money.of(654_321_000),
        title="一种装置",
    )
    later = replace(said, registered_on="2025-03-11", title="一种方法")
    return (
        an_event(said, id="pledge:1", occurred_on="2025-03-10"),
        an_event(later, id="pledge:2", subject=f"patent:{OTHER}", occurred_on="2025-03-11"),
    )


def test_a_pledge_over_several_patents_is_one_with_its_amount_once(
    portal: Portal, feeder: Feeder, db: Database
) -> None:
    feeder.feed(*a_pledge(), replace(a_pledge()[0], id="pledge:3", state="withdrawn"))
    found = portal.get(ADDRESS, Authorization=f"Bearer {make(db, '样例银行', 'shared')}").json()
    assert (found["kind"], found["number"], found["synthetic"]) == ("pledge", NUMBER, False)
    assert found["patents"] == [PATENT, OTHER]
    assert found["statement"]["secured_amount"] == {"value": "6543210.00", "unit": "元"}
    assert [party["organisation_id"][:4] for party in found["statement"]["pledgor"]] == ["org:"]
    assert found["differing"] == {"registered_on": {PATENT: "2025-03-10", OTHER: "2025-03-11"}}
    assert found["parts"] == [
        {"patent": PATENT, "event_id": "pledge:1", "revision": 1, "phase": "registered", "share": "1/2"},
        {"patent": OTHER, "event_id": "pledge:2", "revision": 1, "phase": "registered", "share": "1/2"},
    ]


def test_without_a_key_a_pledge_has_no_amount(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*a_pledge())
    assert "secured_amount" not in portal.get(ADDRESS).text
    assert portal.get("/api/v1/pledges/Y1", 404).json()["detail"] == "no pledge has the number Y1"


def test_a_licence_is_found_by_the_number_of_its_recordal(portal: Portal, feeder: Feeder) -> None:
    said = Licence(patents=(PATENT,), licensor=(a_party("湘江大学"),), recordal_number="X2025980000001")
    feeder.feed(an_event(said, id="licence:1"))
    found = portal.get("/api/v1/licences/X2025980000001").json()
    assert [(each["event_id"], each["share"]) for each in found["parts"]] == [("licence:1", "1/1")]
    assert found["statement"]["recordal_number"] == "X2025980000001"


def a_contract(**said: object) -> Event:
    statement = Contract(contract_number="2025430100001", title="一项服务", contract_value=Money.of(100), **said)  # type: ignore[arg-type]
    return an_event(statement, id="contract:1", subject="contract:2025430100001")


def test_a_contract_over_several_patents_is_one_event_with_its_value_once(
    portal: Portal, feeder: Feeder, db: Database
) -> None:
    key = f"Bearer {make(db, '某单位', 'shared')}"
    feeder.feed(a_contract(patents=(PATENT, OTHER), seller=(a_party("湘江大学"),)))
    found = portal.get("/api/v1/contracts/2025430100001", Authorization=key).json()
    assert (found["kind"], found["patents"], found["event_ids"]) == ("contract", [PATENT, OTHER], ["contract:1"])
    assert found["statement"]["contract_value"] == {"value": "1.00", "unit": "元"}
    assert (found["statement"]["title"], found["differing"]) == ("一项服务", {})
    assert [(each["patent"], each["event_id"], each["share"]) for each in found["parts"]] == [
        (PATENT, "contract:1", "1/2"),
        (OTHER, "contract:1", "1/2"),
    ]
    feeder.feed(replace(a_contract(), revision=2))
    found = portal.get("/api/v1/contracts/2025430100001", Authorization=key).json()
    assert (found["patents"], found["parts"], found["event_ids"]) == ([], [], ["contract:1"])
    answer = portal.get("/api/v1/contracts/2", 404, Authorization=key)
    assert answer.json()["detail"] == "no contract has the number 2"


def test_a_contract_is_read_with_a_key_and_without_one_nobody_learns_whether_it_is_there(
    portal: Portal, feeder: Feeder
) -> None:
    feeder.feed(a_contract())
    there, not_there = (portal.get(f"/api/v1/contracts/{number}", 401) for number in ("2025430100001", "2"))
    assert there.json()["code"] == not_there.json()["code"] == "T4010"
    assert "一项服务" not in there.text
