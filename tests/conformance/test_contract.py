"""What subscribers are promised: JSON Schemas of every public record, and nothing taken back from one release to the next."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from jsonschema_rs import meta

from schemas.cloud_events import cloud_event
from schemas.contract.compatibility import Contract, breaks, contract
from schemas.contract.records import PUBLIC_TOPICS, RECORDS, address, examples, parts_of, schema_of, titles
from schemas.figures import Reads as Reading
from schemas.kinds import KINDS
from schemas.topics import TOPICS, Topic
from schemas.wire import encode
from tests.conformance.contract import released, version
from tests.conformance.happenings import happening
from tests.conformance.held import unlike_its_schema, validator
from tests.conformance.test_cloud_events import absent
from tests.examples import worked_example
from tests.hub import Hub

pytestmark = pytest.mark.whole

each_topic = pytest.mark.parametrize("topic", PUBLIC_TOPICS, ids=lambda topic: topic.name)


def test_every_public_topic_has_a_schema_and_no_other_has() -> None:
    assert {*RECORDS} == {topic.name for topic in TOPICS if topic.is_public}
    assert address(PUBLIC_TOPICS[0]) == "/schemas/tongda.source-status/v1.json"
    assert len({address(topic) for topic in PUBLIC_TOPICS}) == len(PUBLIC_TOPICS)


@each_topic
def test_a_schema_is_valid_and_is_the_one_that_the_headers_name(topic: Topic) -> None:
    schema = schema_of(topic)
    meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == dict(cloud_event(topic.name, "k", 1, ""))["ce_dataschema"].decode()
    assert (schema["x-tongda-topic"], schema["x-tongda-class"]) == (topic.name, topic.secrecy)


@each_topic
def test_the_example_of_a_topic_is_as_its_schema_says(topic: Topic) -> None:
    assert schema_of(topic)["examples"] == [examples()[topic.name]]
    assert unlike_its_schema(topic.name, encode(examples()[topic.name])) == []


@each_topic
def test_everything_has_a_title_in_both_languages_and_a_source(topic: Topic) -> None:
    schema = schema_of(topic)
    objects = [schema, *schema["$defs"].values()]
    named = [schema, *(field for each in objects for field in each["properties"].values())]
    assert [each for each in named if not all(each["title"].partition(" · ")[::2])] == []
    assert {each["x-tongda-source"].split(".")[0] for each in objects} == {"schemas"}


def test_every_title_of_the_list_is_of_a_field() -> None:
    fields = {
        (name, field)
        for each in RECORDS.values()
        for name, part in parts_of(each).items()
        for field in part["properties"]
    }
    known = fields | {("", field) for _, field in fields} | {("", topic.name) for topic in PUBLIC_TOPICS}
    assert {*titles()} - known == set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_record_of_any_content_is_as_its_schema_says(kind: Any) -> None:
    for seed in range(20):
        found, _ = happening(Random(seed), (Reading(kind, tuple(kind.phases)),), f"{kind.name}:1", 1)
        assert unlike_its_schema(f"tongda.{kind.name}.v1", encode(found)) == []


def test_whatever_the_stages_publish_is_as_its_schema_says() -> None:
    """Also what is withdrawn and what falls to nothing. The simulated province is held to it in tests/sandbox/oracle."""
    hub = Hub().sight(worked_example())
    hub.sight([absent(each) for each in worked_example()])
    public = [record for record in hub.history if record.topic in RECORDS]
    assert len(public) > 50
    assert [wrong for record in public for wrong in unlike_its_schema(record.topic, record.value)] == []


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (("phase",), "sold"),
        (("revision",), "7"),
        (("received_at",), "yesterday"),
        (("occurred_on",), "2025-13"),
        (("statement", "patents"), []),
        (("statement", "secured_amount"), {"value": "5", "unit": "元"}),
        (("sources", 0, "synthetic"), None),
    ],
    ids=lambda given: str(given),
)
def test_what_is_not_as_the_schema_says_is_found(at: tuple[Any, ...], wrong: Any) -> None:
    record = deepcopy(examples()["tongda.pledge.v1"])
    part = record
    for step in at[:-1]:
        part = part[step]
    part[at[-1]] = wrong
    (found,) = unlike_its_schema("tongda.pledge.v1", encode(record))
    assert found.startswith("tongda.pledge.v1" + str([*at]).replace("[]", ""))


def test_a_reader_takes_fields_that_a_later_release_adds() -> None:
    assert all(validator(name).is_valid({**value, "later": 1}) for name, value in examples().items())


def test_nothing_that_the_released_contract_promises_is_broken() -> None:
    """A break is a new version of the topic; what is added is written by ``python -m tests.conformance.contract``."""
    release, promised = released()
    assert [*breaks(promised, contract())] == []
    assert release == version(), "python -m tests.conformance.contract"


def field(record: str, name: str, **changes: Any) -> Callable[[Contract], None]:
    """A change of one field's schema."""
    return lambda new: new.records[record]["properties"][name].update(changes)


