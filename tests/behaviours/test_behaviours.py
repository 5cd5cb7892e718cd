"""Every behaviour has its right outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.http.client import HttpClient
from tests.behaviours import access, answers, drift, files, lists, notices, rows, together
from tests.behaviours.stage import Behaviour, Stage, behaviours

BEHAVIOURS = dict(behaviours(answers, lists, rows, files, notices, drift, access, together))


@pytest.mark.process  # large files are read by a child
@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_a_platform_that(behaviour: Behaviour, tmp_path: Path, client: HttpClient) -> None:
    behaviour(Stage(tmp_path, client))


def test_every_behaviour_says_what_is_right() -> None:
    assert [name for name, behaviour in BEHAVIOURS.items() if not behaviour.__doc__] == []
