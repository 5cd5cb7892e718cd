"""Complaint: something that a definition may not say, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schemas.frozen import Frozen


class Complaint(NamedTuple):
    """What is wrong, where: ``place`` is the path of keys, as the file writes them."""

    place: tuple[str, ...]
    message: str


Complaints = Iterator[Complaint]


def idle(part: Frozen, place: tuple[str, ...], keys: Iterable[str], because: str) -> Complaints:
    """Keys that are written although nothing reads them there."""
    for key in keys:
        if key in part.model_fields_set:
            alias = type(part).model_fields[key].alias or key
            yield Complaint((*place, alias), f"does nothing: {because}")
