"""The stages, in the order in which a record passes them: what each reads, keeps and writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from schemas import topics
from schemas.topics import Topic
from streams.fold import Fold
from streams.normalise import Normalise
from streams.processor import Context, Processor
from streams.tally import Tally


@dataclass(frozen=True)
class Stage:
    """One hop: the name is also its consumer group, its metric label and the file of its processor."""

    name: str
    reads: Topic
    keeps: Topic
    processor: Callable[[int, Context], Processor]
    writes: tuple[Topic, ...]


STAGES = (
    Stage(
        "normalise",
        reads=topics.RAW,
        keeps=topics.NORMALISE_STATE,
        processor=Normalise,
        writes=(topics.SIGHTING, topics.DEAD_LETTER),
    ),
    Stage(
        "fold",
        reads=topics.SIGHTING,
        keeps=topics.FOLD_STATE,
        processor=Fold,
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
        processor=Tally,
        writes=(*topics.STATISTICS, topics.DEAD_LETTER),
    ),
)
