"""Secrecy: who may read what. Pages, API, change feed and live stream ask here and nowhere else.

A record has the class of its topic, an event also that of its kind, and each field of it one of its own (``says``). A reader
without a key reads what is public, one with a key also what is shared; what is narrower leaves by no door of the portal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal

from msgspec.structs import replace

from schemas import topics
from schemas.figures import BY_ID
from schemas.figures.disclosure import WITHHELD
from schemas.figures.units import is_money
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import NARROWNESS, Secrecy, rules_of
from schemas.records.contribution import Contribution
from schemas.records.evidence import Evidence, public_address
from schemas.topics import Topic

Reader = Literal["public", "shared"]  # the narrowest class that this reader may read
SUMS: Secrecy = "shared"  # of money, as they stand; everybody has them in vintages (sinks.figures.vintages)
PUBLIC: Reader = "public"  # everybody: pages, and the API without a key
KEY_HOLDER: Reader = "shared"


def shows(secrecy: Secrecy, reader: Reader) -> bool:
    """Whether this reader may read what is of this class. Everything below asks this."""
    return NARROWNESS[secrecy] <= NARROWNESS[reader]


def shows_kind(name: str, reader: Reader) -> bool:
    """Whether this reader may read records of a kind; one that this release does not know is shown to nobody."""
    return name in BY_NAME and shows(BY_NAME[name].secrecy, reader)


def shows_event(id: str, reader: Reader) -> bool:
    """Whether this reader may read the event with this id (``transfer:3f2a…``)."""
    return shows_kind(kind_of(id), reader)


shows_listing = shows_event  # a listing's id begins with its kind too


def shows_figure(unit: str, reader: Reader) -> bool:
    """Whether this reader may read figures in this unit as they stand."""
    return not is_money(unit) or shows(SUMS, reader)


def shows_topic(topic: Topic, reader: Reader) -> bool:
    """Whether this reader may follow its changes: it is versioned, and of a class that may be read."""
    return topic.is_public and shows(topic.secrecy, reader)


def shown_kinds(reader: Reader) -> tuple[str, ...]:
    """The kinds of events that this reader may read, in the order of ``KINDS``."""
    return tuple(name for name, kind in BY_NAME.items() if not kind.is_listing and shows(kind.secrecy, reader))


def shown_topics(reader: Reader) -> tuple[Topic, ...]:
    """The topics that this reader may follow, in the order of the table."""
    return tuple(topic for topic in topics.TOPICS if shows_topic(topic, reader))


@cache
def withheld_fields(kind: str, reader: Reader) -> tuple[str, ...]:
    """The fields of a kind that this reader may not read, in the order of the class."""
    return tuple(name for name, rule in rules_of(BY_NAME[kind]).items() if not shows(rule.secrecy, reader))


def as_shown(value: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """A stored event, listing, point or status as this reader may read it.

    Fields that must not be read are left out of a statement, with what sources say of them; so is a field that this
    release does not know, whose class it does not know either. A file of this machine behind a record has no address. A
    point of money has no value.
    """
    public = dict(value)
    if sources := value.get("sources"):
        public["sources"] = [{**each, "url": _address(each)} for each in sources]
    if "indicator" in value and not shows_figure(value["unit"], reader):
        public |= {"value": "", "status": WITHHELD}
    statement = value.get("statement")
    if not isinstance(statement, Mapping):
        return public
    rules = rules_of(BY_NAME[value["kind"]])
    shown = {name for name, rule in rules.items() if shows(rule.secrecy, reader)}
    return {
        **public,
        "statement": {name: said for name, said in statement.items() if name in shown},
        "disagreements": [each for each in value.get("disagreements", ()) if each["field"].split(".")[0] in shown],
    }


def _address(source: Mapping[str, Any]) -> str:
    """What an earlier release published may name a file of this machine; the stages do so no more."""
    evidence = source.get("evidence")
    return public_address(source["url"], Evidence(**evidence) if evidence else None)


def shows_contribution(indicator: str, event: str, held: Iterable[str], reader: Reader) -> bool:
    """Whether this reader may read that this event counts in the figure, and with how much.

    ``held``: the dimensions by whose values the cell was asked for, which would tell those of the event.
    """
    if indicator not in BY_ID or kind_of(event) not in BY_NAME:
        return False
    return shows(BY_ID[indicator].secrecy_of(BY_NAME[kind_of(event)], held), reader)


def contribution_as_shown(found: Contribution, reader: Reader) -> Contribution:
    """Without the dimensions whose value for a single event this reader may not read."""
    withheld = {each.id for each in BY_ID[found.indicator].dimensions if not shows(each.secrecy, reader)}
    if withheld.isdisjoint(found.dimensions):
        return found
    return replace(found, dimensions={name: each for name, each in found.dimensions.items() if name not in withheld})


def kind_of(id: str) -> str:
    """The kind that the id of an event or listing begins with."""
    return id.split(":", 1)[0]
