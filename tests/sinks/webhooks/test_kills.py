"""The process is killed at each of its steps and started again: every revision arrives, in order, always under the same id."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from ops.supervisor.parts import TONGDA
from sinks.store.database import Database
from sinks.webhooks.subscriptions import Subscriptions
from tests.live.points import PUSHED
from tests.sinks.conftest import Feeder
from tests.sinks.webhooks.conftest import TOPICS
from tests.sinks.webhooks.receivers import Receiver
from tests.sinks.webhooks.test_webhooks import transfers


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_process_killed_at_any_step_loses_no_message_and_keeps_their_order(
    read_model: str, db: Database, feeder: Feeder, receiver: Receiver, held: Subscriptions, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")} | {
        "TONGDA_PROFILE": "test",
        "TONGDA_HOME": str(tmp_path),
        "TONGDA_DATABASE": read_model,
        "TONGDA_WEBHOOK_INSIDE": receiver.place,
    }

    def started(failpoint: str = "") -> subprocess.Popen[bytes]:
        armed = {"TONGDA_FAILPOINTS": f"{failpoint}=kill"} if failpoint else {}
        return subprocess.Popen([*TONGDA, "run", "webhooks"], env=environment | armed)

    made = held.make(receiver.url, TOPICS)
    assert made
    for revision, point in enumerate(PUSHED, 1):
        feeder.feed(*transfers(5, revision))
        with started(point) as process:
            assert process.wait(60) == -signal.SIGKILL, point
        with db.transaction() as opened:  # as if the lease of the killed process were over
            opened.execute("update webhook set leased_until = now()")
    last = len(PUSHED) + 1
    feeder.feed(*transfers(5, last))
    with started() as process:
        until(lambda: [each.state for each in held.deliveries(made.webhook.id)] == ["delivered"] * 5 * last)
        process.terminate()
        assert process.wait(60) == 0

    ids: dict[tuple[str, int], set[str]] = {}
    for each in receiver.received:
        ids.setdefault(each.said, set()).add(each.id)
        assert each.is_signed_by(made.secret)
    assert sorted(ids) == [(each.id, revision) for each in transfers(5) for revision in range(1, last + 1)]
    assert all(len(each) == 1 for each in ids.values())
    for event in transfers(5):
        first_told = list(dict.fromkeys(each.said for each in receiver.received if each.said[0] == event.id))
        assert first_told == sorted(first_told)