def topic(name: str, **changes: Any) -> Callable[[Contract], None]:
    return lambda new: new.topics[name].update(changes)  # type: ignore[attr-defined]  # a dictionary


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda new: new.topics.pop("tongda.pledge.v1"), "tongda.pledge.v1: the topic is gone"),
        (topic("tongda.pledge.v1", key="subject"), "tongda.pledge.v1: key was 'event id', is 'subject'"),
        (topic("tongda.pledge.v1", policy="delete"), "tongda.pledge.v1: policy was 'compact', is 'delete'"),
        (topic("tongda.pledge.v1", **{"class": "shared"}), "tongda.pledge.v1: was public, is shared"),
        (
            lambda new: new.records["Pledge"]["properties"].pop("disposal"),
            "tongda.pledge.v1/statement/disposal: the field is gone",
        ),
        (
            lambda new: new.records["Pledge"]["required"].remove("patents"),
            "tongda.pledge.v1/statement/patents: always stood there, and may now be left out",
        ),
        (
            lambda new: new.records["PledgeEvent"]["required"].append("occurred_on"),
            "tongda.pledge.v1/occurred_on: is required, and older records lack it",
        ),
        (field("PledgeEvent", "revision", type="string"), "tongda.pledge.v1/revision: was integer, is string"),
        (
            lambda new: new.records["Pledge"]["properties"]["collateral"]["anyOf"][0]["enum"].remove("mixed"),
            "tongda.pledge.v1/statement/collateral: the code 'mixed' is gone",
        ),
        (
            lambda new: new.records["PledgeEvent"]["properties"]["phase"].pop("enum"),
            "tongda.pledge.v1/phase: the code 'registered' is gone",
        ),
        (
            field("Pledge", "patents", maxItems=501),
            "tongda.pledge.v1/statement/patents: maxItems was 500, is 501",
        ),
        (
            lambda new: new.records["Pledge"]["properties"]["patents"]["items"].update(pattern="x"),
            "tongda.pledge.v1/statement/patents/*: pattern was",
        ),
        (
            field("PledgeEvent", "received_at", format="date"),
            "tongda.pledge.v1/received_at: format was 'date-time', is 'date'",
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_whatever_a_reader_could_not_read_is_a_break(change: Callable[[Contract], Any], sentence: str) -> None:
    old, new = contract(), deepcopy(contract())
    change(new)
    found = [*breaks(old, new)]
    assert found and all("tongda.pledge.v1" in each for each in found) and found[0].startswith(sentence)


def test_new_fields_codes_and_topics_and_other_names_of_classes_break_nothing() -> None:
    old, new = contract(), deepcopy(contract())
    new.records["Pledge"]["properties"]["note"] = {"type": "string"}
    new.records["Pledge"]["properties"]["collateral"]["anyOf"][0]["enum"].append("copyright")
    new.records["PledgeEvent"]["properties"]["phase"]["enum"].append("sold")
    new.topics["tongda.of-a-later-release.v1"] = new.topics["tongda.pledge.v1"]  # type: ignore[index]  # a dictionary
    new.topics["tongda.contract.v1"]["class"] = "public"  # type: ignore[index]
    new.records["Collateral"] = new.records.pop("Pledge")  # type: ignore[attr-defined, index]
    new.records["PledgeEvent"]["properties"]["statement"]["$ref"] = "#/$defs/Collateral"
    assert [*breaks(old, new)] == []
