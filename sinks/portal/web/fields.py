"""Fields of parameters: types with bounds, and words in both languages; OpenAPI is made of them.

A wrong name or value is refused with its field and the nearest known name, never ignored. An empty value counts as not
given, as a plain form sends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from schemas.errors import Reject
from schemas.fields.divisions import divisions
from schemas.fields.instant import a_day, an_instant
from schemas.fields.patent_number import read_patent_number
from schemas.figures.values import AREAS, OTHER
from schemas.records.point import MONTH, PERIOD, YEAR
from schemas.subjects import CLASSES, patent_subject
from sinks.portal.read.filters import Paged
from sinks.portal.secrecy import KEY_HOLDER, shown_kinds

PLAIN = r"^[^\x00-\x1f\x7f-\x9f]+$"  # no control characters: PostgreSQL refuses some of them
MOST_SEQUENCE = 2**63 - 1
MOST_EVENT_ID = 60  # of an event of a stream, epoch-sequence


def a_subject(text: str) -> str:
    """``patent:202110123456.7`` as it is; a patent number in any accepted spelling as its subject. Raises ValueError."""
    of, _, name = text.partition(":")
    if of in CLASSES and name:
        return text
    try:
        return patent_subject(read_patent_number(text).number)
    except Reject as error:
        raise ValueError(
            f"{text[:40]!r} is no subject: {error.message}; or {', '.join(each + ':…' for each in CLASSES)}"
        ) from None


def a_division(code: str) -> str:
    """``430100``, a division in force, or OTHER. Raises ValueError."""
    if code != OTHER and code not in divisions():
        raise ValueError(
            f"{code[:40]!r} is no division in force; accepted: {', '.join(AREAS)}, a county of Hunan (430104), "
            "a division of another province (440300)"
        )
    return code


Name = Annotated[str, Path(max_length=200, pattern=PLAIN, description="编号或名称 · an id or a name")]
Kind = Annotated[
    str,
    Path(
        max_length=40,
        pattern=PLAIN,
        description="类别 · the kind of event",
        json_schema_extra={"enum": [*shown_kinds(KEY_HOLDER)]},
    ),
]
Text = Annotated[str, Field(max_length=200, pattern=PLAIN)]
Subject = Annotated[Text, AfterValidator(a_subject)]
Code = Annotated[str, Field(max_length=60, pattern=PLAIN)]
Division = Annotated[str, Field(json_schema_extra={"pattern": r"^(\d{6}|OTHER)$"}), AfterValidator(a_division)]
OrganisationId = Annotated[
    str, Field(pattern=r"^(org:)?[0-9a-f]{20}$"), AfterValidator(lambda given: f"org:{given.removeprefix('org:')}")
]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}), AfterValidator(a_day)]
Instant = Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"}), AfterValidator(an_instant)]
Period = Annotated[str, Field(pattern=f"^{PERIOD}$")]
Bound = Annotated[str, Field(pattern=f"^({MONTH}|{YEAR})$")]
Cursor = Annotated[str, Field(max_length=1000, pattern=r"^[A-Za-z0-9_-]+$")]
Limit = Annotated[int, Field(ge=1, le=200)]


def said(zh: str, en: str, example: str | list[str] = "") -> Any:
    """A parameter's description in both languages, and an example."""
    return Field(description=f"{zh} · {en}", examples=[example] if example else None)


@dataclass(frozen=True)
class OneOf:
    """Of a closed list of codes: ``Annotated[str, OneOf(codes)]``."""

    codes: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.codes))


class Parameters(BaseModel):
    """The base of every address's parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        kept = {name: _without_empty(value) for name, value in given.items()}
        return {name: value for name, value in kept.items() if value not in ("", [], None)}


def _without_empty(value: Any) -> Any:
    return [each for each in value if each != ""] if isinstance(value, list | tuple) else value


class PageParameters(Parameters):
    """Any list."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 50
    cursor: Annotated[Cursor | None, said("上一页的 next", "next of the page before")] = None

    def page(self) -> Paged:
        return Paged(limit=self.limit, cursor=self.cursor)


class WholeParameters(PageParameters):
    """A list that is short enough to come in one page."""

    limit: Annotated[Limit, said("每页条数", "how many items at most")] = 200
