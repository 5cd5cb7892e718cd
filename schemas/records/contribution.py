"""Contribution 计入量: what one event adds to one indicator (tongda.contribution)."""

from __future__ import annotations

import hashlib
from typing import Annotated

from msgspec import Meta

from schemas.fields.money import Money
from schemas.records.base import Record

Name = Annotated[str, Meta(min_length=1)]


class Contribution(Record, frozen=True, kw_only=True):
    """Key: ``indicator|distinct|event``. A higher revision of the same event replaces the lower one.

    What no longer counts stays with ``live`` False and no amount, never as a null: the guard by revision would be lost
    with it. What has ended by its own day stays with ``live`` False, its amount and ``until``: it stood from ``occurred_on`` to the
    day before, and counts at the ends of the periods between. ``dimensions`` always has ``area``; several values of one dimension are joined by ``;``.
    """

    indicator: Name
    distinct: Name  # what is counted once: patent and event, contract number, …
    event: Name
    revision: Annotated[int, Meta(ge=1)]
    live: bool
    occurred_on: str | None = None  # RecordedDate; None only for stocks
    until: str | None = None  # RecordedDate, of a stock: the first day on which it is no more; None while it stands
    dimensions: dict[str, str]
    amount: Money | None = None
    amount_missing: bool  # the indicator sums money and this event names none: lowers coverage
    authority: str  # whose amount wins when several events stand behind one distinct key
    received_at: str
    synthetic: bool

    @property
    def key(self) -> str:
        return f"{self.indicator}|{self.distinct}|{self.event}"


def mark(value: bytes, revision: int) -> str:
    """By which an encoded contribution is known again: 64 bits of SHA-256 over it without its revision.

    A revision rises without a change of what is added, too. No text within the JSON can be taken for the field: its
    quotation marks would be escaped.
    """
    return hashlib.sha256(value.replace(b'"revision":%d,' % revision, b'"revision":0,', 1)).hexdigest()[:16]
