"""Pages of listings, events, patents and organisations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, get_args

from fastapi import Query, Request
from fastapi.responses import Response

from schemas.errors import NotFound
from schemas.figures.values import PREFECTURES
from schemas.kinds import BY_NAME
from sinks.portal.read.answers import Facet, Results
from sinks.portal.read.besides import Besides
from sinks.portal.search.facets import LISTING_KINDS, UNKNOWN
from sinks.portal.search.filter import ListingFilter, Sort
from sinks.portal.search.query import read_query
from sinks.portal.secrecy import KEY_HOLDER, PUBLIC, shown_kinds
from sinks.portal.show import linked_data, words
from sinks.portal.show.decision import decision, last_day_of
from sinks.portal.show.feeds import PATH, FeedLink
from sinks.portal.web.fields import Name
from sinks.portal.web.page import Page, PageMaker, full_id, language, public_url
from sinks.portal.web.parameters import EventPageParameters
from sinks.portal.web.search_parameters import ListingPageParameters

SHOWN_MATCHES = 5  # of one listing on its page; the API has the others
# Which group of words explains the values of a facet; the others (IPC classes) are shown as they are.
FACET_WORDS = {
    "county": "area",
    "section": "ipc_section",
    "price": "price_band",
    "owner_type": "party_type",
    **{
        name: name
        for name in ("kind", "industry", "area", "right_type", "deal_form", "stage", "legal_status", "open_licence")
    },
    "encumbrance": "encumbrance",
    "state": "state",
}


OF_THE_PAGE: dict[str, Any] = {"limit": ListingFilter.limit, "cursor": None, "sort": "relevance"}  # not of its feed


class ListingPages(PageMaker):
    """What is offered, what is wanted, and what happened."""

    def table(self) -> tuple[Page, ...]:
        return (
            Page("/listings", self.listings),
            *(Page(f"/{kind}/{{id}}", self.of_kind(kind)) for kind in LISTING_KINDS),
            Page("/patent/{number:path}", self.patent),
            Page("/organisation/{id}", self.organisation),
            Page("/events", self.events),
            Page("/event/{kind}/{id}", self.event),
        )

    def listings(self, request: Request, asked: Annotated[ListingPageParameters, Query()]) -> Response:
        filter = replace(asked.filter(), in_any_state=True)
        results = self.views.search(filter)
        return self.page(
            request,
            "listings.html",
            filter=filter,
            results=results,
            sorts=get_args(Sort),
            toggle=lambda facet, value, out=False: address(filter.toggled(facet, value, exclude=out)),
            with_=lambda **change: address(replace(filter, **{"cursor": None, **change})),
            next=address(filter.following(results.next)),
            previous=address(before) if (before := self.views.before(filter)) else None,
            telling=[facet for facet in results.facets if tells(facet, results.total)],
            besides=self.views.besides(filter.q) if filter.q and not filter.cursor else Besides(),
            understood=tuple(dict.fromkeys(value for each in read_query(filter.q).meanings for value in each.values)),
            fewer=fewer(filter.q),
            facet_word=self.facet_word(request),
            feed=FeedLink(f"{PATH}/listings", replace(filter, **OF_THE_PAGE).pairs()),
        )

    def of_kind(self, kind: str) -> Callable[..., Response]:
        """The page of one listing of this kind."""

        def listing(request: Request, id: Name) -> Response:
            return self.listing(request, kind, id)

        return listing

    def listing(self, request: Request, kind: str, id: str) -> Response:
        full = full_id(kind, id)
        listing = self.views.listing(full)
        dossier = self.views.patent(listing.patent_number) if listing.patent_number else None
        counterparts = tuple(name for name in LISTING_KINDS if name != kind)
        other = ListingFilter(include={"kind": counterparts, "industry": listing.industries[:2]})
        return self.page(
            request,
            "listing.html",
            listing=listing,
            decision=decision(listing, dossier, self.views.today),
            counterparts=counterparts,
            dossier=dossier,
            suggestions=self.views.suggestions(listing)[:SHOWN_MATCHES],
            firms=self.views.firms(listing)[:SHOWN_MATCHES],
            others_at=address(other),
            others=self.views.search(replace(other, limit=1)) if listing.industries else Results(items=(), total=0),
            history=self.views.listing_revisions(full).items,
            names=self.source_names(),
            linked_data=linked_data.offer(listing, public_url(request)),
        )

    def patent(self, request: Request, number: Name) -> Response:
        dossier = self.views.patent(number)
        ends = last_day_of(number, dossier.events)
        return self.page(
            request,
            "patent.html",
            dossier=dossier,
            ends=ends,
            names=self.source_names(),
            feed=FeedLink(f"{PATH}/patents/{number}"),
        )

    def organisation(self, request: Request, id: Name) -> Response:
        dossier = self.views.organisation(full_id("org", id))
        return self.page(
            request,
            "organisation.html",
            dossier=dossier,
            titles=self.views.titles(dossier.events),
            feed=FeedLink(f"{PATH}/organisations/{dossier.organisation.id}"),
            linked_data=linked_data.organisation(dossier.organisation, dossier.aliases, public_url(request)),
        )

    def events(self, request: Request, asked: Annotated[EventPageParameters, Query()]) -> Response:
        if asked.kind is not None and asked.kind not in shown_kinds(KEY_HOLDER):
            raise NotFound(f"no kind of event is named {asked.kind[:40]}", next_step="/events")
        kinds = shown_kinds(PUBLIC)
        kind = asked.kind or ("" if asked.q else kinds[0])
        numbers: Mapping[str, int] = {}
        if asked.q:
            found, index = self.views.search_events(asked.search())
            numbers, hints = index.facets["kind"], index.hints
        else:
            found, hints = self.views.events(asked.filter(kind)), ()
        return self.page(
            request,
            "events.html",
            kinds=kinds,
            kind=kind,
            numbers=numbers,
            hints=hints,
            by_key=[each for each in shown_kinds(KEY_HOLDER) if each not in kinds],
            phases=tuple(BY_NAME[kind].phases) if kind else (),
            areas=tuple(PREFECTURES),
            asked=asked,
            page=found,
            deals=self.views.deals(found.items, whole=not asked.model_fields_set - {"kind", "limit", "cursor"}),
            titles=self.views.titles(found.items),
            feed=feed_of(kind, asked) if kind and not asked.q else None,
        )

    def event(self, request: Request, kind: Name, id: Name) -> Response:
        full = full_id(kind, id)
        event = self.views.event(kind, full)
        return self.page(
            request,
            "event.html",
            event=event,
            titles=self.views.titles([event]),
            history=self.views.event_revisions(kind, full).items,
            names=self.source_names(),
        )

    def facet_word(self, request: Request) -> Callable[[str, str], str]:
        """The label of a facet's value: a platform's name, a code's word, or the value itself (IPC classes)."""
        lang, names = language(request), self.source_names()

        def label(facet: str, value: str) -> str:
            if facet == "source":
                return names.get(value, value)
            coded = facet in FACET_WORDS or value == words.UNKNOWN
            return words.word(FACET_WORDS.get(facet, "area"), value, lang) if coded else value

        return label


def tells(facet: Facet, total: int) -> bool:
    """Whether a choice in this facet could narrow the results, or has."""
    if any(each.included or each.excluded for each in facet.values):
        return True
    known = [each for each in facet.values if each.value != UNKNOWN]
    return bool(known) and (len(facet.values) > 1 or known[0].count < total)


def address(filter: ListingFilter) -> str:
    """The page of a search."""
    return "/listings" + (f"?{query}" if (query := filter.query()) else "")


def feed_of(kind: str, asked: EventPageParameters) -> FeedLink:
    """The feed of a list of events."""
    held = {"area": asked.area, "phase": asked.phase, "since": asked.since, "until": asked.until}
    return FeedLink(f"{PATH}/events/{kind}", [(name, value) for name, value in held.items() if value])


def fewer(text: str) -> tuple[str, ...]:
    """The query without each of its words in turn, for a search that found nothing."""
    parts = text.split()
    return tuple(" ".join(parts[:n] + parts[n + 1 :]) for n in range(len(parts))) if len(parts) > 1 else ()
