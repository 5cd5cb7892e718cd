"""Followed: the feeds of the portal, each with its parameters and how it is read; by their routes and by their address alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, get_origin
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from pydantic import ValidationError

from schemas.kinds import BY_NAME
from schemas.words import Lang, Term
from sinks.portal.errors import FieldError, Moved, QueryInvalid
from sinks.portal.read.feeds import FeedItem, FeedPage
from sinks.portal.read.views import Views
from sinks.portal.show import words
from sinks.portal.show.feeds import PATH
from sinks.portal.show.helpers import short_id
from sinks.portal.web.api import known
from sinks.portal.web.feed_parameters import (
    EventFeedParameters,
    FigureFeedParameters,
    ListingFeedParameters,
    NamedFeedParameters,
)
from sinks.portal.web.fields import Parameters

ADDRESS = re.compile(rf"{re.escape(PATH)}/(listings|events|patents|organisations|statistics)(?:/([^/?#]{{1,300}}))?")
LONGEST = 1_000  # characters of an address


class Told(NamedTuple):
    """One page of a feed. ``home``: the page that it follows."""

    title: str
    home: str
    page: FeedPage


def of_listings(views: Views, _: str, asked: ListingFeedParameters) -> Told:
    filter = asked.filter()
    q = f" · {filter.q}" if filter.q else ""
    title = Term(f"供需信息{q}", f"Listings{q}")(asked.lang)
    return Told(title, asked.home, views.feed_of_listings(filter))


def of_events(views: Views, kind: str, asked: EventFeedParameters) -> Told:
    page = views.feed_of_events(asked.filter(known(kind)))
    return Told(BY_NAME[kind].label(asked.lang), asked.home_of(kind), page)


def of_patent(views: Views, number: str, asked: NamedFeedParameters) -> Told:
    page = views.feed_of_patent(asked.filter(number))
    return Told(Term(f"专利 {number}", f"Patent {number}")(asked.lang), f"/patent/{number}", page)


def of_organisation(views: Views, id: str, asked: NamedFeedParameters) -> Told:
    name, page = views.feed_of_organisation(asked.filter(id))
    return Told(name, f"/organisation/{short_id(id)}", page)


def of_figure(views: Views, indicator: str, asked: FigureFeedParameters) -> Told:
    figure, page = views.feed_of_figure(asked.filter(indicator))
    return Told(words.figure_word(indicator, figure.label, asked.lang), f"/statistics/{indicator}", page)


FEEDS: Mapping[str, tuple[type[Parameters], Callable[[Views, str, Any], Told]]] = MappingProxyType(
    {
        "listings": (ListingFeedParameters, of_listings),
        "events": (EventFeedParameters, of_events),
        "patents": (NamedFeedParameters, of_patent),
        "organisations": (NamedFeedParameters, of_organisation),
        "statistics": (FigureFeedParameters, of_figure),
    }
)


class Followed(NamedTuple):
    """A feed by its address. ``about``: the address in one form, without language and page."""

    about: str
    family: str
    name: str
    asked: Mapping[str, Any]

    def told(self, views: Views, lang: Lang, cursor: str | None = None) -> Told:
        """One page. Raises QueryInvalid, and what the view does: NotFound, Gone."""
        parameters, read = FEEDS[self.family]
        try:
            asked = parameters.model_validate({**self.asked, "lang": lang, **({"cursor": cursor} if cursor else {})})
        except ValidationError as error:
            raise _wrong(str(error.errors()[0]["msg"])) from None
        try:
            return read(views, self.name, asked)
        except (
            Moved
        ) as moved:  # two records became one, or a number has another form: what is followed goes on under it
            return read(views, moved.new, asked)


def followed(address: str) -> Followed:
    """A feed of ours, as a page names it. Raises QueryInvalid."""
    parts = urlsplit(address)
    path = ADDRESS.fullmatch(parts.path)
    if parts.netloc or path is None or len(address) > LONGEST or bool(path[2]) == (path[1] == "listings"):
        raise _wrong("no feed of this portal")
    parameters = FEEDS[path[1]][0]
    given = parse_qs(parts.query, max_num_fields=200)
    lists = {
        field.alias or name: get_origin(field.annotation) is tuple for name, field in parameters.model_fields.items()
    }
    pairs = [
        (name, value) for name, values in given.items() for value in values if name not in ("lang", "cursor", "limit")
    ]
    asked = {name: given[name] if lists.get(name) else given[name][0] for name, _ in pairs}
    about = parts.path + (f"?{urlencode(pairs)}" if pairs else "")
    return Followed(about, path[1], unquote(path[2] or ""), asked)


class News(NamedTuple):
    """What changed, the newest first. ``is_more``: older ones were left out."""

    title: str
    home: str
    items: tuple[FeedItem, ...]
    is_more: bool


def news(views: Views, feed: Followed, lang: Lang, after: int, newest: int, most: int) -> News:
    """The changes after one and up to another; of a record that changed again later nothing: it is told then."""
    items: list[FeedItem] = []
    cursor: str | None = None
    while True:
        told = feed.told(views, lang, cursor)
        found = [item for item in told.page.items if after < item.sequence <= newest]
        items += found
        cursor = told.page.next
        if len(items) > most or cursor is None or told.page.before <= after + 1:
            return News(told.title, told.home, tuple(items[:most]), len(items) > most)


def _wrong(message: str) -> QueryInvalid:
    return QueryInvalid([FieldError(name="about", message=f"{message} · 不能订阅这一地址")])
