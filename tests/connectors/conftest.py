"""The client that the tests of the connectors share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from connectors.http.client import HttpClient
from ops.run import CHINA


@pytest.fixture(scope="session")
def client() -> Iterator[HttpClient]:
    with HttpClient(lambda: datetime.now(CHINA)) as opened:
        yield opened
