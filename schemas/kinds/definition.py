"""Definition: what the class of a kind must say. One that does not is refused before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from schemas.errors import Misconfigured
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import FieldRule, Occurrence, Secrecy, rules_of
from schemas.nearest import unknown
from schemas.words import Term

Kind = type[Occurrence]

NAME = re.compile(r"[a-z][a-z-]*(?<!-)")
PHASES = 'phases = {"recorded": Term("已登记", "Recorded")}, in their order'
METHODS = {
    "subjects": "def subjects(self) -> tuple[str, ...]",
    "identity": "def identity(self, subject: str, phase: str) -> Identity",
}


def by_name(kinds: Iterable[Kind]) -> dict[str, Kind]:
    """The kinds by their names on the wire. Raises Misconfigured T3014, with all that is wrong in the first bad one."""
    found: dict[str, Kind] = {}
    for kind in kinds:
        wrong = list(complaints(kind))
        if not wrong and kind.name in found:
            wrong = [f"name: {kind.name!r} is the name of {found[kind.name].__name__}; write another one"]
        if wrong:
            raise Misconfigured(
                "; ".join(f"kind {kind.__name__}: {each}" for each in wrong) + f" · 类别 {kind.__name__} 的定义有误",
                code="T3014",
                next_step=f"correct {kind.__module__.replace('.', '/')}.py",
            )
        found[kind.name] = kind
    return found


def complaints(kind: Kind) -> Iterator[str]:
    """All that is wrong with one class: the attribute, and what to write."""
    for rule in (its_words, its_secrecy, its_fields, its_methods):
        yield from rule(kind)


def its_words(kind: Kind) -> Iterator[str]:
    """Name, label and phases, in both languages."""
    name = getattr(kind, "name", None)
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        yield f"name: {name!r} is no name on the wire; write small letters and hyphens, as gift"
    if not isinstance(getattr(kind, "label", None), Term):
        yield 'label: is missing; write label = Term("中文", "English")'
    phases = getattr(kind, "phases", None)
    if not (isinstance(phases, Mapping) and phases and all(isinstance(term, Term) for term in phases.values())):
        yield f"phases: is missing; write {PHASES}"


def its_secrecy(kind: Kind) -> Iterator[str]:
    """A word that is not known would keep nobody out."""
    if kind.secrecy not in get_args(Secrecy):
        yield f"secrecy: {kind.secrecy!r} is none of {', '.join(get_args(Secrecy))}"


def its_fields(kind: Kind) -> Iterator[str]:
    """Every field has its terms; roles name fields with parties, days fields with a day."""
    try:
        rules = rules_of(kind)
    except TypeError as error:
        yield str(error)
        return
    for attribute in ("giver", "taker"):
        yield from _names(kind, attribute, rules, Reads.PARTIES, "field with parties")
    for attribute in ("counts_on", "stated_on", "named_on"):
        yield from _names(kind, attribute, rules, Reads.DAY, "field with a day")


def _names(kind: Kind, attribute: str, rules: Mapping[str, FieldRule], reads: Reads, what: str) -> Iterator[str]:
    """The fields that an attribute names are of the kind, and read as they must be."""
    named = getattr(kind, attribute)
    if attribute in ("stated_on", "named_on") and isinstance(named, str):
        yield f'{attribute}: {named!r} is one text; write {attribute} = ("{named}",)'
        return
    fitting = [name for name, rule in rules.items() if rule.reads is reads]
    for name in (named,) if isinstance(named, str) else named or ():
        if name not in fitting:
            yield f"{attribute}: {unknown(name, fitting, what)}"


def its_methods(kind: Kind) -> Iterator[str]:
    """Without a subject it is nobody's, without an identity it is no event."""
    for method, signature in METHODS.items():
        if getattr(kind, method) is getattr(Occurrence, method):
            yield f"{method}: is missing; write {signature}"
