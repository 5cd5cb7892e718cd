"""Subject 主体: whom a sighting is about, and the Kafka key of everything after normalise."""

from __future__ import annotations

from schemas.nearest import unknown

CLASSES = ("patent", "contract", "party")


def patent_subject(number: str) -> str:
    """``patent:201210464170.6``."""
    return f"patent:{number}"


def contract_subject(number: str) -> str:
    """``contract:<registration number>``."""
    return f"contract:{number}"


def party_subject(name_key: str) -> str:
    """``party:<name as compared>`` (``schemas.fields.names.name_key``)."""
    return f"party:{name_key}"


def complaint(subject: str) -> str:
    """Why nobody could be found under a subject; empty when it is one."""
    sort, sign, name = subject.partition(":")
    if sort not in CLASSES:
        return unknown(sort if sign else subject, CLASSES, "class of subjects")
    return "" if name else f"{subject!r} names nobody"


def is_patent(subject: str) -> bool:
    return subject.startswith("patent:")


def is_party(subject: str) -> bool:
    return subject.startswith("party:")


def name_of(subject: str) -> str:
    """The subject without its class: the patent number, the contract number, the party's name key."""
    return subject.partition(":")[2]
