"""Address → frozen filter (pure). A wrong name or value is told with its field and the nearest name, never ignored."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from schemas.errors import HubError

FACETS = (
    "kind",
    "industry",
    "area",
    "county",
    "right_type",
    "section",
    "subclass",
    "deal_form",
    "price",
    "stage",
    "owner_type",
    "legal_status",
    "open_licence",
    "encumbrance",
    "source",
    "state",
)
SHOWN_STATES = ("open", "reserved")  # what results hold unless the address asks for other states
INSTANT = re.compile(r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$")
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
PERIOD = re.compile(r"^(\d{4}(-(0[1-9]|1[0-2]))?|current)$")

Pairs = Sequence[tuple[str, str]]
Wanted = TypeVar("Wanted", bound="Filter")


class QueryInvalid(HubError):
    """The address asks for something that is not there to ask for (422); ``errors`` has one entry a field."""

    code = "T4220"

    def __init__(self, errors: Sequence[dict[str, str]]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{error['name']}: {error['message']}" for error in errors))


class Filter(BaseModel):
    """What every list understands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = 50
    cursor: str | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not 1 <= self.limit <= 200:
            raise ValueError("limit: accepted 1…200")
        return self


class ListingFilter(Filter):
    """One search: words, facets to include and exclude, order. Values of one facet are OR, facets are AND."""

    q: str = ""
    include: dict[str, tuple[str, ...]] = {}
    exclude: dict[str, tuple[str, ...]] = {}
    since: str | None = None  # posted on or after this day
    sort: Literal["relevance", "newest", "price", "expiry"] = "relevance"

    @property
    def states(self) -> tuple[str, ...]:
        return self.include.get("state", SHOWN_STATES)

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
        mine, other = ("exclude", "include") if exclude else ("include", "exclude")
        chosen = {**getattr(self, mine)}
        before = chosen.get(facet, ())
        chosen[facet] = tuple(v for v in before if v != value) if value in before else (*before, value)
        opposite = {
            name: tuple(v for v in values if (name, v) != (facet, value))
            for name, values in getattr(self, other).items()
        }
        clean = {mine: {k: v for k, v in chosen.items() if v}, other: {k: v for k, v in opposite.items() if v}}
        return self.model_copy(update={**clean, "cursor": None})

    def following(self, cursor: str | None) -> ListingFilter:
        return self.model_copy(update={"cursor": cursor})


class EventFilter(Filter):
    """Events of one kind, newest first."""

    kind: str
    subject: str | None = None
    area: str | None = None  # prefecture or province of a giver or taker
    phase: str | None = None
    state: Literal["current", "withdrawn", "merged"] = "current"
    since: str | None = None  # the date that counts, on or after
    until: str | None = None
    updated_since: str | None = None  # the hub's commit time, inclusive


class StatisticFilter(Filter):
    """One question about one indicator. ``by``: dimensions to spread over; ``where``: dimensions held to one value."""

    limit: int = 200
    indicator: str
    by: tuple[str, ...] = ()
    where: dict[str, str] = {}  # area=430100, right_type=invention
    period: str | None = None  # 2025, 2025-03, current
    start_period: str | None = None
    end_period: str | None = None
    as_of: str | None = None  # what was published at that instant
    accumulation: Literal["period", "ytd"] = "period"


class ChangeFilter(Filter):
    """Changes of one topic after a sequence."""

    limit: int = 200
    topic: str
    after: int = 0


def listing_filter(pairs: Pairs) -> ListingFilter:
    """``q=质押&area=430100&not.owner_type=individual`` → filter. Raises QueryInvalid."""
    include: dict[str, list[str]] = {}
    exclude: dict[str, list[str]] = {}
    plain: list[tuple[str, str]] = []
    for name, value in pairs:
        facet = name.removeprefix("not.")
        if facet in FACETS and value:
            (exclude if name.startswith("not.") else include).setdefault(facet, []).append(value)
        elif facet not in FACETS:
            plain.append((name, value))
    chosen = [{name: tuple(dict.fromkeys(values)) for name, values in side.items()} for side in (include, exclude)]
    known = {"q", "since", "sort", "limit", "cursor"}
    values = _plain(plain, known, (*FACETS, *(f"not.{name}" for name in FACETS)))
    _check(values, {"since": DAY})
    return _build(ListingFilter, {**values, "include": chosen[0], "exclude": chosen[1]})


def event_filter(kind: str, pairs: Pairs) -> EventFilter:
    values = _plain(pairs, set(EventFilter.model_fields) - {"kind"})
    _check(values, {"updated_since": INSTANT, "since": DAY, "until": DAY})
    return _build(EventFilter, {**values, "kind": kind})


def statistic_filter(indicator: str, dimensions: Iterable[str], pairs: Pairs) -> StatisticFilter:
    """``dimensions``: the ones this indicator has, with ``area``; any of them may be held to a value."""
    dimensions = tuple(dimensions)
    known = set(StatisticFilter.model_fields) - {"indicator", "where"}
    values: dict[str, Any] = _plain([(n, v) for n, v in pairs if n not in dimensions], known, dimensions)
    by = tuple(name for name in str(values.pop("by", "")).split(",") if name)
    wrong = [_unknown("by", name, dimensions) for name in by if name not in dimensions]
    if wrong:
        raise QueryInvalid(wrong)
    _check(values, {"period": PERIOD, "start_period": PERIOD, "end_period": PERIOD, "as_of": INSTANT})
    where = {name: value for name, value in pairs if name in dimensions and value}
    return _build(StatisticFilter, {**values, "indicator": indicator, "by": by, "where": where})


def change_filter(pairs: Pairs) -> ChangeFilter:
    return _build(ChangeFilter, _plain(pairs, {"topic", "after", "limit"}))


def plain_filter(pairs: Pairs) -> Filter:
    return _build(Filter, _plain(pairs, {"limit", "cursor"}))


def _plain(pairs: Pairs, known: set[str], further: Iterable[str] = ()) -> dict[str, str]:
    """Each known name at most once; empty values are left out, as a plain form sends them."""
    wrong = [_unknown(name, name, (*sorted(known), *further)) for name, _ in pairs if name not in known]
    names = [name for name, value in pairs if value]
    wrong += [{"name": n, "message": "given more than once"} for n in dict.fromkeys(names) if names.count(n) > 1]
    if wrong:
        raise QueryInvalid(wrong)
    return {name: value for name, value in pairs if value}


def _unknown(field: str, name: str, known: Iterable[str]) -> dict[str, str]:
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    message = f"unknown: {name[:60]}" + (f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}")
    return {"name": field[:60], "message": message, **({"nearest": near[0]} if near else {})}


def _check(values: Mapping[str, str], patterns: Mapping[str, re.Pattern[str]]) -> None:
    wrong = [
        {"name": name, "message": f"{values[name][:40]!r} does not have the form {pattern.pattern}"}
        for name, pattern in patterns.items()
        if name in values and not pattern.match(values[name])
    ]
    if wrong:
        raise QueryInvalid(wrong)


def _build(model: type[Wanted], values: dict[str, Any]) -> Wanted:
    try:
        return model(**values)
    except ValidationError as error:
        raise QueryInvalid(
            [
                {"name": ".".join(str(part) for part in item["loc"]) or "limit", "message": str(item["msg"])}
                for item in error.errors(include_url=False)
            ]
        ) from None
