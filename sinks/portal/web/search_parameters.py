"""Parameters of a search in the listings: words, order, and two for each facet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import Field, create_model, field_validator
from pydantic_core.core_schema import ValidationInfo

from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read.filters import GoneFilter
from sinks.portal.search.facets import FACETS, Facet
from sinks.portal.search.filter import Chosen, ListingFilter, Sort
from sinks.portal.web.fields import Day, Instant, PageParameters, Text, said
from sinks.portal.web.parameters import ANY, DELETED_SINCE, gone

MOST_VALUES = 50  # of one facet
MOST_IN_ALL = 100  # values of all facets: a page has a link for each, and each link names all of them


class SearchParameters(PageParameters):
    """A search, without its facets."""

    q: Annotated[
        Text,
        said(
            "关键词、任意写法的专利号；-词 排除",
            "words; a patent number in any form; -word excludes",
            "传感器",
        ),
    ] = ""
    since: Annotated[Day | None, said("发布日期不早于", "posted on or after", "2025-03-01")] = None
    sort: Annotated[Sort, said("排序", "order")] = "relevance"

    @field_validator(*FACETS, *(f"not_{name}" for name in FACETS), mode="after", check_fields=False)
    @classmethod
    def _known(cls, values: tuple[str, ...], field: ValidationInfo) -> tuple[str, ...]:
        facet = FACETS[str(field.field_name).removeprefix("not_")]
        if facet.name == "state" and ANY in values:
            return facet.codes
        wrong = next((value for value in values if not facet.accepts(value)), None)
        if wrong is not None:
            raise ValueError(f"{wrong[:60]!r} is no value of {facet.name}; accepted: {facet.accepted}")
        return tuple(dict.fromkeys(values))

    def filter(self, **fixed: str) -> ListingFilter:
        """The search as the index answers it; ``fixed``: facets that the path decides. Raises QueryInvalid for too many values."""
        if (
            values := sum(len(each) for prefix in ("", "not_") for each in self._chosen(prefix).values())
        ) > MOST_IN_ALL:
            message = f"{values} values of facets are chosen; accepted: {MOST_IN_ALL} in all · 选了 {values} 个筛选值，最多 {MOST_IN_ALL} 个"
            raise QueryInvalid([FieldError(name="facets", message=message)])
        return ListingFilter(
            q=self.q,
            include=self._chosen("") | {name: (value,) for name, value in fixed.items()},
            exclude=self._chosen("not_"),
            since=self.since,
            sort=self.sort,
            limit=self.limit,
            cursor=self.cursor,
        )

    def _chosen(self, prefix: str) -> Chosen:
        chosen = {name: getattr(self, prefix + name, ()) for name in FACETS}
        return {name: values for name, values in chosen.items() if values}


class ListParameters(SearchParameters):
    """A search by the API, or with ``deleted_since`` what went away."""

    deleted_since: Annotated[Instant | None, DELETED_SINCE] = None

    def gone(self, kinds: tuple[str, ...]) -> GoneFilter | None:
        """What went away, if that is the question."""
        return gone(self, self.deleted_since, "listing", kinds)


def facets(*without: str) -> dict[str, Any]:
    """Two fields a facet: values to include, and under ``not.…`` values to exclude."""
    fields: dict[str, Any] = {}
    for facet in FACETS.values():
        if facet.name not in without:
            fields[facet.name] = (tuple[str, ...], _of_facet(facet, facet.name, "可重复，任一即可", "repeat for OR"))
            fields[f"not_{facet.name}"] = (tuple[str, ...], _of_facet(facet, f"not.{facet.name}", "排除", "excludes"))
    return fields


def _of_facet(facet: Facet, alias: str, zh: str, en: str) -> Any:
    further = [ANY] if alias == "state" else []
    values: dict[str, Any] = (
        {"enum": [*facet.codes, *further]}
        if facet.codes
        else {"pattern": f"^({facet.pattern}|unknown)$", "maxLength": 60}
    )
    return Field(
        default=(),
        alias=alias,
        max_length=MOST_VALUES,
        description=f"{facet.label.zh}；{zh} · {facet.label.en}; {en}",
        examples=[[facet.example]] if facet.example else None,
        json_schema_extra={"items": {"type": "string", **values}},
    )


if TYPE_CHECKING:  # a type checker does not follow models that are made of a table
    ListingPageParameters: TypeAlias = SearchParameters
    ListingParameters: TypeAlias = ListParameters
    OneKindParameters: TypeAlias = ListParameters
else:
    ListingPageParameters = create_model("ListingPageParameters", __base__=SearchParameters, **facets())
    ListingParameters = create_model("ListingParameters", __base__=ListParameters, **facets())
    OneKindParameters = create_model("OneKindParameters", __base__=ListParameters, **facets("kind"))
