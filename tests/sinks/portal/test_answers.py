"""An answer of the API has every field of its record; what one cannot read hides nothing else."""

from __future__ import annotations

import pytest

from schemas.fields.names import name_key
from schemas.records.event import Event
from schemas.records.listing import Listing, Owner, organisation_id
from schemas.wire import decode, encode
from sinks.portal.read.answers import whole
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_listing, a_transfer


def test_what_a_topic_leaves_out_an_answer_writes() -> None:
    topic, answer = decode(encode(a_listing())), whole(a_listing())
    assert set(answer) == set(Listing.__struct_fields__) > set(topic)
    assert {name: answer[name] for name in set(answer) - set(topic)} == {
        "state_event": None,
        "merged_into": None,
        "valid_until": None,
        "legal_status_on": None,
        "pool_tier": None,
        "more_sources": 0,
    }
    assert set(answer["owner"]) == set(Owner.__struct_fields__)
    assert answer["price"] == {"basis": "negotiable", "low": None, "high": None, "text": ""}


def test_a_statement_stands_as_on_its_topic() -> None:
    answer = whole(a_transfer())
    assert set(answer) == {*Event.__struct_fields__, "kind", "statement"}
    assert (answer["kind"], answer["merged_into"]) == ("transfer", None)
    said = answer["statement"]
    ids = [party.pop("organisation_id") for party in (*said["transferor"], *said["transferee"])]
    assert ids == [organisation_id(name_key(name)) for name in ("湘江大学", "岳麓精密制造有限公司")]
    assert decode(encode(said)) == decode(encode(a_transfer().statement)), "but for the ids"
    assert "signed_on" not in answer["statement"]


def test_a_listing_that_cannot_be_read_keeps_no_other_from_being_found(
    portal: Portal, feeder: Feeder, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    feeder.feed(a_listing(1), a_listing(2))
    with db.transaction() as store:
        for table in ("listing", "listing_revision"):
            store.execute(f"update {table} set value = value - 'title' where id = %(id)s", {"id": a_listing(1).id})
    found = portal.get("/api/v1/listings").json()
    assert [each["id"] for each in found["items"]] == [a_listing(2).id]
    assert {record.facts["id"] for record in caplog.records if record.message == "listing_unreadable"} == {
        a_listing(1).id
    }
