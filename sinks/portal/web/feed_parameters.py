"""Parameters of feeds: those of the lists that they follow, without what would change the order, and the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias
from urllib.parse import urlencode

from pydantic import create_model

from schemas.records.event import EventState
from schemas.words import Lang
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read.feeds import NamedFilter
from sinks.portal.search.filter import ListingFilter
from sinks.portal.web.fields import Limit, PageParameters, said
from sinks.portal.web.figure_parameters import FigureParameters
from sinks.portal.web.parameters import ANY, STATES, EventSearchParameters
from sinks.portal.web.search_parameters import SearchParameters, facets

Language = Annotated[Lang, said("语言", "the language of titles and words", "en")]


class SearchFeedParameters(SearchParameters):
    """A search; its feed has one order, the newest change first."""

    lang: Language = "zh"

    def filter(self, **fixed: str) -> ListingFilter:
        if "sort" in self.model_fields_set:
            message = "a feed has one order, the newest change first; ask without"
            raise QueryInvalid([FieldError(name="sort", message=message)])
        return super().filter(**fixed)

    @property
    def home(self) -> str:
        """The page of the search."""
        query = urlencode([pair for pair in self.filter().pairs() if pair[0] not in ("cursor", "limit")])
        return f"/listings?{query}" if query else "/listings"


class EventFeedParameters(EventSearchParameters):
    """Events of one kind; those of other states than these are told as gone."""

    lang: Language = "zh"

    @property
    def states(self) -> tuple[EventState, ...]:
        return tuple(state for state in STATES if ANY in self.state or state in self.state) or STATES[:1]

    def home_of(self, kind: str) -> str:
        """The page of the list."""
        asked = {"area": self.area, "phase": self.phase, "since": self.since, "until": self.until}
        return "/events?" + urlencode({"kind": kind, **{name: value for name, value in asked.items() if value}})


class NamedFeedParameters(PageParameters):
    """A patent or an organisation."""

    lang: Language = "zh"

    def filter(self, name: str) -> NamedFilter:
        return NamedFilter(name=name, limit=self.limit, cursor=self.cursor)


class FigureFeedParameters(FigureParameters):
    """One figure."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 50
    lang: Language = "zh"


if TYPE_CHECKING:  # a type checker does not follow models that are made of a table
    ListingFeedParameters: TypeAlias = SearchFeedParameters
else:
    ListingFeedParameters = create_model("ListingFeedParameters", __base__=SearchFeedParameters, **facets())
