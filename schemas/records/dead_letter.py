"""Dead letter 死信: a record that was refused, with its reason and its original bytes (tongda.dead-letter)."""

from __future__ import annotations

from typing import Literal

from schemas.records.base import Record
from schemas.records.evidence import Evidence


class DeadLetter(Record, frozen=True, omit_defaults=False):
    """What was refused, why, and everything needed to try again. Key: ``topic_key``; a null under it closes the letters
    before it: a later state of the record was taken in.

    ``id`` is a function of stage, key, content and reason: the same refusal met twice is one letter, a later state of
    the record is another. ``original`` is the refused value as text (base64 when it is not UTF-8); it may hold personal
    data and never leaves the hub.
    """

    id: str
    stage: str  # poll | normalise | fold | tally | store
    reason: str
    message: str
    source: str = ""
    feed: str = ""
    record: str = ""
    sequence: int = 0
    topic: str = ""
    partition: int = -1
    offset: int = -1
    key: str = ""
    original: str = ""
    original_encoding: Literal["utf-8", "base64"] = "utf-8"
    evidence: Evidence | None = None
    received_at: str = ""

    @property
    def topic_key(self) -> str:
        return f"{self.stage}|{self.source}|{self.feed}|{self.record}"
