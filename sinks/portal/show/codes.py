"""Code lists and definitions of figures as answers: what every code and every figure means, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from schemas.errors import NotFound
from schemas.fields.divisions import divisions
from schemas.figures import BY_ID
from schemas.figures.dimensions import Dimension
from schemas.figures.indicator import Indicator
from schemas.frozen import Frozen
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import rules_of
from schemas.nearest import unknown
from schemas.words import Term
from sinks.portal.secrecy import KEY_HOLDER, shown_kinds
from sinks.portal.show.words import groups

DIVISION = "division"
RECORDED = (  # groups of words whose codes stand in records and answers; the others are of pages alone
    "kind", "area", "industry", "right_type", "party_type", "state", "event_state", "legal_status", "deal_form", "stage",
    "unit", "indicator", "dimension", "topic", "state_reason", "source_reason", "source_state", "target_status", "status",
    "basis", "encumbrance", "missing", "sme",
)  # fmt: skip


class Code(Frozen):
    """One code of a list, with its words; a division has its official Chinese name alone."""

    code: str
    zh: str
    en: str | None = None


class CodeList(Frozen):
    """A list of codes in its order. Codes may be added at any time: take one that you do not know for 其他 (other)."""

    name: str
    codes: tuple[Code, ...]


class Words(Frozen):
    """A term in both languages."""

    zh: str
    en: str


class Read(Frozen):
    """A kind whose events a figure counts, in these phases (states of its listings)."""

    kind: str
    phases: tuple[str, ...]


class Cut(Frozen):
    """A dimension of a figure. ``exclusive``: its cells add up to the total. No codes: an open list."""

    dimension: str
    label: Words
    exclusive: bool
    codes: tuple[Code, ...]


class Definition(Frozen):
    """What a figure counts and how; ``version`` rises whenever that changes, and points carry it as ``def_version``.

    ``counting``: how a key counts behind which several events stand. ``counts_on``: the field with its day; null: the date
    that counts for its kind. ``amount``: the field whose money is summed; null: keys are counted.
    """

    indicator: str
    label: Words
    definition: Words
    unit: str
    subject: str
    version: int
    counting: str
    sums_over_areas: bool
    reads: tuple[Read, ...]
    counts_on: str | None
    amount: str | None
    dimensions: tuple[Cut, ...]
    revision_class: str


@cache
def lists() -> Mapping[str, CodeList]:
    """Every code list by its name: general ones, ``pledge.phase`` for a kind's phases, ``pledge.collateral`` for a field."""
    found: dict[str, Mapping[str, Term]] = {name: groups()[name] for name in RECORDED}
    for name in (*shown_kinds(KEY_HOLDER), *(name for name, kind in BY_NAME.items() if kind.is_listing)):
        found[f"{name}.phase"] = BY_NAME[name].phases
        found |= {f"{name}.{field}": rule.values for field, rule in rules_of(BY_NAME[name]).items() if rule.values}
    named = tuple(Code(code=code, zh=name) for code, name in divisions().items())
    return {DIVISION: CodeList(name=DIVISION, codes=named)} | {
        name: CodeList(name=name, codes=_codes(words)) for name, words in found.items()
    }


def code_list(name: str) -> CodeList:
    """One of them. Raises NotFound."""
    if name not in lists():
        raise NotFound(f"{unknown(name[:60], lists(), 'code list')}")
    return lists()[name]


@cache
def definitions() -> Mapping[str, Definition]:
    """Every figure's definition, in the order of display."""
    return {name: _definition(indicator) for name, indicator in BY_ID.items()}


def definition_of(indicator: str) -> Definition:
    """One of them. Raises NotFound."""
    if indicator not in definitions():
        raise NotFound(f"{unknown(indicator[:60], definitions(), 'figure')}")
    return definitions()[indicator]


def _definition(of: Indicator) -> Definition:
    return Definition(
        indicator=of.id,
        label=_words(of.label),
        definition=_words(of.definition),
        unit=of.unit.value,
        subject=of.subject.id,
        version=of.version,
        counting=of.counting.value,
        sums_over_areas=of.sums_over_areas,
        reads=tuple(Read(kind=kind, phases=phases) for kind, phases in of.phases.items()),
        counts_on=of.day,
        amount=of.amount,
        dimensions=tuple(map(_cut, (of.area, *of.dimensions))),
        revision_class=of.revision_class,
    )


def _cut(dimension: Dimension) -> Cut:
    return Cut(
        dimension=dimension.id,
        label=_words(dimension.label),
        exclusive=dimension.is_exclusive,
        codes=_codes(dimension.values),
    )


def _codes(words: Mapping[str, Term]) -> tuple[Code, ...]:
    return tuple(Code(code=code, zh=term.zh, en=term.en) for code, term in words.items())


def _words(term: Term) -> Words:
    return Words(zh=term.zh, en=term.en)
