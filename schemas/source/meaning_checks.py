"""Meaning checks: fields, words and phases of a definition that its kind does not have, or that are not read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.errors import Reject
from schemas.fields.amount import UNITS
from schemas.kinds import BY_NAME
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import FieldRule, rules_of
from schemas.nearest import unknown
from schemas.source.columns import Column
from schemas.source.complaint import Complaint, Complaints
from schemas.source.model import Access, Feed
from schemas.source.reading import several, top

OF_ANNOUNCEMENTS = ("patents", "announced_on", "title", "code")  # what a text takes from the columns around it
OF_PARTIES = ("address", "credit_code", "type", "region", "trade", "staff", "turnover", "assets", "size_on")
SUMS_OF_PARTIES = ("turnover", "assets")
LISTS = (Reads.PATENTS, Reads.IPC, Reads.INDUSTRIES, Reads.WORDS)
LISTED = ("withdrawn", "left")  # an offer is taken back, or its patent leaves the pool
ABSENCES = {"party-status": ("left",), "evaluation": ("withdrawn",)}  # what an absence can mean, by kind
REGISTERED = ("cancelled", "withdrawn")  # of any other kind: an entry is cancelled, a notice is taken back
SUMS = (Reads.MONEY, Reads.PRICE)


def phase_is_of_the_kind(feed: Feed, access: Access) -> Complaints:
    """A phase, written or translated by ``values``, is one of the kind's; the text of an announcement gives its own."""
    if feed.kind == "announcement":
        if feed.phase:
            yield Complaint(("phase",), "does nothing: the text of an announcement gives its phase")
        return
    phases = BY_NAME[feed.kind].phases
    if not feed.phase and "phase" not in {**feed.fields, **feed.constant}:
        yield Complaint(("phase",), f"{feed.kind} needs a phase; accepted: {', '.join(phases)}")
    for place, phase in [
        (("phase",), feed.phase or None),
        (("constant", "phase"), _translated(feed, "phase", feed.constant.get("phase"))),
        *((("values", "phase", theirs), ours) for theirs, ours in feed.values.get("phase", {}).items()),
    ]:
        if phase is not None and phase not in phases:
            yield Complaint(place, unknown(phase, phases, f"phase of {feed.kind}"))


def fields_are_of_the_kind(feed: Feed, access: Access) -> Complaints:
    """Every field on the left of ``fields`` and ``constant`` is one that the reader knows."""
    rules = _rules(feed)
    for key, given in (("fields", feed.fields), ("constant", feed.constant)):
        for ours in given:
            field, _, part = ours.rpartition(".")
            if not part or not field:
                if ours not in rules and not (ours == "phase" and feed.kind != "announcement"):
                    yield Complaint((key, ours), unknown(ours, rules, f"field of {feed.kind}"))
            elif field not in rules or rules[field].reads is not Reads.PARTIES:
                parties = [name for name, rule in rules.items() if rule.reads is Reads.PARTIES]
                yield Complaint((key, ours), unknown(field, parties, f"party of {feed.kind}"))
            elif part not in OF_PARTIES:
                yield Complaint((key, ours), unknown(part, OF_PARTIES, "part of a party"))
    if feed.text and feed.kind != "announcement":
        yield Complaint(("text",), "does nothing: kind is not announcement")
    if feed.kind == "announcement" and not feed.text:
        yield Complaint(("text",), "kind announcement needs text, the column with the announcement")


def words_are_for_read_fields(feed: Feed, access: Access) -> Complaints:
    """``units``, ``split``, ``values``, ``patches`` and ``expect`` name fields that are read, each of a fitting type."""
    rules, given = _rules(feed), {**feed.fields, **feed.constant}
    sums = [name for name in given if _reads(rules, name) in SUMS]
    sums_of_parties = [name for name in given if name.rpartition(".")[2] in SUMS_OF_PARTIES]
    lists = [name for name in given if _reads(rules, name) in LISTS]
    worded = [name for name in given if name == "phase" or _reads(rules, name) in (Reads.TEXT, Reads.WORDS)]
    for place, names, known, what in (
        (("units",), feed.units, sums + sums_of_parties, "field of this feed with an amount"),
        (("split",), feed.split, lists, "field of this feed with a list"),
        (("values",), feed.values, worded, "field of this feed with words"),
        (("patches",), feed.patches, list(feed.fields), "field of this feed"),
        (("expect", "fill"), feed.expect.fill, list(given), "field of this feed"),
        (("expect", "median"), feed.expect.median, sums, "field of this feed with an amount"),
    ):
        for name in names:
            if name not in known:
                yield Complaint((*place, name), unknown(name, known, what))
    for name, unit in feed.units.items():
        if unit not in UNITS:
            yield Complaint(("units", name), unknown(unit, UNITS, "unit"))
    for name, words in feed.values.items():
        codes = rules[name].values if name in rules else {}
        for theirs, ours in words.items():
            if codes and ours not in codes:
                yield Complaint(("values", name, theirs), unknown(ours, codes, f"code of {name}"))


