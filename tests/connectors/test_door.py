"""The door to the platforms, when its process ends."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from datetime import datetime
from urllib.parse import urlsplit

import pytest

from connectors.fetch import Ask, Door, Failure
from ops.run import CHINA
from tests.connectors.platform import a_platform


def test_whoever_waits_for_an_answer_when_the_door_closes_waits_no_longer() -> None:
    asked, answered, ends = threading.Event(), threading.Event(), list[BaseException]()

    def never(path: str, query: dict[str, str], number: int) -> None:
        asked.set()
        answered.wait(20)

    with a_platform(never) as platform:
        ask = Ask("hn_test", platform.base, urlsplit(platform.base).netloc, interval_seconds=0, guarded=False)
        door = Door(lambda: datetime.now(CHINA))

        def wait() -> None:
            try:
                door.fetch(ask)
            except CancelledError as error:
                ends.append(error)

        waiting = [threading.Thread(target=wait, daemon=True) for _ in range(3)]  # one in flight, two at the gate
        with door:
            for thread in waiting:
                thread.start()
            assert asked.wait(5)
        for thread in waiting:
            thread.join(5)
        assert len(ends) == 3
        with pytest.raises(Failure, match="the process ends"):
            door.fetch(ask)
        answered.set()
