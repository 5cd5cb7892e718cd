"""What subscribers generate code from: schemas, AsyncAPI, OpenAPI, code lists, definitions; and how every address is asked."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema_rs import Draft7Validator, Draft202012Validator

from schemas.contract.records import PUBLIC_TOPICS, address, schema_of
from schemas.figures import BY_ID
from schemas.kinds import BY_NAME
from schemas.records.base import json_schema
from schemas.topics import RAW, Topic
from schemas.wire import decode, encode
from sinks.portal.secrecy import PUBLIC, shown_kinds, withheld_fields

OFFICIAL = Path(__file__).parents[2] / "conformance/asyncapi-3.0.0.json.gz"  # of the AsyncAPI initiative, Apache-2.0


@pytest.mark.parametrize("topic", PUBLIC_TOPICS, ids=lambda topic: topic.name)
def test_the_schema_of_a_topic_is_served(client: httpx.Client, topic: Topic) -> None:
    answer = client.get(address(topic))
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == decode(encode(schema_of(topic)))


@pytest.mark.parametrize("path", ["tongda.raw/v1", "tongda/raw", "tongda.transfer/v2", "tongda.dead-letter/v1"])
def test_what_nobody_may_follow_has_no_schema(client: httpx.Client, path: str) -> None:
    assert client.get(f"/schemas/{path}.json").json()["status"] == 404


def test_the_topics_lead_to_their_schemas(client: httpx.Client) -> None:
    found = client.get("/api/v1/topics").json()["items"]
    assert [each["topic"] for each in found] == [topic.name for topic in PUBLIC_TOPICS] and RAW not in PUBLIC_TOPICS
    assert [client.get(each["schema_address"]).json()["x-tongda-topic"] for each in found] == [
        each["topic"] for each in found
    ]
    assert {each["topic"]: each["secrecy"] for each in found}["tongda.contract.v1"] == "shared"


def asyncapi(client: httpx.Client) -> Any:
    answer = client.get("/asyncapi.yaml")
    assert answer.headers["content-type"] == "application/yaml"
    return yaml.safe_load(answer.text)


def test_the_asyncapi_document_is_as_the_official_schema_says(client: httpx.Client) -> None:
    official = Draft7Validator(json.loads(gzip.decompress(OFFICIAL.read_bytes())))
    document = asyncapi(client)
    assert [str(error) for error in official.iter_errors(document)] == []
    assert not official.is_valid({**document, "chanels": {}})


def test_the_asyncapi_document_tells_of_every_topic_what_a_reader_relies_on(client: httpx.Client) -> None:
    document = asyncapi(client)
    assert [*document["channels"]] == [topic.name for topic in PUBLIC_TOPICS]
    for topic in PUBLIC_TOPICS:
        channel = document["channels"][topic.name]
        broker = channel["bindings"]["kafka"]["topicConfiguration"]
        assert broker == {
            "cleanup.policy": ["compact"],
            "max.message.bytes": 1 << 20,
            "delete.retention.ms": 7 * 86_400_000,
        }
        assert channel["x-tongda-partitioner"] == "crc32(key) % partitions"
        message = found(document, found(document, channel["messages"]["record"]))
        assert message["bindings"]["kafka"]["key"]["description"] == topic.key
        assert message["headers"]["properties"]["ce_type"]["const"] == topic.name
        assert {"ce_id", "ce_source", "ce_subject", "ce_time", "ce_dataschema"} < {*message["headers"]["required"]}
        Draft202012Validator({**message["payload"], "components": document["components"]}).validate(
            message["examples"][0]["payload"]
        )


def found(document: Any, part: Any) -> Any:
    """What a reference leads to."""
    while "$ref" in part:
        at = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        part = at
    return part


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = [*part.values()]
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_an_openapi_answer_that_is_a_problem_has_the_media_type_of_problems(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    answers = [
        (status, [*answer.get("content", {})])
        for path in document["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
    ]
    assert {tuple(media) for status, media in answers if not status.startswith("2")} == {("application/problem+json",)}
    assert "422" not in {status for status, _ in answers}


def test_every_reference_of_the_openapi_document_leads_to_something(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert {*references(document)} and all(found(document, {"$ref": each}) for each in references(document))
    assert "HTTPValidationError" not in document["components"]["schemas"]


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object with a title, wherever it stands."""
    if isinstance(part, list):
        part = dict(enumerate(part))
    if isinstance(part, dict):
        if part.get("type") == "object" and isinstance(part.get("title"), str) and "properties" in part:
            yield part
        for each in part.values():
            yield from objects(each)


def test_an_object_of_the_openapi_document_stands_once_under_its_title(client: httpx.Client) -> None:
    """openapi-python-client leaves out every answer with a second class of one name: Money, RowCounts, Evidence."""
    document = client.get("/openapi.json").json()
    names = [part["title"] for part in objects(document)]
    assert [names.count(name) for name in ("Money", "RowCounts", "Evidence", "Owner")] == [1, 1, 1, 1]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in document["components"]["schemas"])