def given_values_can_be_read(feed: Feed, access: Access) -> Complaints:
    """A value that the definition itself gives, in ``constant`` or ``patches``, is one that its field can have."""
    rules = _rules(feed)
    given: list[tuple[tuple[str, ...], str, Any]] = [
        (("constant", ours), ours, value) for ours, value in feed.constant.items()
    ]
    for ours, patched in feed.patches.items():
        given += [(("patches", ours, theirs), ours, value) for theirs, value in patched.items()]
    for place, ours, value in given:
        if value is None or ours not in rules:
            continue
        word, codes = _translated(feed, ours, value), rules[ours].values
        if codes and rules[ours].reads is Reads.TEXT and isinstance(word, str):
            if word not in codes:
                yield Complaint(place, unknown(word, codes, f"code of {ours}"))
            continue
        try:
            Column.of(feed, rules[ours]).read(value)
        except Reject as error:
            yield Complaint(place, error.message)


def named_columns_are_known(feed: Feed, access: Access) -> Complaints:
    """``claims.filter`` and ``file.fill_down`` name columns that the feed reads, drops or ignores; another one does nothing."""
    key = (feed.key,) if isinstance(feed.key, str) else feed.key
    theirs = [name for names in feed.fields.values() for name in several(names)]
    cells = feed.html.cells if feed.html else ()
    known = sorted(
        {top(name) for name in (*theirs, *key, *feed.text, *feed.drop, *feed.ignore, *feed.volatile, *cells)}
    )
    if feed.claims.filter and top(feed.claims.filter) not in known:
        yield Complaint(("claims", "filter"), unknown(feed.claims.filter, known, "column of this feed"))
    for number, column in enumerate(feed.file.fill_down if feed.file else ()):
        if column not in known:
            yield Complaint(("file", "fill_down", str(number)), unknown(column, known, "column of this feed"))


def columns_are_read_or_not(feed: Feed, access: Access) -> Complaints:
    """A column that is dropped or ignored is not read as well."""
    read = {
        name: ours for ours, names in feed.fields.items() for name in ([names] if isinstance(names, str) else names)
    }
    for key, columns in (("drop", feed.drop), ("ignore", feed.ignore)):
        for column in columns:
            if column in read:
                yield Complaint((key, column), f"is read as {read[column]}")


def absence_fits_the_kind(feed: Feed, access: Access) -> Complaints:
    """What is offered or judged is withdrawn, what a register holds is cancelled, who stands on a list has left it."""
    means = feed.absence.means
    if means == "nothing" or feed.kind == "announcement":
        return
    kind = BY_NAME[feed.kind]
    accepted = LISTED if kind.is_listing else ABSENCES.get(kind.name, REGISTERED)
    if means not in accepted:
        told = ", ".join(("nothing", *accepted))
        yield Complaint(("absence", "means"), f"{means!r} is not said of a {kind.name}; accepted: {told}")


def _translated(feed: Feed, ours: str, value: Any) -> Any:
    """A value as ``values`` translates it."""
    return feed.values.get(ours, {}).get(str(value), value)


def _rules(feed: Feed) -> Mapping[str, FieldRule]:
    if feed.kind != "announcement":
        return rules_of(BY_NAME[feed.kind])
    rules = rules_of(BY_NAME["legal-status"])
    return {name: rules[name] for name in OF_ANNOUNCEMENTS if name in rules}


def _reads(rules: Mapping[str, FieldRule], name: str) -> Reads | None:
    return rules[name].reads if name in rules else None
