"""Filter → named query → model: the one place where pages and API get their answers, so that they cannot differ."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.event import Event
from schemas.listing import Listing
from sinks.portal.filters import ChangeFilter, EventFilter, Filter, ListingFilter, StatisticFilter
from sinks.portal.models import (
    Change,
    Counters,
    Explanation,
    Indicator,
    OrganisationDossier,
    Page,
    PatentDossier,
    Results,
    Revision,
    Sources,
    Statistics,
    Targets,
)


class Views:
    """Answers from the store. Every method is one database snapshot; blocking, to be called from a worker thread.

    Raises NotFound (404), Moved (a merged id: 308 to ``location``), QueryInvalid (422), Unreachable (503).
    """

    def search(self, filter: ListingFilter) -> Results: ...                                     # type: ignore[empty-body]
    def listing(self, id: str) -> Listing: ...                                                  # type: ignore[empty-body]
    def listing_revisions(self, id: str) -> Page[Revision]: ...                                 # type: ignore[empty-body]
    def listings(self, ids: Sequence[str]) -> tuple[Listing, ...]: ...                          # type: ignore[empty-body]
    def newest(self, kind: str, limit: int = 6) -> tuple[Listing, ...]: ...                     # type: ignore[empty-body]
    def counters(self) -> Counters: ...                                                         # type: ignore[empty-body]
    def events(self, filter: EventFilter) -> Page[Event]: ...                                   # type: ignore[empty-body]
    def event(self, kind: str, id: str) -> Event: ...                                           # type: ignore[empty-body]
    def event_revisions(self, kind: str, id: str) -> Page[Revision]: ...                        # type: ignore[empty-body]
    def patent(self, number: str) -> PatentDossier: ...                                         # type: ignore[empty-body]
    def organisation(self, id: str) -> OrganisationDossier: ...                                 # type: ignore[empty-body]
    def indicators(self) -> Page[Indicator]: ...                                                # type: ignore[empty-body]
    def indicator(self, name: str) -> Indicator: ...                                            # type: ignore[empty-body]
    def statistics(self, filter: StatisticFilter) -> Statistics: ...                            # type: ignore[empty-body]
    def explain(self, filter: StatisticFilter) -> Explanation: ...                              # type: ignore[empty-body]
    def targets(self) -> Targets: ...                                                           # type: ignore[empty-body]
    def sources(self, filter: Filter | None = None) -> Sources: ...                             # type: ignore[empty-body]
    def changes(self, filter: ChangeFilter) -> Page[Change]: ...                                # type: ignore[empty-body]
