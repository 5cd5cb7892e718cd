"""Announcement 公告: one gazette text read with all its fields, in whatever wrapper it came (docs/domain.md#gazette-texts)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from schemas.errors import Reject
from schemas.fields.date import read_date
from schemas.fields.names import has_cjk
from schemas.gazette.contents import Right, read_contents
from schemas.gazette.grammar import Coded, Pairs, meaning_of, of_code, read_pairs
from schemas.gazette.holders import Form
from schemas.gazette.labels import details_of, patents_of, read_labels
from schemas.gazette.phase import phase_of
from schemas.gazette.wrapper import Wrapped, split_wrapper, unwrap

__all__ = ["Announcement", "Wrapped", "read_announcement", "split_wrapper"]


class Announcement(msgspec.Struct, frozen=True):
    """The fields of one announcement. Party names are raw: ``read_party`` masks persons before anything leaves.

    ``kind`` is one of schemas.kinds or ``ignored`` (deliveries and other matters: counted, no statement).
    """

    kind: str
    phase: str
    title: str
    pairs: Pairs
    code: str | None = None
    patents: tuple[str, ...] = ()
    announced_on: str | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    form: Form | None = None
    right: Right = "patent_right"
    related_party: bool = False
    givers: tuple[str, ...] = ()
    takers: tuple[str, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()
    effective_on: str | None = None
    recorded_on: str | None = None
    registered_on: str | None = None
    released_on: str | None = None
    changed_on: str | None = None
    declared_on: str | None = None
    withdrawn_on: str | None = None
    filed_on: str | None = None
    published_on: str | None = None
    granted_on: str | None = None
    ended_on: str | None = None
    expires_on: str | None = None
    recordal_number: str | None = None
    registration_number: str | None = None
    licence_kind: str = "unknown"
    fee: str | None = None
    term: str | None = None
    ipc: tuple[str, ...] = ()
    invention: str | None = None
    renamed_from: tuple[str, ...] = ()
    renamed_to: tuple[str, ...] = ()
    details: dict[str, str] = {}
    warnings: tuple[str, ...] = ()


def read_announcement(
    text: str | Wrapped,
    *,
    announced_on: str | None = None,
    title: str | None = None,
    patent: str | None = None,
    code: str | None = None,
) -> Announcement:
    """Read one announcement, wrapped or bare. What the text and its wrapper state goes before ``title`` and
    ``announced_on`` of the table around it; ``code`` decides only where no title stands, and is kept beside one that says
    otherwise.

    Raises ``Reject``: gazette_title_unknown, gazette_phase_unknown, holders_missing, holder_groups_unequal,
    label_in_value, transfer_right_unknown, invalidation_unread, patent_number_conflict, and the reasons of dates and
    patent numbers. A text that leaves kind, phase or parties open is refused.
    """
    wrapped = text if isinstance(text, Wrapped) else unwrap(text)
    inner, pairs = read_pairs(wrapped.text)
    named, meaning = entitled((inner, wrapped.title, title), (code, wrapped.code), pairs)
    fields, warnings = read_labels(pairs)
    around = wrapped.announced_on or (read_date(announced_on) if announced_on else None)
    fields["announced_on"] = around or fields.get("announced_on")
    patents = patents_of(pairs, patent)
    fields |= {"kind": meaning.kind, "phase": phase_of(meaning, named, pairs)}
    fields |= read_contents(meaning.kind, pairs, named, fields["phase"])
    if fields["kind"] == "licence" and "registration_number" in fields:  # changes name the recordal by 登记号
        fields.setdefault("recordal_number", fields.pop("registration_number"))
    if fields["kind"] == "pledge":  # 登记生效日 of a pledge is the day of its registration (专利权质押登记办法)
        fields["registered_on"] = fields.pop("effective_on", None) or fields.get("recorded_on")
    return Announcement(
        title=named,
        pairs=pairs,
        code=code or wrapped.code,
        patents=patents,
        details=details_of(pairs),
        warnings=warnings,
        **fields,
    )


def entitled(titles: Iterable[str | None], beside: Iterable[str | None], pairs: Pairs) -> Coded:
    """The first title with a known meaning; where there is none (a foreign index has English words), the code."""
    given = [one for one in titles if one]
    for title in given:
        if meaning := meaning_of(title):
            return Coded(title, meaning)
    coded = next((found for one in (*beside, *given) if one and (found := of_code(one))), None)
    if coded is None or any(has_cjk(title) for title in given):
        raise Reject("gazette_title_unknown", f"{(given or [''])[0][:60]!r} is not a title of the gazette")
    if coded.meaning.phase in ("", "preservation?") and not pairs:
        raise Reject("gazette_phase_unknown", f"{coded.title} has several phases, and no text tells which")
    return coded
