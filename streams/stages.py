"""The stages, in the order in which a record passes them: what each reads, keeps and writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from schemas import topics
from schemas.topics import Topic
from streams.fold import Fold
from streams.normalise import Normalise
from streams.tally import Tally
from streams.verb import Context, Output, Record, Verb

__all__ = ["STAGES", "Context", "Output", "Record", "Stage", "Verb"]


@dataclass(frozen=True)
class Stage:
    """One hop: the name is also its consumer group, its metric label and the file of its verb."""

    name: str
    reads: Topic
    keeps: Topic
    verb: Callable[[int, Context], Verb]
    writes: tuple[Topic, ...]


STAGES = (
    Stage(
        "normalise",
        reads=topics.RAW,
        keeps=topics.NORMALISE_STATE,
        verb=Normalise,
        writes=(topics.SIGHTING, topics.DEAD_LETTER),
    ),
    Stage(
        "fold",
        reads=topics.SIGHTING,
        keeps=topics.FOLD_STATE,
        verb=Fold,
        writes=(
            *topics.EVENTS.values(),
            topics.SUPPLY,
            topics.DEMAND,
            topics.CONTRIBUTION,
            topics.SIGHTING,
            topics.DEAD_LETTER,
        ),
    ),
    Stage(
        "tally",
        reads=topics.CONTRIBUTION,
        keeps=topics.TALLY_STATE,
        verb=Tally,
        writes=(topics.STATISTIC, topics.DEAD_LETTER),
    ),
)
