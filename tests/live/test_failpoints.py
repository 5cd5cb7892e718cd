"""A crash at every failpoint of every process, each once; ``python -m tests.live`` runs all actions and hits."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.settings import Settings
from tests.live.enumerate import run

pytestmark = pytest.mark.live


def test_a_process_killed_at_any_step_loses_nothing_and_doubles_nothing(settings: Settings, tmp_path: Path) -> None:
    scores = run(settings.model_copy(update={"home": tmp_path}), (), ("kill",), (1,))
    assert [line for score in scores for line in (*score.missed, *score.wrong)] == []
    assert {score.name: sorted(score.crashes) for score in scores} == {
        score.name: sorted(score.points) for score in scores
    }
    assert sum(sum(score.crashes.values()) for score in scores) >= 80


def test_a_process_that_fails_while_it_stops_ends_with_an_exit_code(settings: Settings, tmp_path: Path) -> None:
    scores = run(
        settings.model_copy(update={"home": tmp_path, "topic_prefix": "broken."}), ("stop.drain",), ("raise",), (1,)
    )
    assert [line for score in scores for line in (*score.missed, *score.wrong)] == []
    assert {score.name for score in scores} >= {"normalise", "fold", "tally", "connectors", "store"}
