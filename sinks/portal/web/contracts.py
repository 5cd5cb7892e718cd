"""The contract with subscribers: JSON Schemas of the public records, AsyncAPI, code lists and definitions of figures.

They are the same for all callers (a key that does not hold is refused here too) and, but for the catalogue of the figures
that there are, stay as they are until the next release.
"""

from __future__ import annotations

from typing import Annotated

import yaml
from fastapi import APIRouter, Depends, Path, Request, Response

from schemas.contract import asyncapi
from schemas.contract.records import address, both, schema_of, title_of
from schemas.errors import NotFound
from schemas.frozen import Frozen
from schemas.topics import Topic
from schemas.wire import encode
from sinks.portal.read.answers import Page
from sinks.portal.secrecy import KEY_HOLDER, shown_topics
from sinks.portal.show import codes, linked_data
from sinks.portal.show.codes import CodeList, Definition
from sinks.portal.web.api import of_media_type
from sinks.portal.web.callers import Asked, add_call, of_caller
from sinks.portal.web.fields import PLAIN, Name
from sinks.portal.web.problems import PROBLEMS
from sinks.portal.web.routes import StrictRoute

API_VERSION = "1"
Part = Annotated[str, Path(max_length=60, pattern=PLAIN, description="主题及其版本 · the topic and its version")]


class TopicAnswer(Frozen):
    """A topic for subscribers, and the addresses under which its records are described and given."""

    topic: str
    title: str
    key: str
    policy: str
    secrecy: str  # public, or shared: with a key alone
    schema_address: str
    changes: str
    stream: str
    snapshot: str


def router() -> APIRouter:
    """Every address of the contract."""
    routes = APIRouter(route_class=StrictRoute, responses=PROBLEMS, dependencies=[Depends(of_caller)])
    schemas, yaml_text = of_media_type("application/schema+json"), of_media_type("application/yaml")
    for path, handler, zh, en, media in (
        ("/api/v1/topics", topics, "主题", "the topics that can be subscribed to", {}),
        ("/api/v1/codes", code_lists, "全部代码表", "every code list", {}),
        ("/api/v1/codes/{name}", code_list, "一张代码表", "one code list: codes with their words in both languages", {}),
        ("/api/v1/definitions", definitions, "全部指标定义", "what every figure counts, and how", {}),
        ("/api/v1/definitions/{indicator}", definition, "一项指标的定义", "what one figure counts, and how", {}),
        ("/schemas/{topic}/{version}.json", schema, "主题的 JSON Schema", "the JSON Schema of a topic's records", schemas),
        ("/dcat.jsonld", dcat, "统计数据目录（DCAT 3）", "the figures as a catalogue of data sets, DCAT 3", of_media_type("application/ld+json")),
        ("/asyncapi.yaml", asyncapi_document, "公开主题的 AsyncAPI 3.0 文档", "the public topics as AsyncAPI 3.0", yaml_text),
    ):  # fmt: skip
        add_call(routes, path, handler, zh, en, **media)
    return routes


def topics() -> Page[TopicAnswer]:
    found = tuple(map(_topic, shown_topics(KEY_HOLDER)))
    return Page[TopicAnswer](items=found, total=len(found))


def code_lists() -> Page[CodeList]:
    found = tuple(codes.lists().values())
    return Page[CodeList](items=found, total=len(found))


def code_list(name: Name) -> CodeList:
    return codes.code_list(name)


def definitions() -> Page[Definition]:
    found = tuple(codes.definitions().values())
    return Page[Definition](items=found, total=len(found))


def definition(indicator: Name) -> Definition:
    return codes.definition_of(indicator)


def schema(topic: Part, version: Part) -> Response:
    """Of a topic that may be followed, if with a key alone; the other topics have none."""
    found = {each.name: each for each in shown_topics(KEY_HOLDER)}.get(f"{topic}.{version}")
    if found is None:
        raise NotFound(f"no public topic {topic}.{version}; /api/v1/topics lists them")
    return Response(encode(schema_of(found)), media_type="application/schema+json")


def asyncapi_document() -> Response:
    text = yaml.safe_dump(asyncapi.document(API_VERSION), allow_unicode=True, sort_keys=False, width=120)
    return Response(text, media_type="application/yaml")


def dcat(request: Request, views: Asked) -> Response:
    found = linked_data.catalogue(views.indicators().items, request.app.state.public_url)
    return Response(encode(found), media_type="application/ld+json")


def _topic(topic: Topic) -> TopicAnswer:
    return TopicAnswer(
        topic=topic.name,
        title=both(title_of(topic)),
        key=topic.key,
        policy=topic.policy,
        secrecy=topic.secrecy,
        schema_address=address(topic),
        changes=f"/api/v1/changes?topic={topic.name}",
        stream=f"/api/v1/stream?topic={topic.name}",
        snapshot=f"/api/v1/snapshots/{topic.name}",
    )
