"""Absence: which records a poll did not show, where it may say so."""

from __future__ import annotations

from connectors.poll.memory import Absences, Memory
from connectors.poll.outcome import Outcome
from connectors.poll.pages import Replaced
from connectors.poll.tools import Tools
from schemas.source.model import Feed


def missing(feed: Feed, tools: Tools, memory: Memory, replaced: Replaced, outcome: Outcome) -> Absences | None:
    """What follows for the records that were not shown; None where a poll of this feed concludes nothing from that.

    Only a complete poll does, of the whole feed or of editions that replace their period. A person who lets pass what
    the feed is held for lets any share of it be missing.
    """
    if outcome.verdict != "complete" or feed.absence.means == "nothing":
        return None
    share = 1.0 if tools.released else feed.absence.share(tools.absence_share)
    if outcome.shown is not None:
        return memory.absences(outcome.shown, tools.absence_polls, share)
    return memory.replaced(replaced.keys, replaced.of, share) if replaced.keys else None
