"""Directory 机构名录: organisations known by exact name, with type and place; lists that the hub reads add to it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from schemas import codes
from schemas.fields.names import name_key


class Organisation(NamedTuple):
    """One entry of the built-in list: universities of China, institutes and hospitals of Hunan."""

    name: str
    party_type: str
    region: str


def known_organisation(key: str) -> Organisation | None:
    """The entry whose compared name equals ``key``. Short names (湖大, 吉大) are never entries: they are ambiguous."""
    return directory().get(key)


@cache
def directory() -> dict[str, Organisation]:
    return {
        name_key(row["name"]): Organisation(row["name"], row["party_type"], row["region"])
        for row in codes.rows("organisations")
    }
