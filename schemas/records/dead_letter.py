"""Dead letter: a record that was refused, with its reason and its original bytes (tongda.dead-letter)."""

from __future__ import annotations

from schemas.records.raw import Evidence, Frozen


class DeadLetter(Frozen):
    """What was refused, why, and everything needed to try again.

    ``id`` is a function of stage, key, content and reason: the same refusal met twice is one letter, a later state of
    the record is another. ``original`` is the refused value as text (base64 when it is not UTF-8); it may hold personal
    data and never leaves the hub.
    """

    id: str
    stage: str  # poll | normalise | fold | tally
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
    original_encoding: str = "utf-8"  # utf-8 | base64
    evidence: Evidence | None = None
    received_at: str = ""

    @property
    def topic_key(self) -> str:
        return f"{self.stage}|{self.source}|{self.feed}|{self.record}"
