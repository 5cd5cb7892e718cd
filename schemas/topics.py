"""The table of topics: created, checked, documented and tested from here.

A key is UTF-8 text whose parts are joined by ``|``. A keyed record goes to partition ``crc32(key) % partitions``; the
topics of a chain have the same number of partitions, so a stage's state lives under its input's partition number.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from schemas.figures.units import is_money
from schemas.kinds import KINDS
from schemas.kinds.occurrence import Secrecy


@dataclass(frozen=True)
class Topic:
    """One topic as the broker should have it. ``config`` holds what differs from ``COMMON``."""

    name: str
    key: str
    policy: str  # compact | delete
    written_by: str
    secrecy: Secrecy = "internal"
    config: tuple[tuple[str, str], ...] = ()

    @property
    def is_public(self) -> bool:
        """A versioned topic that subscribers may rely on."""
        return self.name.rsplit(".", 1)[-1].startswith("v")

    @property
    def is_made_again(self) -> bool:
        """A rebuild makes it again from tongda.raw: whatever the stages write or keep, and no connector or command."""
        return not self.written_by.startswith(("connectors", "tongda "))

    def settings(self) -> dict[str, str]:
        """The broker's configuration of this topic, complete."""
        own = COMPACT if self.policy == "compact" else {}
        return {**COMMON, "cleanup.policy": self.policy, **own, **dict(self.config)}


DAY_MS = 86_400_000
# The broker's clock stamps records: a CreateTime more than an hour ahead is refused, and an old one makes retention drop
# the record at once (reliability: event time lives in the value).
COMMON = {"message.timestamp.type": "LogAppendTime", "max.message.bytes": str(1 << 20)}
COMPACT = {
    "min.compaction.lag.ms": str(DAY_MS // 24),
    "max.compaction.lag.ms": str(DAY_MS),
    "delete.retention.ms": str(7 * DAY_MS),
}


def retention(days: int) -> tuple[tuple[str, str], ...]:
    """Keep a ``delete`` topic's records this long."""
    return (("retention.ms", str(days * DAY_MS)),)


RAW = Topic("tongda.raw", "source|feed|record", "compact", "connectors", "sensitive")
CURSOR = Topic(
    "tongda.cursor", "source|feed (and source|feed|record: what is remembered of one record)", "compact", "connectors"
)
SOURCE_STATUS = Topic("tongda.source-status.v1", "source|feed", "compact", "connectors", "public")
RELEASE = Topic("tongda.release", "source|feed", "compact", "tongda sources release")
PAUSE = Topic("tongda.pause", "source|feed (no feed: the whole source)", "compact", "tongda sources pause")
SIGHTING = Topic("tongda.sighting", "subject", "delete", "normalise, fold", config=retention(35))
SUPPLY = Topic("tongda.supply.v1", "listing id", "compact", "fold", "public")
DEMAND = Topic("tongda.demand.v1", "listing id", "compact", "fold", "public")
CONTRIBUTION = Topic("tongda.contribution", "indicator|distinct|event (partitioned by indicator)", "compact", "fold")
STATISTIC = Topic("tongda.statistic.v1", "indicator:dimensions:period", "compact", "tally", "public")
# Live sums of money tell single amounts to whoever reads them before and after an event: docs/figures.md#suppression.
MONEY_STATISTIC = Topic("tongda.statistic-money.v1", "indicator:dimensions:period", "compact", "tally", "shared")
STATISTICS = (STATISTIC, MONEY_STATISTIC)
FIGURES = frozenset(topic.name for topic in STATISTICS)
DEAD_LETTER = Topic("tongda.dead-letter", "stage|record", "delete", "any stage", "sensitive", config=retention(180))
NORMALISE_STATE = Topic("tongda.normalise-state", "source|feed|record", "compact", "normalise")
FOLD_STATE = Topic("tongda.fold-state", "subject", "compact", "fold")
TALLY_STATE = Topic("tongda.tally-state", "c|indicator|distinct|event or b|indicator|area|period", "compact", "tally")
STATES = (NORMALISE_STATE, FOLD_STATE, TALLY_STATE)

EVENTS = {
    kind.name: Topic(f"tongda.{kind.name}.v1", "event id", "compact", "fold", kind.secrecy)
    for kind in KINDS
    if not kind.is_listing
}

TOPICS = (
    RAW,
    CURSOR,
    SOURCE_STATUS,
    RELEASE,
    PAUSE,
    SIGHTING,
    *EVENTS.values(),
    SUPPLY,
    DEMAND,
    CONTRIBUTION,
    *STATISTICS,
    DEAD_LETTER,
    *STATES,
)


def partition_of(key: str | bytes, partitions: int) -> int:
    """The partition that owns a key, the same in every process and every release."""
    return zlib.crc32(key if isinstance(key, bytes) else key.encode()) % partitions


def statistic_in(unit: str) -> Topic:
    """On which figures in this unit are published: counts for everybody, money for those who may read it."""
    return MONEY_STATISTIC if is_money(unit) else STATISTIC


def named(name: str) -> Topic:
    """The topic of that name. Raises KeyError."""
    return {topic.name: topic for topic in TOPICS}[name]