def test_an_answer_that_is_read_as_an_object_is_no_text_in_the_openapi_document(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    types = {
        media: part["schema"]["type"]
        for path in ("/asyncapi.yaml", "/dcat.jsonld", "/api/v1/feeds/listings.{form}", "/api/v1/snapshots/{topic}")
        for media, part in paths[path]["get"]["responses"]["200"]["content"].items()
    }
    assert types == {
        "application/yaml": "object",
        "application/ld+json": "object",
        "application/feed+json": "object",
        "application/atom+xml": "string",
        "application/x-ndjson": "string",
        "application/vnd.apache.parquet": "string",
    }


@pytest.mark.parametrize("character", ["\x00", "\x1f", "\x7f", "\x80", "\x9f"])
def test_the_openapi_document_refuses_the_characters_that_are_refused(client: httpx.Client, character: str) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    names = [
        each for path in paths.values() for each in path.get("get", {}).get("parameters", ()) if each["in"] == "path"
    ]
    patterns = {each["schema"]["pattern"] for each in names if "\\x00" in each["schema"].get("pattern", "")}
    assert patterns and not any(re.search(pattern, f"a{character}b") for pattern in patterns)


def test_an_event_of_the_openapi_document_has_the_fields_of_its_kind(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    events = document["components"]["schemas"]["Events"]["properties"]["items"]["items"]
    assert events["discriminator"]["propertyName"] == "kind"
    pledge = found(document, {"$ref": events["discriminator"]["mapping"]["pledge"]})
    said = found(document, pledge["properties"]["statement"])
    assert said["properties"]["registration_number"]["title"] == "登记号 · Registration number"
    assert said["properties"]["secured_amount"]["x-tongda-class"] == "shared"
    assert "organisation_id" in found(document, said["properties"]["pledgor"]["items"])["properties"]


def test_what_a_reader_without_a_key_does_not_see_is_never_required() -> None:
    for kind in shown_kinds(PUBLIC):
        assert {*json_schema(BY_NAME[kind]).get("required", ())}.isdisjoint(withheld_fields(kind, PUBLIC))


def test_a_code_list_has_its_words_in_both_languages(client: httpx.Client) -> None:
    assert client.get("/api/v1/codes/pledge.collateral").json() == {
        "name": "pledge.collateral",
        "codes": [
            {"code": "patent", "zh": "专利", "en": "Patents"},
            {"code": "trade_mark", "zh": "商标", "en": "Trade marks"},
            {"code": "mixed", "zh": "专利和商标", "en": "Both"},
        ],
    }
    lists = {each["name"]: each for each in client.get("/api/v1/codes").json()["items"]}
    assert {"kind", "area", "division", "state", "right_type", "unit", "transfer.phase"} <= {*lists}
    assert {each["code"] for each in lists["pledge.phase"]["codes"]} == {*BY_NAME["pledge"].phases}
    wrong = client.get("/api/v1/codes/pledge.colateral")
    assert wrong.status_code == 404 and "did you mean pledge.collateral?" in wrong.json()["detail"]


def test_a_figure_says_what_it_counts(client: httpx.Client) -> None:
    found = {each["indicator"]: each for each in client.get("/api/v1/definitions").json()["items"]}
    assert [*found] == [*BY_ID]
    figure = client.get("/api/v1/definitions/transfers").json()
    assert figure == found["transfers"]
    assert (figure["label"]["zh"], figure["unit"], figure["counting"]) == (BY_ID["transfers"].label.zh, "次", "once")
    assert figure["reads"][0]["kind"] == "transfer" and figure["dimensions"][0]["dimension"] == "area"
    assert client.get("/api/v1/definitions/transferz").status_code == 404


@pytest.mark.parametrize(
    "path", ["/api/v1/topics", "/api/v1/supply", "/openapi.json", "/asyncapi.yaml", "/about/privacy"]
)
def test_an_address_says_which_methods_it_takes(client: httpx.Client, path: str) -> None:
    options = client.options(path)
    assert (options.status_code, options.headers["allow"], options.content) == (204, "GET, HEAD, OPTIONS", b"")
    wrong = client.post(path)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert client.options("/api/v1/nothing").status_code == 404


@pytest.mark.parametrize(
    "path", ["/api/v1/topics", "/openapi.json", "/asyncapi.yaml", "/api/v1/nothing", "/about/privacy"]
)
def test_head_has_the_headers_of_get_and_no_body(client: httpx.Client, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    changing = {"date", "content-length", "transfer-encoding", "traceresponse"}  # of each answer its own
    assert head.content == b"" and whole.content
    assert {name: each for name, each in head.headers.items() if name not in changing} == {
        name: each for name, each in whole.headers.items() if name not in changing
    }


def test_pages_of_other_sites_may_read_what_is_public(client: httpx.Client) -> None:
    origin = {"Origin": "https://example.org"}
    assert client.get("/api/v1/topics", headers=origin).headers["access-control-allow-origin"] == "*"
    assert "Link" in client.get("/api/v1/topics", headers=origin).headers["access-control-expose-headers"]
    asked = {**origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    preflight = client.options("/api/v1/topics", headers=asked)
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in client.get("/about/privacy", headers=origin).headers


def test_long_answers_are_packed_and_each_form_has_a_tag_of_its_own(client: httpx.Client) -> None:
    packed, plain = (client.get("/api/v1/codes", headers={"Accept-Encoding": each}) for each in ("gzip", "identity"))
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert "Accept-Encoding" in packed.headers["vary"] and packed.json() == plain.json()
    assert packed.headers["etag"] != plain.headers["etag"]
    same = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    assert client.get("/api/v1/codes", headers=same).status_code == 304
