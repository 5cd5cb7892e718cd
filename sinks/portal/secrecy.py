"""Secrecy: whether a record may be shown. Pages, API, change feed and live stream ask here and nowhere else."""

from __future__ import annotations

from schemas import topics
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import Secrecy
from schemas.topics import Topic

SHOWN: frozenset[str] = frozenset({"public", "shared"})  # who may read what is shared is decided here


def shows(secrecy: Secrecy | str) -> bool:
    """Whether the portal shows records of this class."""
    return secrecy in SHOWN


def shows_kind(name: str) -> bool:
    """Whether it shows records of a kind; a kind that this release does not know is not shown."""
    return name in BY_NAME and shows(BY_NAME[name].secrecy)


def shows_event(id: str) -> bool:
    """Whether it shows the event with this id (``transfer:3f2a…``)."""
    return shows_kind(kind_of(id))


shows_listing = shows_event  # a listing's id begins with its kind too


def shows_topic(topic: Topic) -> bool:
    """Whether its records may be followed as changes: a versioned topic of a class that is shown."""
    return topic.is_public and shows(topic.secrecy)


def shown_kinds() -> tuple[str, ...]:
    """The kinds of events that are shown, in the order of ``KINDS``."""
    return tuple(name for name, kind in BY_NAME.items() if not kind.is_listing and shows(kind.secrecy))


def shown_topics() -> tuple[Topic, ...]:
    """The topics that are shown, in the order of the table."""
    return tuple(topic for topic in topics.TOPICS if shows_topic(topic))


def kind_of(id: str) -> str:
    """The kind that the id of an event or listing begins with."""
    return id.split(":", 1)[0]
