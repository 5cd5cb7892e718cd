"""Definition: what the class of a kind must say. One that does not is refused before anything is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

from schemas.errors import Misconfigured
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import FieldRule, Occurrence, Secrecy, rules_of
from schemas.nearest import near, unknown
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
    for rule in (its_words, its_secrecy, its_fields, its_codes, its_attributes, its_methods):
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


def its_codes(kind: Kind) -> Iterator[str]:
    """A field's words are those of its codes, and its value where no source gives one is one of them."""
    try:
        rules, hints = rules_of(kind), get_type_hints(kind)
    except TypeError:
        return  # told by ``its_fields``
    for name, rule in rules.items():
        codes = list(_codes(hints[name]))
        if codes and rule.values:
            yield from (f"{name}: values: {unknown(word, codes, 'code')}" for word in rule.values if word not in codes)
            yield from (f"{name}: values: has no words for {code}" for code in codes if code not in rule.values)
        accepted = codes or list(rule.values)
        if isinstance(rule.otherwise, str) and accepted and rule.otherwise not in accepted:
            yield f"{name}: otherwise: {unknown(rule.otherwise, accepted, 'code')}"


def _codes(hint: Any) -> Iterator[str]:
    """The codes that a type lets through: those of a ``Literal`` anywhere in it."""
    for each in get_args(hint):
        if isinstance(each, str) and get_origin(hint) is Literal:
            yield each
        else:
            yield from _codes(each)


def its_attributes(kind: Kind) -> Iterator[str]:
    """An attribute that the hub does not ask for does nothing; a method of its own may be, unless it is nearly one that is asked for."""
    asked = [name for name in {**Occurrence.__annotations__, **vars(Occurrence)} if not name.startswith("_")]
    methods = [name for name in asked if callable(getattr(Occurrence, name, None))]
    for name, value in vars(kind).items():
        if name.startswith("_") or name in asked or name in kind.__struct_fields__:
            continue
        if not callable(value) and not isinstance(value, (property, classmethod, staticmethod)):
            yield f"{name}: {unknown(name, [each for each in asked if each not in methods], 'attribute of a kind')}"
        elif meant := near(name, methods):
            yield f"{name}: nobody asks for it; did you mean {meant}?"


def its_methods(kind: Kind) -> Iterator[str]:
    """Without a subject it is nobody's, without an identity it is no event."""
    for method, signature in METHODS.items():
        if getattr(kind, method) is getattr(Occurrence, method):
            yield f"{method}: is missing; write {signature}"
