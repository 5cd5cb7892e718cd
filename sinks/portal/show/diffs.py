"""Diffs 变更: what changed from one revision of an event or a listing to the next, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.words import Lang
from sinks.portal.read.answers import Revision
from sinks.portal.show import words
from sinks.portal.show.event_text import disputed

LONGEST = 120  # characters of one value
# What moves with every revision, or stands on the page in a form of its own.
UNTOLD = frozenset(
    {
        "revision", "received_at", "last_seen_at", "sources", "more_sources", "disagreements", "missing", "synthetic",
        "state_event", "merged_into", "subject", "id", "kind", "right_type", "patent_number", "industries_derived",
    }
)  # fmt: skip
CODED = {"legal_status": "legal_status", "state_reason": "state_reason", "deal_forms": "deal_form", "stage": "stage"}
Value = Mapping[str, Any]
Change = tuple[str, str, str]  # term, before, after


@dataclass(frozen=True)
class Diff:
    """One revision: what it changed of the one before."""

    revision: int
    recorded_at: str
    is_first: bool
    is_gone: bool
    changed: tuple[Change, ...]


def diffs(kind: str, found: Iterable[Revision], lang: Lang) -> list[Diff]:
    """The revisions that say something new, oldest first; one that only adds a sighting says how many there are now."""
    told: list[Diff] = []
    before: Value | None = None
    for each in found:
        changed = (
            tuple(_changed(kind, before, each.value, lang)) if before is not None and each.value is not None else ()
        )
        if before is None or each.value is None or changed:
            told.append(Diff(each.revision, each.recorded_at, before is None, each.value is None, changed))
        before = each.value
    return told


def _changed(kind: str, before: Value, after: Value, lang: Lang) -> Iterator[Change]:
    old, new = _flat(before), _flat(after)
    for name in dict.fromkeys((*new, *old)):
        if name not in UNTOLD and old.get(name) != new.get(name):
            shown = [_word(kind, name, each.get(name), lang)[:LONGEST] for each in (old, new)]
            if shown[0] != shown[1]:
                yield _term(kind, name, lang), shown[0], shown[1]
    told = [len(each.get("sources", ())) + int(each.get("more_sources", 0)) for each in (before, after)]
    if told[0] != told[1]:
        yield ("见载" if lang == "zh" else "Sightings"), str(told[0]), str(told[1])


def _flat(value: Value) -> dict[str, Any]:
    """The fields of a record and of its statement, side by side."""
    return {name: said for name, said in value.items() if name != "statement"} | dict(value.get("statement") or {})


def _term(kind: str, name: str, lang: Lang) -> str:
    match name:
        case "state":
            return "状态" if lang == "zh" else "State"
        case "phase":
            return "阶段" if lang == "zh" else "Phase"
        case "encumbrances":
            return "权利负担" if lang == "zh" else "Encumbrances"
        case "occurred_on":
            return "计入日期" if lang == "zh" else "Counts on"
    return words.title_of(kind, name, lang)


def _word(kind: str, name: str, value: Any, lang: Lang) -> str:
    """A value as people read it."""
    if value in (None, "", [], {}):
        return ""
    between = "、" if lang == "zh" else ", "
    if name == "state":
        return words.word("event_state" if value in ("current", "withdrawn", "merged") else "state", value, lang)
    if name == "phase":
        return words.phase_word(kind, value, lang)
    if name == "encumbrances":
        return between.join(words.word("encumbrance", each["type"], lang) for each in value)
    if name == "area":
        return words.word("area", value, lang)
    if name in CODED:
        return between.join(
            words.word(CODED[name], each, lang) for each in (value if isinstance(value, list) else [value])
        )
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return between.join(str(each.get("name", "")) for each in value)
    if isinstance(value, dict) and "name" in value:
        return str(value["name"])
    return disputed(kind, name, value, lang)
