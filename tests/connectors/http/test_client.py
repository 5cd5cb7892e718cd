"""The client to the platforms, when its process ends."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from datetime import datetime
from urllib.parse import urlsplit

import pytest

from connectors.http.client import HttpClient
from connectors.http.messages import Failure, HttpRequest
from ops.run import CHINA
from tests.connectors.platform import a_platform


def test_whoever_waits_for_an_answer_when_the_door_closes_waits_no_longer() -> None:
    asked, answered, ends = threading.Event(), threading.Event(), list[BaseException]()

    def never(path: str, query: dict[str, str], number: int) -> None:
        asked.set()
        answered.wait(20)

    with a_platform(never) as platform:
        ask = HttpRequest(
            "hn_test", platform.base, (urlsplit(platform.base).netloc,), interval_seconds=0, guarded=False
        )
        client = HttpClient(lambda: datetime.now(CHINA))

        def wait() -> None:
            try:
                client.fetch(ask)
            except CancelledError as error:
                ends.append(error)

        waiting = [threading.Thread(target=wait, daemon=True) for _ in range(3)]  # one in flight, two at the gate
        with client:
            for thread in waiting:
                thread.start()
            assert asked.wait(5)
        for thread in waiting:
            thread.join(5)
        assert len(ends) == 3
        with pytest.raises(Failure, match="the process ends"):
            client.fetch(ask)
        answered.set()
