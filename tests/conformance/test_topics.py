"""Every topic: its name, who writes it, who may read it, and how long it keeps its records."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from schemas.kinds.occurrence import Secrecy
from schemas.topics import COMMON, EVENTS, STATES, TOPICS, Topic, named
from streams.stages import STAGES

each_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)


def test_no_two_topics_have_one_name() -> None:
    assert [named(topic.name) for topic in TOPICS] == list(TOPICS)
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)


@each_topic
def test_a_topic_is_declared_whole(topic: Topic) -> None:
    assert re.fullmatch(r"tongda\.[a-z]+(-[a-z]+)*(\.v[1-9])?", topic.name)
    assert topic.key and topic.written_by and topic.secrecy in get_args(Secrecy)
    settings = topic.settings()
    assert settings.items() >= COMMON.items() and settings["cleanup.policy"] == topic.policy
    assert topic.policy == "compact" or int(settings["retention.ms"]) > 0, "without a bound it grows for ever"


@each_topic
def test_who_writes_a_topic_is_who_it_says(topic: Topic) -> None:
    writers = {name for name in re.split(r", ", topic.written_by) if name in {stage.name for stage in STAGES}}
    stages = {stage.name for stage in STAGES if topic in (*stage.writes, stage.keeps)}
    assert topic.written_by == "any stage" or writers == stages


@each_topic
def test_what_only_the_hub_may_read_has_no_version(topic: Topic) -> None:
    """A version promises its form to subscribers (docs/architecture.md#topics)."""
    assert topic.is_public or topic.secrecy in ("internal", "sensitive")
    assert topic not in STATES or (topic.policy, topic.is_public) == ("compact", False)


def test_every_topic_of_events_is_one_of_the_table() -> None:
    assert [topic for topic in EVENTS.values() if topic not in TOPICS] == []
