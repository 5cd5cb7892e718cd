"""Every public record says in its headers, by CloudEvents 1.0, what it is, of what, from whom and when."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record import MemoryRecords

from connectors.poll.cursor import Cursor
from connectors.process.status import status_of, status_record
from ops.bus import Outgoing
from ops.settings import Settings
from schemas.cloud_events import sent_by
from schemas.fields.date import CHINA
from schemas.topics import named
from schemas.wire import decode
from streams.processor import Output
from streams.runtime.client import pack
from tests.examples import D, P, Q, a_contract, a_licence, a_pledge, a_supply, a_transfer, seen
from tests.hub import Hub
from tests.streams.test_normalise import SOURCES

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


def a_status(now: datetime = NOW) -> Outgoing:
    source = SOURCES["hn_ip_service"]
    return status_record(status_of(source, "supply", Cursor(), 300.0), 0, now)


def absent(sighting: dict[str, Any]) -> dict[str, Any]:
    """The source no longer shows this record."""
    known = (sighting[name] for name in ("kind", "phase", "subject", "id"))
    return seen(*known, authority=sighting["authority"], sequence=5, absent=True)


def written() -> list[Output | Outgoing]:
    """Events, listings and figures as they come, change and go; and a status."""
    hub = Hub().sight([a_transfer(P), a_licence(Q), a_pledge(D, "Y1", secured=5), a_contract(), a_supply(P)])
    hub.sight([absent(a_transfer(P)), absent(a_supply(P))])
    public = [each for each in hub.history if named(each.topic).is_public]
    return [*(Output(each.topic, each.key, each.value, each.partition, each.headers) for each in public), a_status()]


def test_every_public_record_has_the_attributes_of_its_revision() -> None:
    records = written()
    assert {each.topic for each in records} == {
        *(
            f"tongda.{kind}.v1"
            for kind in ("transfer", "licence", "pledge", "contract", "supply", "statistic", "statistic-money")
        ),
        "tongda.source-status.v1",
    }
    for each in records:
        key, revision = each.key.decode(), decode(each.value or b"")["revision"]
        headers = {name: value.decode() for name, value in each.headers}
        time = headers.pop("ce_time")
        assert headers == {
            "ce_specversion": "1.0",
            "ce_id": f"{key}.{revision}",
            "ce_type": each.topic,
            "ce_subject": key,
            "ce_dataschema": f"urn:tongda:schema:{each.topic}",
            "content-type": "application/json",
        }
        assert datetime.fromisoformat(time).tzinfo and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*", time)
        assert urlsplit(headers["ce_dataschema"]).scheme == "urn" and len(each.headers) == len(headers) + 1


def test_what_is_sent_names_the_installation_and_a_record_handed_on_keeps_its_own() -> None:
    public, private = written()[0], Output("tongda.contribution", b"k", b"{}")
    (batch,) = pack(
        SimpleNamespace(create_batch=lambda: BatchBuilder(1 << 20, 0)), [Output(*public), private], "hunan-2"
    )
    sent = [record.headers for record in MemoryRecords(bytes(batch._build())).next_batch()]
    assert [*map(tuple, sent)] == [(*public.headers, ("ce_source", b"/tongda/hunan-2")), ()]
    once = tuple(sent_by("hunan-1", public.headers))
    assert tuple(sent_by("hunan-2", once)) == once
    assert sent_by("hunan-2", ()) == []


def test_a_status_of_a_feed_has_a_revision_that_rises_with_the_clock() -> None:
    first, later = (decode(a_status(at).value or b"")["revision"] for at in (NOW, NOW + timedelta(milliseconds=1)))
    assert (first, later - first) == (int(NOW.timestamp() * 1000), 1)


@pytest.mark.parametrize("name", ["", "Hunan", "湖南", "-a", "a b", "a/b", "a" * 65])
def test_an_installation_has_a_name_that_an_address_can_hold(name: str) -> None:
    with pytest.raises(ValueError, match="installation"):
        Settings(installation=name)
    assert Settings().installation == "local" and Settings(installation="hn.gov-2").installation == "hn.gov-2"


def test_the_time_of_a_figure_advances_also_when_its_value_falls() -> None:
    key = "transfers:area=430000:2025"
    hub = Hub().sight([a_transfer(P), a_transfer(Q)])
    both = hub.values("tongda.statistic.v1")[key]
    hub.sight([absent(a_transfer(P))])
    one = hub.values("tongda.statistic.v1")[key]
    assert (both["value"], one["value"]) == ("2", "1")
    assert both["as_of"] < one["as_of"] == "2026-01-01T00:05:00+08:00" and both["revision"] < one["revision"]
    newest = [record for record in hub.history if record.key == key.encode()][-1]
    assert dict(newest.headers)["ce_time"] == one["as_of"].encode()
