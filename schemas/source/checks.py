"""Checks: what a definition may not say although each of its values is of the right shape. Pure.

A key that would do nothing where it stands is refused like a misspelt one: whoever wrote it expects an effect. Each rule
is a small generator of complaints; all of them are applied, so that one load names every mistake.
"""

from __future__ import annotations

from collections.abc import Callable

from schemas.source import access_checks as polled
from schemas.source import meaning_checks as meant
from schemas.source import secret_checks as secret
from schemas.source.complaint import Complaint, Complaints
from schemas.source.model import Access, Feed, Source

Rule = Callable[[Feed, Access], Complaints]

RULES: tuple[Rule, ...] = (
    polled.rows_come_from_somewhere,
    polled.pages_are_readable,
    polled.notices_hold_rows_once,
    polled.requests_are_whole,
    polled.paging_is_whole,
    polled.slices_have_days,
    polled.files_are_of_their_format,
    polled.absence_is_shown,
    secret.requests_hold_no_secret,
    meant.phase_is_of_the_kind,
    meant.absence_fits_the_kind,
    meant.fields_are_of_the_kind,
    meant.words_are_for_read_fields,
    meant.given_values_can_be_read,
    meant.named_columns_are_known,
    meant.columns_are_read_or_not,
)


def complaints(source: Source) -> Complaints:
    """Everything that is wrong with a definition."""
    yield from polled.access_is_of_its_style(source.access)
    yield from secret.address_names_nobody(source.access)
    for name, feed in source.feeds.items():
        for rule in RULES:
            for place, message in rule(feed, source.access):
                yield Complaint(("feeds", name, *place), message)
