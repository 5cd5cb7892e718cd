"""The model of ``connectors/sources/<id>/source.yml``: how a platform is polled (access) and what its fields mean
(meaning).

Unknown keys are refused, and so are keys that would do nothing where they stand (``schemas.source.checks``); there are
no expressions, templates or conditions: what does not fit is ``connector.py``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from schemas.frozen import Frozen
from schemas.kinds import BY_NAME
from schemas.source.access import Access, Auth, Code, Duration, seconds
from schemas.source.parts import (
    Absence,
    Claims,
    Detail,
    Expect,
    File,
    Html,
    Paging,
    Pointer,
    Request,
    Slice,
)

__all__ = [
    "Absence",
    "Access",
    "Auth",
    "Authority",
    "Claims",
    "Code",
    "Detail",
    "Expect",
    "Feed",
    "File",
    "Html",
    "Paging",
    "Request",
    "Slice",
    "Source",
    "seconds",
]

Authority = Literal[
    "register", "national", "provincial", "exchange", "university", "bank", "centre", "park", "prefecture", "vendor"
]
# A clause of 湘政办发〔2024〕15号, the province's plan: its part, section and item; 2(4)1 is 第二部分（四）1.
Clause = Annotated[str, Field(pattern=r"^[123](\([1-5]\)[1-9]?)?$")]


class Feed(Frozen):
    """One list within a platform, of one kind.

    ``fields`` maps our field to their column. A dotted name says more of a party (``transferor.address``,
    ``owner.credit_code``, ``seller.type``); ``phase`` lets a column choose the phase through ``values``.
    """

    kind: str  # or `announcement`: the text decides kind and phase (docs/domain.md#gazette-texts)
    name: str = ""  # Chinese name of the list
    phase: str = ""
    secrecy: Literal["public", "shared", "internal", "sensitive"] = "public"
    every: Duration | None = None  # overrides access.every
    request: Request | None = None
    paging: Paging = Paging()
    slice: Slice = Slice()
    html: Html | None = None
    file: File | None = None
    detail: Detail | None = None
    records: Pointer = ""  # to the rows; empty: the answer itself is the list
    keyed: str = ""  # the rows are an object: the column that takes the name of each
    key: str | tuple[str, ...] = ()  # JSON Pointer, or column names
    claims: Claims = Claims()
    absence: Absence = Absence()
    volatile: tuple[str, ...] = ()  # columns, or JSON Pointers, whose change is no change of the record
    fields: dict[str, str | tuple[str, ...]] = {}  # ours: theirs (several: the first that has a value)
    text: dict[str, Literal["announcement"]] = {}  # their column that holds announcement text
    constant: dict[str, Any] = {}
    units: dict[str, str] = {}
    split: dict[str, tuple[str, ...]] = {}
    patches: dict[str, dict[str, Any]] = {}
    values: dict[str, dict[str, str]] = {}  # our field: {their word: our enum value}
    drop: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    expect: Expect = Expect()
    definition: int = Field(1, gt=0)  # rises when the meaning half changes

    @field_validator("kind")
    @classmethod
    def known_kind(cls, value: str) -> str:
        if value != "announcement" and value not in BY_NAME:
            raise ValueError(
                f"unknown kind {value!r}; known: announcement, {', '.join(BY_NAME)};"
                " a new one needs its line in KINDS of schemas/kinds/__init__.py"
            )
        return value


class Source(Frozen):
    """One platform. The folder's name is ``id``."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    authority: Authority
    plan: tuple[Clause, ...] = ()  # the clauses that ask for it; none: the hub needs it beside the plan
    synthetic: bool = False  # set by settings when the address is a stand-in's; never in the file
    access: Access
    feeds: dict[str, Feed] = Field(min_length=1)

    def every_seconds(self, feed: str) -> int:
        """Seconds between two polls of a feed."""
        every = self.feeds[feed].every
        return seconds(every) if every else self.access.every_seconds
