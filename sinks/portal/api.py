"""The HTTP API under /api/v1: one view each, its answer as JSON. Parameters are read by filters.py."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request

from schemas.errors import NotFound
from schemas.kinds import BY_NAME
from schemas.records.event import Event
from schemas.records.listing import Listing
from sinks.portal.filters import (
    FACETS,
    Pairs,
    QueryInvalid,
    change_filter,
    event_filter,
    listing_filter,
    plain_filter,
    statistic_filter,
)
from sinks.portal.models import (
    Change,
    Explanation,
    Indicator,
    OrganisationDossier,
    Page,
    PatentDossier,
    Problem,
    Results,
    Revision,
    Sources,
    Statistics,
    Targets,
)
from sinks.portal.views import Views

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}} for status in (404, 422, 503)
}
PAGING = {"limit": "1…200", "cursor": "next of the page before"}
SEARCH = {
    "q": "words; a patent number in any form; -word excludes",
    **dict.fromkeys(FACETS, "facet; repeat for OR; not.… excludes"),
    "since": "posted on or after, 2025-03-01",
    "sort": "relevance, newest, price, expiry",
    **PAGING,
}
EVENTS = {
    "subject": "patent:202110123456.7",
    "area": "430100; 430000 for the province",
    "phase": "",
    "state": "current, withdrawn, merged",
    "since": "the date that counts, on or after",
    "until": "",
    "updated_since": "the hub's commit time, inclusive",
    **PAGING,
}
FIGURES = {
    "by": "dimensions to spread over, separated by commas: area,right_type",
    "area": "430100; 430000 for the province",
    "period": "2025, 2025-03, current",
    "start_period": "",
    "end_period": "",
    "as_of": "what was published at that instant",
    "accumulation": "period, ytd",
    **PAGING,
}


def router(views: Views) -> APIRouter:
    """Every path of the API over these views."""
    routes = APIRouter(prefix="/api/v1", responses=PROBLEMS)

    def supply(request: Request) -> Results:
        return views.search(listing_filter([*_pairs(request, "kind"), ("kind", "supply")]))

    def demand(request: Request) -> Results:
        return views.search(listing_filter([*_pairs(request, "kind"), ("kind", "demand")]))

    def listings(request: Request) -> Results:
        return views.search(listing_filter(_pairs(request)))

    def listing(request: Request, id: str) -> Listing:
        _nothing(request)
        return views.listing(id)

    def listing_revisions(request: Request, id: str) -> Page[Revision]:
        _nothing(request)
        return views.listing_revisions(id)

    def events(request: Request, kind: str) -> Page[Event]:
        return views.events(event_filter(_kind(kind), _pairs(request)))

    def event(request: Request, kind: str, id: str) -> Event:
        _nothing(request)
        return views.event(_kind(kind), id)

    def event_revisions(request: Request, kind: str, id: str) -> Page[Revision]:
        _nothing(request)
        return views.event_revisions(_kind(kind), id)

    def patent(request: Request, number: str) -> PatentDossier:
        _nothing(request)
        return views.patent(number)

    def organisation(request: Request, id: str) -> OrganisationDossier:
        _nothing(request)
        return views.organisation(id)

    def indicators(request: Request) -> Page[Indicator]:
        plain_filter(_pairs(request))
        return views.indicators()

    def statistics(request: Request, indicator: str) -> Statistics:
        dimensions = ("area", *views.indicator(indicator).dimensions)
        return views.statistics(statistic_filter(indicator, dimensions, _pairs(request)))

    def explain(request: Request, indicator: str) -> Explanation:
        dimensions = ("area", *views.indicator(indicator).dimensions)
        return views.explain(statistic_filter(indicator, dimensions, _pairs(request)))

    def targets(request: Request) -> Targets:
        plain_filter(_pairs(request))
        return views.targets()

    def sources(request: Request) -> Sources:
        return views.sources(plain_filter(_pairs(request)))

    def changes(request: Request) -> Page[Change]:
        return views.changes(change_filter(_pairs(request)))

    table: tuple[tuple[str, Any, str, str, dict[str, str]], ...] = (
        ("/supply", supply, "供给信息", "what is offered", SEARCH),
        ("/demand", demand, "需求信息", "what is wanted", SEARCH),
        ("/listings", listings, "供需信息", "both, with exact facet counts", SEARCH),
        ("/listings/{id}", listing, "一条供需信息", "one card", {}),
        ("/listings/{id}/revisions", listing_revisions, "其全部版本", "everything a card ever said", {}),
        ("/events/{kind}", events, "一类事件", "events of one kind, the newest first", EVENTS),
        ("/events/{kind}/{id}", event, "一个事件", "one event with its sources and disagreements", {}),
        ("/events/{kind}/{id}/revisions", event_revisions, "其全部版本", "everything held of an event", {}),
        ("/patents/{number}", patent, "一件专利的卷宗", "everything about one patent", {}),
        ("/organisations/{id}", organisation, "一家单位", "one organisation's listings and deals", {}),
        ("/statistics", indicators, "全部指标", "every figure that can be asked for", PAGING),
        ("/statistics/{indicator}", statistics, "一项指标", "one figure's cells", FIGURES),
        ("/statistics/{indicator}/explain", explain, "一个数字的来历", "one cell down to the bytes", FIGURES),
        ("/targets", targets, "目标进度", "every plan's goals as they stand", PAGING),
        ("/sources", sources, "来源平台", "how every feed fares", PAGING),
        (
            "/changes",
            changes,
            "变更记录",
            "every revision of a public topic, in order",
            {"topic": "tongda.transfer.v1", "after": "sequence", "limit": "1…200"},
        ),
    )
    for path, handler, summary, description, parameters in table:
        routes.add_api_route(
            path,
            handler,
            methods=["GET"],
            summary=summary,
            description=description,
            operation_id=handler.__name__,
            response_model_exclude_none=False,
            openapi_extra={"parameters": [_parameter(name, meaning) for name, meaning in parameters.items()]},
        )
    return routes


def _pairs(request: Request, fixed: str = "") -> Pairs:
    """The address's parameters as written; one that the path decides is unknown here."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    return [(f"{name} (in the path)" if name == fixed else name, value) for name, value in pairs]


def _nothing(request: Request) -> None:
    """One thing, named by its path: no parameter has a meaning."""
    if pairs := _pairs(request):
        raise QueryInvalid(
            [{"name": name[:60], "message": "unknown: this address takes no parameters"} for name, _ in pairs]
        )


def _kind(name: str) -> str:
    if name not in BY_NAME or BY_NAME[name].is_listing:
        known = ", ".join(each for each, kind in BY_NAME.items() if not kind.is_listing)
        raise NotFound(f"no kind of event is named {name[:40]}; known: {known}")
    return name


def _parameter(name: str, meaning: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": meaning}
