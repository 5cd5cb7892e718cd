"""The door that the tests of the connectors share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from connectors.fetch import Door
from ops.run import CHINA


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    with Door(lambda: datetime.now(CHINA)) as opened:
        yield opened
