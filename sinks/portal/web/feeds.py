"""Feeds that a reader's program follows: of a search, a list, a patent, an organisation, a figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from schemas.words import Lang, Term
from sinks.portal.show import feed_text
from sinks.portal.show.feeds import MEDIA_TYPES, PATH, Feed, FeedLink, Form, written
from sinks.portal.web import followed
from sinks.portal.web.api import of_media_type
from sinks.portal.web.callers import Asked, add_call
from sinks.portal.web.feed_parameters import (
    EventFeedParameters,
    FigureFeedParameters,
    ListingFeedParameters,
    NamedFeedParameters,
)
from sinks.portal.web.fields import Kind, Name
from sinks.portal.web.followed import Told
from sinks.portal.web.problems import PROBLEMS
from sinks.portal.web.routes import StrictRoute

FeedForm = Annotated[Form, Path(description="atom 或 json（JSON Feed 1.1） · atom, or json for JSON Feed 1.1")]


def router(public_url: str) -> APIRouter:
    """Every feed; its addresses begin with the portal's public one, for a reader keeps them."""
    routes = APIRouter(prefix=PATH, route_class=StrictRoute, responses=PROBLEMS)
    for path, handler, zh, en in _calls(public_url):
        add_call(routes, path + ".{form}", handler, zh, en, **of_media_type(*MEDIA_TYPES.values()))
    return routes


def _calls(base: str) -> tuple[tuple[str, Callable[..., Any], str, str], ...]:
    def feed_of_listings(
        request: Request, views: Asked, form: FeedForm, asked: Annotated[ListingFeedParameters, Query()]
    ) -> Response:
        return _answer(request, base, form, followed.of_listings(views, "", asked), asked.lang)

    def feed_of_events(
        request: Request,
        views: Asked,
        form: FeedForm,
        kind: Kind,
        asked: Annotated[EventFeedParameters, Query()],
    ) -> Response:
        return _answer(request, base, form, followed.of_events(views, kind, asked), asked.lang)

    def feed_of_patent(
        request: Request, views: Asked, form: FeedForm, number: Name, asked: Annotated[NamedFeedParameters, Query()]
    ) -> Response:
        return _answer(request, base, form, followed.of_patent(views, number, asked), asked.lang)

    def feed_of_organisation(
        request: Request, views: Asked, form: FeedForm, id: Name, asked: Annotated[NamedFeedParameters, Query()]
    ) -> Response:
        return _answer(request, base, form, followed.of_organisation(views, id, asked), asked.lang)

    def feed_of_figure(
        request: Request,
        views: Asked,
        form: FeedForm,
        indicator: Name,
        asked: Annotated[FigureFeedParameters, Query()],
    ) -> Response:
        return _answer(request, base, form, followed.of_figure(views, indicator, asked), asked.lang)

    return (
        ("/listings", feed_of_listings, "供需检索的订阅源", "a search in the listings as a feed"),
        ("/events/{kind}", feed_of_events, "一类事件的订阅源", "events of one kind as a feed"),
        ("/patents/{number}", feed_of_patent, "一件专利的订阅源", "what concerns one patent as a feed"),
        ("/organisations/{id}", feed_of_organisation, "一家单位的订阅源", "what concerns one organisation as a feed"),
        ("/statistics/{indicator}", feed_of_figure, "一项指标的订阅源", "the published points of one figure as a feed"),
    )


def _answer(request: Request, base: str, form: Form, told: Told, lang: Lang) -> Response:
    title, home, page = told
    path, query = request.url.path, request.query_params
    asked = [(name, value) for name, value in query.multi_items() if name not in ("cursor", "lang")]
    link = FeedLink(path.removesuffix(f".{form}"), asked)

    def at(cursor: str | None) -> str:
        return (link._replace(pairs=[*asked, ("cursor", cursor)]) if cursor else link).address(form, lang)

    feed = Feed(
        title=f"{title} · {Term('通达', 'Tongda')(lang)}",
        lang=lang,
        base=base,
        home=f"/en{home}" if lang == "en" else home,
        own=at(query.get("cursor")),
        first=at(None),
        next=at(page.next) if page.next else None,
        entries=feed_text.entries(page.items, lang),
        deleted=feed_text.deleted(page.items, lang),
    )
    return Response(written(feed, form), media_type=f"{MEDIA_TYPES[form]}; charset=utf-8")
