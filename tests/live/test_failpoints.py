"""Every named step of every process is a place to die at. Here each once; ``python -m tests.live`` does them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.settings import Settings
from tests.live.enumerate import run

pytestmark = pytest.mark.live


def test_a_process_killed_at_any_step_of_its_work_loses_nothing_and_doubles_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    scores = run(settings.model_copy(update={"home": tmp_path}), (), ("kill",), (1,))
    assert [line for score in scores for line in (*score.missed, *score.wrong)] == []
    assert {score.name: sorted(score.deaths) for score in scores} == {
        score.name: sorted(score.points) for score in scores
    }
    assert sum(sum(score.deaths.values()) for score in scores) >= 80


def test_a_process_that_breaks_while_it_stops_ends_and_says_so_by_its_exit(settings: Settings, tmp_path: Path) -> None:
    scores = run(
        settings.model_copy(update={"home": tmp_path, "topic_prefix": "broken."}), ("stop.drain",), ("raise",), (1,)
    )
    assert [line for score in scores for line in (*score.missed, *score.wrong)] == []
    assert {score.name for score in scores} >= {"normalise", "fold", "tally", "connectors", "store"}
