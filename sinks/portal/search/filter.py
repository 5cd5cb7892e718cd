"""ListingFilter: one search, as the index answers it and as an address writes it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlencode

from sinks.portal.search.facets import FACETS, FOUND_STATES, SHOWN_STATES

Sort = Literal["relevance", "newest", "price", "expiry"]
Chosen = dict[str, tuple[str, ...]]  # facet → values


@dataclass(frozen=True)
class ListingFilter:
    """Words, facets to include and to exclude, order. Values of one facet are OR, facets are AND."""

    q: str = ""
    include: Chosen = field(default_factory=dict)
    exclude: Chosen = field(default_factory=dict)
    since: str | None = None  # posted on or after this day
    sort: Sort = "relevance"
    limit: int = 50
    cursor: str | None = None
    in_any_state: bool = False  # what is over is found too, behind what is on offer; of pages, and only with words

    @property
    def states(self) -> tuple[str, ...]:
        """Those that are chosen, else what is on offer, and where asked for what somebody looks for by its words."""
        return self.include.get("state", FOUND_STATES if self.in_any_state and self.q.strip() else SHOWN_STATES)

    def pairs(self) -> list[tuple[str, str]]:
        """The filter as address parameters, in one order; defaults left out, so that one search has one address."""
        pairs = [("q", self.q)] if self.q else []
        for prefix, chosen in (("", self.include), ("not.", self.exclude)):
            pairs += [(prefix + name, value) for name in FACETS for value in chosen.get(name, ())]
        defaults = type(self)()
        for name in ("since", "sort", "limit", "cursor"):
            if getattr(self, name) != getattr(defaults, name):
                pairs.append((name, str(getattr(self, name))))
        return pairs

    def query(self) -> str:
        """``q=质押&area=430100``, encoded; empty for the bare list."""
        return urlencode(self.pairs())

    def toggled(self, facet: str, value: str, *, exclude: bool = False) -> ListingFilter:
        """The same search with this value chosen, or no longer chosen; the first page of it."""
        mine, other = (self.exclude, self.include) if exclude else (self.include, self.exclude)
        before = mine.get(facet, ())
        after = tuple(each for each in before if each != value) if value in before else (*before, value)
        mine = _without_empty({**mine, facet: after})
        other = _without_empty(
            {name: tuple(each for each in values if (name, each) != (facet, value)) for name, values in other.items()}
        )
        include, excluded = (other, mine) if exclude else (mine, other)
        return replace(self, include=include, exclude=excluded, cursor=None)

    def following(self, cursor: str | None) -> ListingFilter:
        return replace(self, cursor=cursor)


def _without_empty(chosen: Chosen) -> Chosen:
    return {name: values for name, values in chosen.items() if values}
