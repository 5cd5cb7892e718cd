"""Words 文字: what people read for a code, in Chinese (first) and English.

Words of kinds, their phases, fields and values come from ``schemas.kinds``, those of figures from ``schemas.figures``;
words.csv has only the portal's own. A page's sentences stand in its template, both languages side by side. An unknown
code is shown as 其他 with the code behind it, never hidden: topics may bring new values later.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from schemas import codes
from schemas.fields.industry import INDUSTRIES
from schemas.fields.place import name_of
from schemas.figures import BY_ID, INDICATORS, SUBJECTS, values
from schemas.figures.dimensions import AREA, Dimension
from schemas.figures.units import Unit
from schemas.kinds import BY_NAME
from schemas.kinds.legal_status import ENDED, REACHED, LegalStatus
from schemas.kinds.occurrence import FieldRule, Occurrence, rules_of
from schemas.kinds.offering import DEAL_FORMS, OFFER_PHASES, STAGES
from schemas.words import Lang, Term
from sinks.portal.search.facets import FACETS

UNKNOWN = "unknown"
NUMBERED = re.compile(r"([a-z_]+)_(\d+)")  # status_418 has the words of status_N, with the number in them
ROWS = (*values.PREFECTURES, values.OTHER, values.PROVINCE)  # the row order of every table the bureau prints
DIMENSIONS: Mapping[str, Dimension] = {AREA.id: AREA} | {
    dimension.id: dimension for indicator in INDICATORS for dimension in indicator.dimensions
}
STATUSES = ENDED | REACHED | {"preserved"}  # phases that a right can be in
ASPECTS = {
    "industry": "industry",
    "nearness": "area",
    "deal_form": "deal_form",
    "encumbrance": "encumbrance",
}  # of a match
Words = Mapping[str, Term]


@cache
def own() -> Mapping[str, Words]:
    """The portal's own words: group → code → term, in the order of the file."""
    groups: dict[str, dict[str, Term]] = {}
    with (Path(__file__).parent / "words.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            groups.setdefault(row["group"], {})[row["code"]] = Term(row["zh"], row["en"])
    return groups


@cache
def groups() -> Mapping[str, Words]:
    """Every group of codes with its words: those that the schemas own, completed by the portal's own."""
    unknown = {UNKNOWN: values.UNKNOWN}
    owned: dict[str, Words] = {
        "kind": {name: kind.label for name, kind in BY_NAME.items()} | unknown,
        "area": values.AREAS | unknown,
        "industry": {**values.INDUSTRY_VALUES, **unknown},
        "right_type": values.RIGHT_TYPES | unknown,
        "party_type": values.PARTY_TYPES,
        "state": OFFER_PHASES,
        "legal_status": {name: word for name, word in LegalStatus.phases.items() if name in STATUSES},
        "deal_form": DEAL_FORMS,
        "stage": STAGES,
        "unit": {unit.value: unit.label for unit in Unit},
        "indicator": {name: indicator.label for name, indicator in BY_ID.items()},
        "subject": {subject.id: subject.label for subject in SUBJECTS},
        "dimension": {name: dimension.label for name, dimension in DIMENSIONS.items()},
        "facet": {name: facet.label for name, facet in FACETS.items()},
        "topic": {f"tongda.{name}.v1": kind.label for name, kind in BY_NAME.items()},
        "state_reason": conclusions(),
        "source_reason": own()["reason"],  # a page that is refused whole is the reason of its feed
    }
    return {name: {**owned.get(name, {}), **own().get(name, {})} for name in (*owned, *own())}


def conclusions() -> Words:
    """Why an offer is over: an event of this kind, in this phase, concerns its patent (``streams.dossier.history``)."""
    return {
        f"{name}_{phase}": Term(
            f"同一专利的{kind.label.zh}{word.zh}", f"{kind.label.en} of the patent: {word.en.lower()}"
        )
        for name, kind in BY_NAME.items()
        for phase, word in kind.phases.items()
        if kind.effect is not Occurrence.effect
    }


def word(group: str, code: str | None, lang: Lang = "zh") -> str:
    """What people read for a code. Raises KeyError for an unknown group: that is a slip in a template."""
    known = groups()[group].get(code or UNKNOWN)
    if known:
        return known(lang)
    if numbered := NUMBERED.fullmatch(code or ""):
        family = groups()[group].get(f"{numbered[1]}_N")
        if family:
            return family(lang).format(numbered[2])
    return place(code, lang) if group == "area" else other(code, lang)


def place(code: str | None, lang: Lang) -> str:
    """The official name of any division, or what stands for an unknown one."""
    return (name_of(code) if code else None) or other(code, lang)


def other(code: str | None, lang: Lang) -> str:
    """What stands for a code without words."""
    if not code:
        return values.UNKNOWN(lang)
    return f"Other ({code})" if lang == "en" else f"其他（{code}）"


def figure_word(indicator: str, label: str, lang: Lang = "zh") -> str:
    """What people read for a figure: its words, else the label that its points carry."""
    return BY_ID[indicator].label(lang) if indicator in BY_ID else label


def definition(indicator: str, lang: Lang = "zh") -> str:
    """What counts in a figure and what does not; empty for one that this release does not know."""
    return BY_ID[indicator].definition(lang) if indicator in BY_ID else ""


def phase_word(kind: str, phase: str, lang: Lang = "zh") -> str:
    """What people read for a phase of a kind."""
    known = BY_NAME[kind].phases.get(phase) if kind in BY_NAME else None
    return known(lang) if known else other(phase, lang)


def dimension_word(dimension: str, value: str, lang: Lang = "zh") -> str:
    """What people read for a value of a dimension; a value of an open list is its own word."""
    if dimension == AREA.id:
        return word("area", value, lang)
    known = DIMENSIONS[dimension].values if dimension in DIMENSIONS else {}
    if not known:
        return word("state", value, lang) if dimension == "state" else value
    return known[value](lang) if value in known else other(value, lang)


def rule(kind: str, field: str) -> FieldRule | None:
    """What a kind says of one of its fields."""
    return rules_of(BY_NAME[kind]).get(field) if kind in BY_NAME else None


def title_of(kind: str, field: str, lang: Lang = "zh") -> str:
    """The official term of a kind's field, or of a field that only its listing has."""
    known = rule(kind, field)
    label = known.label if known else own()["field"].get(field)
    return label(lang) if label else field.replace("_", " ").capitalize()


def term(kind: str, fields: tuple[str, ...], lang: Lang = "zh") -> str:
    """The term of the first of these fields that the kind has; empty when it has none."""
    return next((found.label(lang) for field in fields if (found := rule(kind, field))), "")


@cache
def ipc_classes() -> Words:
    """The classes of the IPC, in few words (the titles of the edition of 2024, shortened)."""
    return {row["code"]: Term(row["zh"], row["en"]) for row in codes.rows("ipc_classes")}


def class_word(symbol: str, lang: Lang = "zh") -> str:
    """What the class of an IPC symbol is about; empty for one that has no words (Locarno, 99)."""
    known = ipc_classes().get(symbol[:3])
    return known(lang) if known else ""


def reason_value(aspect: str, value: str, lang: Lang = "zh") -> str:
    """A value in which a need and an offer agree or do not: a code's word, a class with what it is about, or words as they are."""
    if aspect == "ipc":
        return " ".join(filter(None, (value, class_word(value, lang))))
    return word(ASPECTS[aspect], value, lang) if aspect in ASPECTS else value


def industries() -> tuple[str, ...]:
    """The sixteen industries of the 4×4 system, in its order."""
    return tuple(INDUSTRIES)
